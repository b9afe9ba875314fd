"""A person lets a halted book trade again.

1. Nobody else is writing: the log's lock is taken, or `LogLocked` says which process to stop first.
2. The command over (origin, head) is signed, and checked against the key enrolled in the log itself.
3. It is recorded as `book.resumed`, under a checkpoint; then the HALT file goes. The next run goes on with it.
"""

from dataclasses import dataclass
from pathlib import Path

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.events.signer import Signer
from tallystick.events.types.running import BookHalted, BookResumed, PersonEnrolled
from tallystick.events.writer import LogWriter
from tallystick.platform.kernel.halt import clear_halt, halt_reason
from tallystick.platform.kernel.people import OWNER, require_command, resumption


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was done: `seq` of the recorded command (-1: the log held no halt) and what the HALT file had said."""

    seq: int
    halt_file: str | None


def resume(folder: Path, signer: Signer, person: str = OWNER, reason: str = "") -> Resumed:
    """Let the book in `folder` trade again; `signer` holds the key that `person` enrolled, under the log's origin.

    Raises `CommandRefusedError` for another key, `LogLocked` while a run is at work, `LogMissing` without a log.
    """
    catalogue, log = Catalogue(), folder / "log"
    halted, enrolled = _standing(LogReader(log, catalogue))
    asked, seq = halt_reason(folder), -1
    if halted or asked is not None:
        with LogWriter(log, signer.name) as writer:
            command = resumption(signer, signer.name, writer.committed_head, reason, person)
            require_command(command, signer.name, enrolled)
            if halted:
                seq = writer.append(
                    writer.type_id(BookResumed),
                    BookResumed.FACT.version,
                    catalogue.encode(command),
                    time=writer.time,
                    source=writer.source_id(person, "person"),
                )
                writer.checkpoint(signer)
    clear_halt(folder)
    return Resumed(seq, asked)


def _standing(reader: LogReader) -> tuple[bool, dict[str, str]]:
    """Whether the log's last word on halts is a halt, and the enrolled keys by person."""
    halted, enrolled = False, {}
    ids = reader.declarations.ids
    wanted = {ids.get(each.FACT.name) for each in (BookHalted, BookResumed, PersonEnrolled)}
    for _, (_, fields) in reader.raw():
        if fields[10] not in wanted:
            continue
        event = reader.fetch(fields[4]).event
        if isinstance(event, PersonEnrolled):
            enrolled[event.person] = event.key
        else:
            halted = isinstance(event, BookHalted)
    return halted, enrolled
