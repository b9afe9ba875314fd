"""Risk's limits. Every limit has a number: nothing is unlimited because somebody forgot it.

Volumes in 1e-8 lots, money in minor units of the account, shares in millionths (ppm), times in seconds of book time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from tallystick.market.instrument import LOT
from tallystick.market.sessions import Sessions
from tallystick.platform.risk.account_limits import AccountLimits, with_preset
from tallystick.platform.risk.filters import Friday, News, Session, Spread

SATURDAY_UTC = (7_200, 8_640)
"""Minutes of the week from Monday 00:00 UTC: Saturday."""


@dataclass(frozen=True, slots=True)
class Collar:
    """How far an order's price may be from the market."""

    order_ppm: int = 20_000
    """From the quote on the order's side, order by order."""
    period_ppm: int = 50_000
    """From the quote that risk saw first in the period."""
    period_s: int = 3_600


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something may happen."""

    messages_per_s: int = 10
    messages_burst: int = 50
    """Messages that may come at one moment after a rest."""
    duplicate_window_s: int = 1
    repeats_max: int = 100
    """New orders of one strategy on one symbol and side within `repeats_window_s`; one more latches."""
    repeats_window_s: int = 3_600


@dataclass(frozen=True, slots=True)
class RiskSettings:
    """The limits of one book. Where a setting is absent the default here holds, which is finite."""

    strategies: tuple[str, ...] | None = None
    """Strategies that may open; None: every strategy of the book; an empty tuple: none."""
    symbols: tuple[str, ...] | None = None
    """Symbols that may be opened; None: every symbol the terminal declared; an empty tuple: none."""
    closed_minutes: tuple[tuple[int, int], ...] = (SATURDAY_UTC,)
    """From-to in minutes of the week (Monday 00:00 UTC is 0) in which nothing new is opened."""
    quote_age_max_s: int = 60
    collar: Collar = field(default_factory=Collar)
    pace: Pace = field(default_factory=Pace)
    order_volume_max: int = 10 * LOT
    order_value_max: int = 200_000_000
    position_volume_max: int = 20 * LOT
    """Sum of positions and orders in flight on one side of a symbol."""
    exposure_value_max: int = 500_000_000
    """Sum over all symbols of positions and orders in flight, at the latest quotes."""
    daily_loss_ppm: int = 50_000
    """Of the balance at the start of the server's day."""
    drawdown_ppm: int = 200_000
    """Of the highest balance so far."""

    sessions: tuple[Session, ...] = ()
    """Hours in which something new may be opened."""
    spreads: tuple[Spread, ...] = ()
    """The widest spread at which something new is opened."""
    news: tuple[News, ...] = ()
    """Calendars around whose events nothing new is opened."""
    friday: Friday | None = None
    """When everything is closed before the weekend."""
    account_limits: AccountLimits = field(default_factory=AccountLimits)
    """Losses at which everything is closed."""
    server_time: str = "utc"
    """The server's clock; the plan's, not a setting of its own."""
    hours: Mapping[str, Sessions] = field(default_factory=dict)
    """Trading hours by symbol, or under "default"; the plan's too."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a limit that could not bind."""
        numbers = {
            "quote_age_max_s": self.quote_age_max_s,
            "collar.order_ppm": self.collar.order_ppm,
            "collar.period_ppm": self.collar.period_ppm,
            "collar.period_s": self.collar.period_s,
            "pace.messages_per_s": self.pace.messages_per_s,
            "pace.messages_burst": self.pace.messages_burst,
            "pace.duplicate_window_s": self.pace.duplicate_window_s,
            "pace.repeats_max": self.pace.repeats_max,
            "pace.repeats_window_s": self.pace.repeats_window_s,
            "order_volume_max": self.order_volume_max,
            "order_value_max": self.order_value_max,
            "position_volume_max": self.position_volume_max,
            "exposure_value_max": self.exposure_value_max,
            "daily_loss_ppm": self.daily_loss_ppm,
            "drawdown_ppm": self.drawdown_ppm,
        }
        for name, number in numbers.items():
            if number < (1 if name.startswith("pace.messages") or name == "collar.period_s" else 0):
                message = f"E601 risk setting {name} is {number}: a limit is a whole number that can bind. Raise it."
                raise ValueError(message)


def risk_settings_from(plan: Mapping[str, Any]) -> RiskSettings:
    """Settings as a plan writes them, `collar` and `pace` as maps; the rest has the preset's value or its default.

    Raises `ValueError` for a name that no setting has (a limit misspelt is a limit lost) or a value that does not fit.
    """
    try:
        plan = with_preset(plan)
        known = {one.name for one in fields(RiskSettings)} - {"server_time", "hours"}
        groups: dict[str, type[Any]] = {"collar": Collar, "pace": Pace}
        unknown = sorted(set(plan) - known)
        for group, kind in groups.items():
            unknown += [
                f"{group}.{one}" for one in sorted(set(plan.get(group, {})) - {one.name for one in fields(kind)})
            ]
        if unknown:
            message = f'E601 no risk setting is called "{unknown[0]}". There are: {", ".join(sorted(known))}.'
            raise ValueError(message)
        return msgspec.convert(dict(plan), RiskSettings)
    except msgspec.ValidationError as error:
        message = f"E601 risk settings: {error}. Limits are whole numbers; see docs/risk.md."
        raise ValueError(message) from error
