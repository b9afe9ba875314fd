"""Two runs side by side: the settings that differ, their figures, and the first decision that does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.events.errors import LogMissing
from tallystick.events.reader import Envelope, LogReader
from tallystick.events.types.running import RunStarted
from tallystick.platform.judging.errors import NotComparable

if TYPE_CHECKING:
    from tallystick.platform.backtesting.result import Backtest

ABSENT = "-"


@dataclass(frozen=True, slots=True)
class Decision:
    """A trading record: where it stands, and what it says."""

    seq: int
    time: int
    type: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parting:
    """The first decision that is not the same in both, by its place among the decisions; None where one has ended."""

    place: int
    first: Decision | None
    second: Decision | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`settings` and `figures` by name, the first run's value and the second's; settings only where they differ."""

    names: tuple[str, str]
    settings: Mapping[str, tuple[Any, Any]]
    figures: Mapping[str, tuple[Any, Any]]
    decisions: tuple[int, int]
    parting: Parting | None

    @property
    def equal(self) -> bool:
        """Every decision is the same, at the same book time."""
        return self.parting is None

    def document(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        return {
            "runs": list(self.names),
            "equal": self.equal,
            "settings": {name: list(pair) for name, pair in self.settings.items()},
            "figures": {name: list(pair) for name, pair in self.figures.items()},
            "decisions": list(self.decisions),
            "first_difference": _parting(self.parting),
        }


def compare(first: "Backtest | Path | str", second: "Backtest | Path | str") -> Comparison:
    """Compare two books (their folders), or two backtests. Raises `NotComparable`."""
    from tallystick.platform.backtesting.stats import stats_of
    from tallystick.platform.report.report import read_book

    logs = _log_of(first), _log_of(second)
    readers = _reader(logs[0]), _reader(logs[1])
    settings = [_settings(reader, log) for reader, log in zip(readers, logs, strict=True)]
    figures = [stats_of(read_book(log)) for log in logs]
    differing = {
        name: (settings[0].get(name, ABSENT), settings[1].get(name, ABSENT))
        for name in dict.fromkeys((*settings[0], *settings[1]))
        if settings[0].get(name, ABSENT) != settings[1].get(name, ABSENT)
    }
    sides = {name: (figures[0].get(name), figures[1].get(name)) for name in figures[0]}
    counts, parting = _parted(*readers)
    return Comparison((_name(logs[0]), _name(logs[1])), differing, sides, counts, parting)


def _parted(first: LogReader, second: LogReader) -> tuple[tuple[int, int], Parting | None]:
    """How many decisions each has, and the first at which they part."""
    counts, parting = [0, 0], None
    for place, (one, other) in enumerate(zip_longest(_trading(first), _trading(second))):
        counts[0] += one is not None
        counts[1] += other is not None
        if parting is None and _said(one) != _said(other):
            parting = Parting(place, _decision(one), _decision(other))
    return (counts[0], counts[1]), parting


def _trading(reader: LogReader) -> Iterator[Envelope]:
    """Trading records; market rows are passed over without being decoded."""
    for header in reader.headers():
        if header.trading:
            yield reader.fetch(header.seq)


def _said(envelope: Envelope | None) -> tuple[Any, ...] | None:
    """What the decision digest takes in of a record."""
    return None if envelope is None else (envelope.type, envelope.version, envelope.time, envelope.body)


def _decision(envelope: Envelope | None) -> Decision | None:
    import msgspec

    if envelope is None:
        return None
    event = envelope.event
    body = event if isinstance(event, Mapping) else {} if event is None else msgspec.structs.asdict(event)
    return Decision(envelope.seq, envelope.time, envelope.type, dict(body))


def _settings(reader: LogReader, log: Path) -> dict[str, Any]:
    """The manifest of the last run, its plan flattened: `account.balance`, `strategies[0].parameters.fast`."""
    import msgspec

    found = [each for each in _of_type(reader, RunStarted.FACT.name) if isinstance(each.event, RunStarted)]
    if not found:
        raise NotComparable(f"{log} holds no run", "Name the folders of two books.")
    started = found[-1].event
    plan = msgspec.json.decode(started.settings.get("plan", "{}"))
    return {
        **dict(_flat("", plan)),
        "data": started.data_hash,
        **{f"source {name}": digest for name, digest in started.sources.items()},
        **{f"version of {name}": each for name, each in started.versions.items()},
        "package": started.package_hash,
    }


def _of_type(reader: LogReader, name: str) -> Iterator[Envelope]:
    types = {key[0] for key, each in reader.types.items() if each.name == name}
    seqs = [header.seq for header in reader.headers() if header.type_id in types]
    return (reader.fetch(seq) for seq in seqs)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), each)
    elif isinstance(value, list) and value:
        for place, each in enumerate(value):
            yield from _flat(f"{path}[{place}]", each)
    else:
        yield path, value


def _log_of(given: "Backtest | Path | str") -> Path:
    folder = Path(given) if isinstance(given, str | Path) else given.folder
    return folder / "log" if (folder / "log").is_dir() else folder


def _reader(log: Path) -> LogReader:
    try:
        return LogReader(log)
    except LogMissing as error:
        raise NotComparable(f"there is no book in {log}", "Name the folders of two books.") from error


def _name(log: Path) -> str:
    return log.parent.name if log.name == "log" else log.name


def _parting(parting: Parting | None) -> dict[str, Any] | None:
    if parting is None:
        return None
    sides = {"first": parting.first, "second": parting.second}
    return {"place": parting.place} | {
        name: None if one is None else {"seq": one.seq, "time": one.time, "type": one.type, "body": dict(one.body)}
        for name, one in sides.items()
    }
