"""Symbols of the simulated terminal under test: a plain one, and one for each condition that gives its own answer."""

from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.sessions import Range, Sessions

CENT_LOT = LOT // 100


def _forex(symbol: str, **conditions: Any) -> Instrument:
    plain: dict[str, Any] = {
        "symbol": symbol,
        "digits": 5,
        "contract_size": 100_000.0,
        "volume_min": CENT_LOT,
        "volume_max": 100 * LOT,
        "volume_step": CENT_LOT,
        "currency_base": "EUR",
        "currency_profit": "USD",
        "currency_margin": "EUR",
        "calc_mode": "forex_no_leverage" if conditions.pop("heavy", False) else "forex",
        "margin_hedged": 100_000.0,
        "swap_long": -7.0,
        "swap_short": 2.0,
    }
    return Instrument(**{**plain, **conditions})


EURUSD = _forex("EURUSD")
INSTANT = _forex("INSTANT", execution="instant")
EXCHANGE = _forex("EXCHANGE", execution="exchange")
REQUEST = _forex("REQUEST", execution="request")
FOK_ONLY = _forex("FOKONLY", filling_modes=1)
IOC_ONLY = _forex("IOCONLY", filling_modes=2)
DISABLED = _forex("DISABLED", trade_mode="disabled")
LONG_ONLY = _forex("LONGONLY", trade_mode="long_only")
SHORT_ONLY = _forex("SHORTONLY", trade_mode="short_only")
CLOSE_ONLY = _forex("CLOSEONLY", trade_mode="close_only")
CLOSED = _forex("CLOSED", sessions="never")
THIN = _forex("THIN", liquidity_volume=50 * CENT_LOT, book_depth=10)
STOPS = _forex("STOPS", stops_level=50)
FROZEN = _forex("FROZEN", freeze_level=50)
CAPPED = _forex("CAPPED", volume_limit=LOT)
NO_LIMITS = _forex("NOLIMITS", order_modes=127 - 2)
DAY_ONLY = _forex("DAYONLY", expiration_modes=3)
LATE = _forex("LATE")
"""Its first quote comes long after the others'."""

CALENDARS = {"never": Sessions(week=((), (), (), (), (), (Range(0, 60),), ()))}
"""Open for a minute of Saturday, which no case reaches."""
