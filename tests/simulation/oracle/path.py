"""Sections 2 and 7 of docs/fills.md: rows, the steps of a bar, and what a step reaches."""

from dataclasses import dataclass, replace

from tests.simulation.oracle.arithmetic import to_points
from tests.simulation.oracle.orders import BUY, Position


@dataclass(frozen=True)
class Bar:
    """A closed bar: series number, close in ns UTC, (open, high, low, close) of bid and of ask."""

    series: int
    time: int
    bid: tuple[float, float, float, float]
    ask: tuple[float, float, float, float]


@dataclass(frozen=True)
class QuoteRow:
    """A quote: series number, time in ns UTC, bid and ask."""

    series: int
    time: int
    bid: float
    ask: float


@dataclass(frozen=True)
class Step:
    """One step of a symbol's path; `before` is the step it came from (None at an open and at a quote)."""

    symbol: str
    moment: int
    bid: int
    ask: int
    before: "Step | None"
    later: "tuple[Step, ...]" = ()
    """The rest of the same bar."""


def steps_of_bar(row: Bar, symbol: str, period: int, digits: int) -> list[Step]:
    """The four steps of a bar: open, low, high, close when it rises or stands, else open, high, low, close."""
    bid, ask = ([to_points(x, digits) for x in side] for side in (row.bid, row.ask))
    order = (0, 2, 1, 3) if row.bid[3] >= row.bid[0] else (0, 1, 2, 3)  # as received, before rounding
    opened = row.time - period
    steps: list[Step] = []
    for number, which in enumerate(order):
        before = steps[-1] if steps else None
        steps.append(Step(symbol, opened + number * period // 3, bid[which], ask[which], before))
    return [replace(step, later=tuple(steps[number + 1 :])) for number, step in enumerate(steps)]


def touches_stop(position: Position, step: Step) -> bool:
    """Whether a step reaches the stop loss."""
    if position.stop == 0:
        return False
    return step.bid <= position.stop if position.direction == BUY else step.ask >= position.stop


def touches_take(position: Position, step: Step) -> bool:
    """Whether a step reaches the take profit."""
    if position.take == 0:
        return False
    return step.bid >= position.take if position.direction == BUY else step.ask <= position.take
