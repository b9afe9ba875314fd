"""Bar lengths as MT5 names them: M1 to MN1, and ticks.

Source: MT5's ENUM_TIMEFRAMES. A month has no one length; its bars are told by the length feeds give them, 30 days.
"""

from tallystick.market.spans import SECOND_NS
from tallystick.platform.authoring.errors import SettingRefused, meant

MINUTE_S = 60
PERIOD_S = {
    **{f"M{n}": n * MINUTE_S for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)},
    **{f"H{n}": n * 3_600 for n in (1, 2, 3, 4, 6, 8, 12)},
    "D1": 86_400,
    "W1": 7 * 86_400,
    "MN1": 30 * 86_400,
}
"""Seconds of a bar by name."""
TICKS = "ticks"


def period_s(timeframe: str | None, where: str) -> int:
    """Seconds of a bar; 0 for ticks, for None, and for the first series declared. Raises `SettingRefused` (E503)."""
    if timeframe is None or timeframe == TICKS:
        return 0
    if not isinstance(timeframe, str) or timeframe not in PERIOD_S:
        near = meant(str(timeframe).upper(), PERIOD_S)
        message = (
            f"E503 {where}: timeframe is {timeframe!r}; {near}it takes {', '.join(PERIOD_S)} or ticks. Choose one."
        )
        raise SettingRefused(message)
    return PERIOD_S[timeframe]


def name_of(period_ns: int) -> str:
    """The name of a bar length, or its seconds."""
    seconds = period_ns // SECOND_NS
    return next((name for name, length in PERIOD_S.items() if length == seconds), f"{seconds} s")
