"""A strategy's class line read: which rows it hears, the lots it trades, how long it warms up."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tallystick.events.types.market import SeriesDeclared, ServerTimeRuled
from tallystick.events.types.running import TimerFired
from tallystick.events.types.trading import DealMade, OrderRequested
from tallystick.market.instrument import LOT
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.errors import ParameterUnfit, SettingRefused, meant
from tallystick.platform.authoring.lots import Lots, size
from tallystick.platform.authoring.timeframes import TICKS
from tallystick.platform.strategies.series import Source

LINE = ("symbol", "timeframe", "lots", "warm_up", "name")
CALLBACKS = ("on_start", "on_bar", "on_quote", "on_fill", "on_timer")
MOST_ROWS = 10**6
SOURCES: dict[Source, type] = {"bars": BarClosed, "quotes": Quote}


def heard_by(cls: type, plain: type, name: str, timeframe: str | None) -> tuple[tuple[Source, ...], tuple[type, ...]]:
    """The rows and the types that a class hears by what it overrides of `plain`; raises `SettingRefused` (E511)."""
    wrote = [one for one in CALLBACKS if getattr(cls, one) is not getattr(plain, one)]
    if "on_bar" in wrote and timeframe == TICKS:
        message = f'E511 {name}: on_bar has no bars where timeframe is "ticks". Write on_quote, or name a timeframe.'
        raise SettingRefused(message)
    if "on_bar" not in wrote and "on_quote" not in wrote:
        message = f"E511 {name} hears no rows{_near(cls)}. Write on_bar(self, bar) or on_quote(self, quote)."
        raise SettingRefused(message)
    sources: list[Source] = []
    if "on_bar" in wrote or timeframe not in {None, TICKS}:
        sources.append("bars")
    if "on_quote" in wrote:
        sources.append("quotes")
    hears: list[type] = [SeriesDeclared, ServerTimeRuled, *(SOURCES[one] for one in sources)]
    hears += [TimerFired] if "on_timer" in wrote else []
    hears += [OrderRequested, DealMade] if "on_fill" in wrote else []
    return tuple(sources), tuple(hears)


def size_of(lots: Lots | None) -> Decimal | None:
    """The class line's lots."""
    return None if lots is None else Decimal(size(lots)) / LOT


def refuse_names(where: str, parameters: Iterable[str], known: Iterable[str]) -> None:
    """Raise `SettingRefused` (E525) for a parameter that would hide an action, a view or an indicator."""
    hidden = next((name for name in parameters if name in known), None)
    if hidden is not None:
        message = f'E525 {where}: parameter "{hidden}" would hide self.{hidden}. Name it otherwise: {hidden}_value.'
        raise SettingRefused(message)


def whole(where: str, setting: str, value: Any) -> int:
    """A whole number of rows; raises `ParameterUnfit` (E505)."""
    if type(value) is not int or not 0 <= value <= MOST_ROWS:
        message = f"E505 {where}: {setting} is {value!r}; it takes a whole number of rows. Change it."
        raise ParameterUnfit(message)
    return value


def _near(cls: type) -> str:
    for name in vars(cls):
        near = meant(name, CALLBACKS) if not name.startswith("_") else ""
        if near:
            return f" (it has {name}: {near[:-2]}?)"
    return ""
