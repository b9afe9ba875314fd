"""Which number of a bar an indicator reads: its `source`."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Literal, Protocol, get_args

from tallystick.platform.authoring.indicators.settings import one_of

Source = Literal["open", "high", "low", "close", "ask_close", "mid", "hl2", "hlc3", "ohlc4"]
"""open, high, low, close: bid prices. ask_close: the ask's. mid: (close + ask_close) / 2. hl2, hlc3, ohlc4: means."""

SOURCES: tuple[str, ...] = get_args(Source)

ROUNDING = 1e-12
"""Share of a price below which a difference is rounding: equal means of three prices may differ in their last bit."""


class Bar(Protocol):
    """What indicators read of a bar: bid prices, the ask's close, volume in ticks."""

    @property
    def open(self) -> float: ...  # noqa: D102 -- a price
    @property
    def high(self) -> float: ...  # noqa: D102 -- a price
    @property
    def low(self) -> float: ...  # noqa: D102 -- a price
    @property
    def close(self) -> float: ...  # noqa: D102 -- a price
    @property
    def ask_close(self) -> float: ...  # noqa: D102 -- a price
    @property
    def volume(self) -> int: ...  # noqa: D102 -- ticks


def price_of(indicator: str, source: str) -> Callable[[Any], float]:
    """A function from a bar to the number the source names; `IndicatorSettingError` for an unknown name."""
    return _READERS[one_of(indicator, "source", source, SOURCES)]


def _mid(bar: Bar) -> float:
    return (bar.close + bar.ask_close) * 0.5


def _hl2(bar: Bar) -> float:
    return (bar.high + bar.low) * 0.5


def _hlc3(bar: Bar) -> float:
    return (bar.high + bar.low + bar.close) / 3.0


def _ohlc4(bar: Bar) -> float:
    return (bar.open + bar.high + bar.low + bar.close) * 0.25


_READERS: dict[str, Callable[[Any], float]] = {
    **{name: attrgetter(name) for name in ("open", "high", "low", "close", "ask_close")},
    "mid": _mid,
    "hl2": _hl2,
    "hlc3": _hlc3,
    "ohlc4": _ohlc4,
}
