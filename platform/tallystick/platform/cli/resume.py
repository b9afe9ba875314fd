"""`tallystick resume`: a halted book trades again, by a command that its person signs."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.arguments import Book
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import KEY_FILE, config_folder
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.place import book_of, place_of
from tallystick.platform.cli.reading import open_reader

if TYPE_CHECKING:
    from tallystick.events.signer import Ed25519Signer

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
    from tallystick.platform.kernel.halt import clear_halt, halt_reason

    call: Call = context.obj
    folder = book_of(Path(book))
    path = config_folder(call.home) / KEY_FILE
    if not path.exists():
        fix = "name the folder of the key that began this book with --home"
        raise Failure("E307", "no key to sign with", where=str(path), fix=fix)
    asked = halt_reason(folder)
    recorded = _record(folder, path, person, reason) if _is_halted(folder) else None
    clear_halt(folder)
    move_to(folder)
    LOG.warning("resumed by %s: %s", person, reason)
    lines = [f"the HALT file is gone (it said: {asked})"] if asked is not None else []
    lines += [f"recorded {person}'s signed command as record {recorded}"] if recorded is not None else []
    lines = lines or ["the book was not halted; nothing was changed"]
    document = {
        "ok": True,
        "book": str(folder),
        "person": person,
        "reason": reason,
        "halt_file": asked,
        "seq": recorded,
    }
    return Answer(document, lambda console: console.print("\n".join(lines)))


def _is_halted(folder: Path) -> bool:
    """True when the log's last word on halts is one, in a run that has not ended."""
    _, reader = open_reader(folder)
    halted = False
    for header in reader.headers():
        name = reader.types[header.type_id, header.version].name
        if name == "book.halted":
            halted = True
        elif name in {"book.resumed", "run.ended"}:
            halted = False
    return halted


def _record(folder: Path, key_file: Path, person: str, reason: str) -> int:
    """Append the signed command and a checkpoint; returns its seq. Raises `CommandRefusedError`, `LogLocked`."""
    from tallystick.events.catalogue import Catalogue
    from tallystick.events.signer import load_key
    from tallystick.events.types.running import BookResumed
    from tallystick.events.writer import LogWriter
    from tallystick.platform.kernel.people import require_command, resumption

    place = place_of(folder)
    origin = place.origin()
    signer: Ed25519Signer = load_key(key_file).named(origin)
    enrolled = _enrolled(folder)
    with LogWriter(place.log, origin) as writer:
        command = resumption(signer, origin, writer.committed_head, reason, person)
        require_command(command, origin, enrolled)
        body = Catalogue().encode(command)
        source, type_id = writer.source_id(person, "person"), writer.type_id(BookResumed)
        seq = writer.append(type_id, BookResumed.FACT.version, body, time=writer.time, source=source)
        writer.checkpoint(signer)
    return seq


def _enrolled(folder: Path) -> dict[str, str]:
    """Enrolled keys by the name of their person."""
    from tallystick.events.types.running import PersonEnrolled

    _, reader = open_reader(folder)
    events = (envelope.event for envelope in reader.envelopes())
    return {event.person: event.key for event in events if isinstance(event, PersonEnrolled)}
