"""What a strategy said, out of its run's log, and the first word in which two runs differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from tallystick.events.reader import LogReader
from tallystick.events.types.trading import DecisionExplained
from tallystick.market.instrument import LOT
from tallystick.platform.judging.lookahead.influence import EQUAL

NOTHING = "says nothing"


@dataclass(frozen=True, slots=True)
class Decision:
    """Book time in ns UTC, type and body of one event of a strategy, and how it reads; an explanation's values."""

    time: int
    strategy: str
    type: str
    body: bytes
    words: str
    values: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file (or connection) that the strategy's own code opened, and the line that did."""

    path: str
    line: str
    kind: str = "file"
    written: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What one run showed: its decisions in order, what it opened, and how it failed."""

    decisions: tuple[Decision, ...] = ()
    opened: tuple[Opened, ...] = ()
    failure: str = ""
    failed_at: int = 0
    """Book time of the failure; 0 when it came before the first row."""
    scans: bool = False
    missed: tuple[str, ...] = ()
    """Files that were read though others had been put in their place."""
    imported: tuple[str, ...] = ()
    """The user's own modules that the strategy imported, wherever they lie."""
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Parting:
    """The first decision that is not the same, with what was said in each of two runs."""

    time: int
    strategy: str
    one: str
    other: str


def decisions_in(reader: LogReader, names: Sequence[str]) -> tuple[Decision, ...]:
    """Everything that these strategies said, in order."""
    wanted = set(names)
    return tuple(
        Decision(one.time, one.source, one.type, bytes(one.body), words_of(one.type, one.event), _values_of(one.event))
        for one in reader.envelopes()
        if one.source in wanted and one.body is not None
    )


def _values_of(event: Any) -> tuple[tuple[str, float], ...]:
    if not isinstance(event, DecisionExplained):
        return ()
    return tuple((f"{event.symbol} {name}", value) for name, value in sorted(event.values.items()))


def words_of(kind: str, event: Any) -> str:
    """A decision in a few words."""
    if kind == "target.asked":
        return f"target {event.volume / LOT:+.2f} {event.symbol}"
    if kind == "signal.raised":
        return f"signal {event.direction:+d} {event.symbol}" if hasattr(event, "direction") else kind
    fields = msgspec.structs.asdict(event) if isinstance(event, msgspec.Struct) else dict(event or {})
    told = ", ".join(f"{name} {value}" for name, value in fields.items() if name not in {"strategy", "comment"})
    return f"{kind} ({told})"


def parting(one: Sequence[Decision], other: Sequence[Decision], until_ns: int) -> Parting | None:
    """Where two runs part, of what was said up to a moment; None when they do not.

    By their bits, but for the values of an explanation: nothing trades by them, and those of a column may be honest and
    end in other bits over other rows, so they are compared as values of columns are.
    """
    first = [each for each in one if each.time <= until_ns]
    second = [each for each in other if each.time <= until_ns]
    for place in range(max(len(first), len(second))):
        a = first[place] if place < len(first) else None
        b = second[place] if place < len(second) else None
        if a == b or (a is not None and b is not None and _explain_alike(a, b, first)):
            continue
        if a is not None and (b is None or a.time < b.time):
            return Parting(a.time, a.strategy, a.words, NOTHING)
        if b is not None and (a is None or b.time < a.time):
            return Parting(b.time, b.strategy, NOTHING, b.words)
        assert a is not None
        assert b is not None
        return Parting(a.time, a.strategy, a.words, b.words)
    return None


def _explain_alike(a: Decision, b: Decision, said: Sequence[Decision]) -> bool:
    """Whether two explanations differ by arithmetic alone, beside all values of their names."""
    if not a.values or (a.time, a.strategy) != (b.time, b.strategy):
        return False
    if [name for name, _ in a.values] != [name for name, _ in b.values]:
        return False
    return all(_near(value, other, name, said) for (name, value), (_, other) in zip(a.values, b.values, strict=True))


def _near(value: float, other: float, name: str, said: Sequence[Decision]) -> bool:
    if value == other or (np.isnan(value) and np.isnan(other)):
        return True
    if not (np.isfinite(value) and np.isfinite(other)):
        return False
    spread = float(np.nanstd([each for one in said for known, each in one.values if known == name]))
    return bool(abs(value - other) <= EQUAL * max(abs(value), abs(other), spread))


def moment(time_ns: int) -> str:
    """A moment as people read it (UTC)."""
    return str(np.datetime_as_string(np.datetime64(time_ns, "ns"), unit="s").replace("T", " "))
