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
    reason: Annotated[str, typer.Option("--reason", help="Why, in your words; it is recorded.")],
    person: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Name under which your key is enrolled.")
    ] = "owner",
) -> Answer:
    """Let a halted book trade again: a command signed with your key.

    Takes the HALT file away and records the command over the log's head. The key must be enrolled in the book; the
    key of the first run is.

    Example: tallystick resume tallystick-demo --reason "spread is normal again"
    """
    from tallystick.events.signer import load_key
    from tallystick.platform.kernel import people
    from tallystick.platform.kernel.halt import clear_halt

    call: Call = context.obj
    folder = book_of(Path(book))
    path = config_folder(call.home) / KEY_FILE
    if not path.exists():
        fix = "name the folder of the key that began this book with --home"
        raise Failure("E307", "no key to sign with", where=str(path), fix=fix)
    signer = load_key(path).named(place_of(folder).origin())
    move_to(folder)
    people.resume(folder, signer, person, reason)
    clear_halt(folder)
    LOG.warning("resumed by %s: %s", person, reason)
    document = {"ok": True, "book": str(folder), "person": person, "reason": reason}
    return Answer(document, lambda console: console.print(f"{folder} may trade again: {reason}"))
