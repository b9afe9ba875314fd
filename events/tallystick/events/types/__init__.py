"""The built-in catalogue: every event type that Tallystick itself knows."""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types import account, log, market, mt5, optimisation, research, running, trading

LOG_EVENTS: tuple[type[Event], ...] = (
    log.TypeDeclared,
    log.SourceDeclared,
    log.EpochOpened,
    log.BodiesPruned,
    log.TailCut,
    log.Checkpointed,
    log.Succeeded,
)
"""Known to every reader without a declaration: their ids are their places here, from 1."""

EVENTS: tuple[type[Event], ...] = LOG_EVENTS + tuple(
    each
    for module in (market, trading, account, running, research, mt5, optimisation)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Event) and each is not Event
)


def _sending_with_server_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """order.sending 1 knew no stop-limit orders, no time types but these two, and no close-by."""
    return fields | {"stop_limit": 0.0, "time_type": SPECIFIED if fields["expires"] else GTC, "opposite": 0}


def _account_with_limits(fields: dict[str, Any]) -> dict[str, Any]:
    """account.opened 1 knew no limits: nothing was limited, lent or forbidden."""
    return fields | ACCOUNT_OF_1


def _instrument_with_server_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """market.instrument_declared 1 left out what was then the same for every instrument."""
    return fields | INSTRUMENT_OF_1


GTC, SPECIFIED = 0, 2
ACCOUNT_OF_1: dict[str, Any] = {
    "credit": 0,
    "limit_orders": 0,
    "limit_positions": 0,
    "message_limit": 0,
    "fifo_close": False,
    "hedge_prohibited": False,
    "trade_allowed": True,
    "trade_expert": True,
}
INSTRUMENT_OF_1: dict[str, Any] = {
    "trade_mode": "full",
    "order_modes": 127,
    "expiration_modes": 15,
    "gtc_mode": "gtc",
    "tick_size": 0.0,
    "tick_value": 0.0,
    "margin_initial": 0.0,
    "margin_maintenance": 0.0,
    "margin_rate_long": 1.0,
    "margin_rate_short": 1.0,
    "maintenance_rate_long": 0.0,
    "maintenance_rate_short": 0.0,
    "margin_hedged_larger_leg": False,
    "swap_multipliers": (),
    "swap_year_days": 360,
    "profit_rate": 0.0,
    "margin_rate": 0.0,
    "liquidity_volume": 0,
    "sessions": "",
    "trades_from": 0,
    "trades_until": 0,
    "price_limit_min": 0.0,
    "price_limit_max": 0.0,
    "book_depth": 0,
}
UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("order.sending", 1): _sending_with_server_fields,
    ("account.opened", 1): _account_with_limits,
    ("market.instrument_declared", 1): _instrument_with_server_fields,
}
"""From version v of a type to v + 1, by name and v: how logs of earlier releases are read."""

__all__ = ["EVENTS", "LOG_EVENTS", "UPCASTERS"]
