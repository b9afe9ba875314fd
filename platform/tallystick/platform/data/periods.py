"""Lengths of bars by their names in MT5."""

from tallystick.market.spans import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, WEEK_NS
from tallystick.platform.data.errors import UnfitRequest

PERIODS = {
    **{f"M{n}": n * MINUTE_NS for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)},
    **{f"H{n}": n * HOUR_NS for n in (1, 2, 3, 4, 6, 8, 12)},
    "D1": DAY_NS,
    "W1": WEEK_NS,
}
"""Length in ns by name; a month has no fixed length."""


def period_of(timeframe: str | int | None) -> int | None:
    """The length of a bar in ns; None where nothing is stated. Raises `UnfitRequest` (E132)."""
    if timeframe is None:
        return None
    if isinstance(timeframe, int) and timeframe > 0:
        return timeframe
    period = PERIODS.get(str(timeframe).upper())
    if period is None and str(timeframe).upper() == "MN1":
        what = 'timeframe "MN1" cannot be made: months have no one length.'
        raise UnfitRequest(what, 'Take timeframe="D1" and self.higher("MN1").')
    if period is None:
        what = f'timeframe "{timeframe}" is not known.'
        raise UnfitRequest(what, f"Say one of {', '.join(PERIODS)}.")
    return period


def period_name(period_ns: int) -> str:
    """The name of a length; quotes are TICK, other lengths are told in seconds."""
    if period_ns == 0:
        return "TICK"
    name = next((name for name, length in PERIODS.items() if length == period_ns), None)
    return name or f"S{period_ns / SECOND_NS:g}"
