"""`tallystick halt`: no new exposure from here on. It works on a running book and on a resting one."""

import logging
from contextlib import suppress
from typing import Annotated

import typer

from tallystick.platform.cli.arguments import Book
from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.place import book_of, spoken

LOG = logging.getLogger("tallystick.cli")


def halt(
    book: Book,
    reason: Annotated[str, typer.Option("--reason", help="Why, in your words.")] = "asked by a person",
) -> Answer:
    """Stop a book from taking new exposure.

    Writes the file HALT in the book's folder, which is looked at immediately before every effect, and tells a run at
    work, which records it at once. Cancels and reductions still pass. The book stays halted until: tallystick resume

    Example: tallystick halt tallystick-demo --reason "spread too wide"
    """
    from tallystick.platform.kernel.control import ControlError, say
    from tallystick.platform.kernel.halt import ask_halt, halt_reason

    folder = book_of(book)
    move_to(folder)
    path = ask_halt(folder, reason)
    told = halt_reason(folder) == (reason.strip().splitlines() or ["HALT file"])[0][:200]
    LOG.warning("halt asked: %s", reason)
    seq = None
    with suppress(ControlError):  # the file halts a run that does not listen all the same, before its next sending
        seq = say(folder, "halt", reason=reason).get("seq")
    lines = [f"{folder} is asked to halt: {reason}"]
    lines += [] if told else [f"It IS halted, though the reason could not be written into {path}: is the disk full?"]
    heard = "no run at work has answered: one that begins, or is busy, finds it before its next sending"
    lines += [f"the run at work recorded it as record {seq}" if seq is not None else heard]
    lines += [f'Let it trade again: tallystick resume {spoken(folder)} --reason "..."']
    document = {"ok": True, "book": str(folder), "halt_file": str(path), "reason": reason, "told": told, "seq": seq}
    return Answer(document, lambda console: console.print("\n".join(lines)))
