"""The path of a bar: four steps of bid and ask, and the price between two of them (`docs/fills.md`, section 2)."""

from collections.abc import Sequence

STEPS = 4


def step_prices(bar: Sequence[int], *, rising: bool) -> tuple[int, int, int, int]:
    """One side's open, high, low and close in the order of the path."""
    opened, high, low, close = bar
    return (opened, low, high, close) if rising else (opened, high, low, close)


def step_moment(open_time: int, period_ns: int, step: int) -> int:
    """Moment of a step in ns UTC."""
    return open_time + period_ns * step // 3


def between(before: int, after: int, begin: int, end: int, moment: int, *, up: bool) -> int:
    """Points at `moment` on the straight line between two steps, rounded up or down to a point."""
    travelled = (after - before) * (moment - begin)
    return before - (-travelled // (end - begin)) if up else before + travelled // (end - begin)
