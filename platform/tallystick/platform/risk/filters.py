"""When and where nothing new is opened: sessions, spreads, news, Fridays. Settings as a plan writes them.

Each holds for the strategies and symbols it lists, for all of them where it lists none. With `retry`, a target that was
refused by it is tried again when it no longer refuses; without, it rests until it is set anew.
"""

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from tallystick.market.spans import DAY_NS, MINUTE_NS, WEEK_NS
from tallystick.platform.risk.week import Window, minutes_of, windows_of

Clock = Literal["server", "utc"]
Points = Annotated[int, Meta(ge=0, le=10**8)]
Minutes = Annotated[int, Meta(ge=0, le=10_080)]
FRIDAY = 4


class Scope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a filter concerns; empty is everybody and everything."""

    strategies: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    retry: bool = False

    def concerns(self, strategy: str, symbol: str) -> bool:
        """True when orders of the strategy in the symbol have to pass it."""
        return (not self.strategies or strategy in self.strategies) and (not self.symbols or symbol in self.symbols)


class Session(Scope, frozen=True, kw_only=True):
    """New orders within these hours of these days only. Where several sessions concern an order, one is enough."""

    days: str = "mon-fri"
    hours: str = "00:00-24:00"
    clock: Clock = "server"

    def __post_init__(self) -> None:
        """Raise `ValueError` for days or hours that cannot be read."""
        windows_of(self.days, self.hours)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows of the week."""
        return windows_of(self.days, self.hours)


class Spread(Scope, frozen=True, kw_only=True):
    """New orders at a spread of at most `points` only."""

    points: Points


class NewsEvent(Struct, frozen=True, array_like=True):
    """One line of a calendar: time UTC (2014-01-10T13:30Z), currency or symbol (ALL: each), impact, title."""

    time: str
    concerns: str
    impact: str
    title: str

    def __post_init__(self) -> None:
        """Raise `ValueError` for a time that cannot be read."""
        _ = self.time_ns

    @property
    def time_ns(self) -> int:
        """Its time in ns UTC."""
        text = self.time.strip().removesuffix("Z")
        if not text or not self.time.strip().endswith("Z") or "T" not in text:
            message = f'"{self.time}" is no time in UTC. Write it like 2014-01-10T13:30Z'
            raise ValueError(message)
        return int(np.datetime64(text, "ns").astype(np.int64))


class News(Scope, frozen=True, kw_only=True):
    """Nothing new from some minutes before an event of these impacts to some minutes after it."""

    events: tuple[NewsEvent, ...]
    minutes_before: Minutes = 30
    minutes_after: Minutes = 30
    impacts: tuple[str, ...] = ("high",)


class Friday(Scope, frozen=True, kw_only=True):
    """Everything is closed at this time on Friday, and nothing is opened from then until Monday begins."""

    close: str = "20:45"
    clock: Clock = "server"

    def __post_init__(self) -> None:
        """Raise `ValueError` for a time that cannot be read."""
        minutes_of(self.close)

    @property
    def closed(self) -> Window:
        """The closed window of the week."""
        return FRIDAY * DAY_NS + minutes_of(self.close) * MINUTE_NS, WEEK_NS
