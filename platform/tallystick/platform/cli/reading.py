"""Opening a log to look at it: the reader, checked arguments, the account's decimals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.market.spans import DAY_NS, SECOND_NS
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.place import Place, place_of, spoken
from tallystick.platform.cli.wording import cards_of, instant, plain_values, values_of

if TYPE_CHECKING:
    from tallystick.events.reader import Envelope, LogReader

TIME_FIELD, SEQ_FIELD = 5, 4
"""Places in the fields that `LogReader.raw` gives with each record."""


def open_reader(folder: Path) -> "tuple[Place, LogReader]":
    """The log in a folder, to be read. Raises `Failure`, `LogError`, `IntegrityError`."""
    from tallystick.events.reader import LogReader

    place = place_of(folder)
    return place, LogReader(place.log)


def require_seq(reader: "LogReader", seq: int, place: Place) -> None:
    """Raise `Failure` unless the log has this record."""
    if seq < len(reader):
        return
    last = len(reader) - 1
    if last < 0:
        fix = f"tallystick audit verify {spoken(place.folder)}"
        raise Failure("E820", "the log holds no record", where=str(place.folder), got=f"{seq}", fix=fix)
    raise Failure(
        "E820",
        "no such record",
        where=str(place.folder),
        got=f"{seq}",
        expected=f"0 to {last}",
        fix=f"tallystick events show {last} {spoken(place.folder)}",
    )


def types_like(reader: "LogReader", pattern: str) -> frozenset[int]:
    """Numbers of the declared types that a pattern such as `order.*` names. Raises `Failure` when none."""
    found = frozenset(key[0] for key, each in reader.types.items() if fnmatchcase(each.name, pattern))
    if not found:
        names = sorted({each.name for each in reader.types.values() if not each.name.startswith("log.")})
        raise Failure("E821", "no type of this log has that name", got=pattern, fix=f"choose from {', '.join(names)}")
    return found


def seqs_of(reader: "LogReader", types: frozenset[int], first: int = 0, last: int = 2**63) -> Iterator[int]:
    """Seqs of the records of some types; no body is touched."""
    for _, (_, fields) in reader.raw_of(types, first, last):
        yield fields[SEQ_FIELD]


def digits_of(reader: "LogReader") -> int:
    """Decimals of the account's currency: what the log's first `account.opened` says, else 2."""
    types = frozenset(key[0] for key, each in reader.types.items() if each.name == "account.opened")
    for seq in seqs_of(reader, types) if types else ():
        return int(values_of(reader.fetch(seq)).get("digits", 2))
    return 2


def document_of(reader: "LogReader", envelope: "Envelope") -> dict[str, Any]:
    """A record decoded, with everything its header says, as JSON has it."""
    return {
        "seq": envelope.seq,
        "time": envelope.time,
        "time_utc": instant(envelope.time),
        "type": envelope.type,
        "version": envelope.version,
        "source": envelope.source,
        "role": envelope.role,
        "epoch": envelope.epoch,
        "cause": envelope.cause,
        "cause_row": envelope.cause_row,
        "root": envelope.root,
        "derived": envelope.derived,
        "trading": envelope.trading,
        "leaf_hash": envelope.leaf.hex(),
        "blobs": [{"bytes": size, "sha256": digest.hex()} for size, digest in envelope.blobs],
        "body": None if envelope.event is None else plain_values(cards_of(reader, envelope), values_of(envelope)),
    }


def bound_of(text: str, option: str, *, last: bool = False) -> tuple[str, int]:
    """A bound a user gave: ("seq", number) or ("time", ns UTC); a day that comes `last` is whole. Raises `Failure`."""
    try:
        if text.isdecimal():
            return "seq", int(text)
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        fix = f"say {option} 1200 (a record) or {option} 2014-05-05 or {option} 2014-05-05T10:00 (UTC)"
        raise Failure("E822", f"{option} is neither a record nor a time", got=repr(text), fix=fix) from None
    rest_of_day = DAY_NS - 1 if last and len(text) <= len("2014-05-05") else 0
    return "time", int(moment.timestamp()) * SECOND_NS + moment.microsecond * 1000 + rest_of_day
