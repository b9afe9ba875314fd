"""`tallystick resume`: a halted book trades again, by a command that its person signs."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from tallystick.platform.cli.arguments import Book
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import KEY_FILE, config_folder
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.place import book_of, place_of

LOG = logging.getLogger("tallystick.cli")


def resume(
    context: typer.Context,
    book: Book,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, in your words; it is recorded.")],
    person: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Name under which your key is enrolled.")
    ] = "owner",
) -> Answer:
    """Let a halted book trade again: a command signed with your key.

    Where the log says that the book was halted, the command is recorded over the log's head; the key must be enrolled
    in the book, as that of its first run is. Then the HALT file is taken away. The next `tallystick run` goes on.

    Example: tallystick resume my-book --reason "spread is normal again"
    """
    from tallystick.events.signer import load_key
    from tallystick.platform.kernel.commands import resume_at_work
    from tallystick.platform.kernel.control import NobodyListensError
    from tallystick.platform.kernel.resume import resume as resume_book

    call: Call = context.obj
    folder = book_of(Path(book))
    path = config_folder(call.home) / KEY_FILE
    if not path.exists():
        fix = "name the folder of the key that began this book with --home"
        raise Failure("E307", "no key to sign with", where=str(path), fix=fix)
    signer = load_key(path).named(place_of(folder).origin())
    try:
        said = resume_at_work(folder, signer, reason, person)
        halt_file, recorded = said.get("halt_file"), said.get("seq")
    except NobodyListensError:
        done = resume_book(folder, signer, person, reason)
        halt_file, recorded = done.halt_file, done.seq if done.seq >= 0 else None
    move_to(folder)
    LOG.warning("resumed by %s: %s", person, reason)
    lines = [f"the HALT file is gone (it said: {halt_file})"] if halt_file is not None else []
    lines += [f"recorded {person}'s signed command as record {recorded}"] if recorded is not None else []
    lines = lines or ["the book was not halted; nothing was changed"]
    document = {
        "ok": True,
        "book": str(folder),
        "person": person,
        "reason": reason,
        "halt_file": halt_file,
        "seq": recorded,
    }
    return Answer(document, lambda console: console.print("\n".join(lines)))
