"""Trading conditions by symbol: typical ones built in, or your broker's own from a file.

The built-in conditions are typical of MT5 brokers and no broker's: 0.01 to 100 lots, market execution, stops at least
20 points away, USD 3.50 a lot and side (350 minor units of the account), **no swaps**. The demo's three symbols have
the demo's. Real ones come from a JSON or TOML file (`instruments_from`) or from MetaTrader itself: see `mt5_symbol.py`.
"""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.data.errors import UnknownSymbol

SUFFIX_MARKS = ".-_#+!"
"""What stands between a symbol and a broker's own ending, as in EURUSD.r or EURUSD_i."""
MAJORS = ("EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY")
"""In the market's order: the earlier of two is the base."""
EXOTIC_QUOTES = {"SEK": 5, "NOK": 5, "DKK": 5, "PLN": 5, "SGD": 5, "HKD": 5, "CNH": 5, "MXN": 5, "ZAR": 5, "TRY": 5,
                 "ILS": 5, "CZK": 4, "THB": 3, "HUF": 3}  # fmt: skip
"""Decimal places by quote currency, against EUR, GBP and USD."""
PAIR_DIGITS = {"JPY": 3}
STOPS_LEVEL = 20
COMMISSION = 350


class Metal(NamedTuple):
    """What sets a metal apart: decimal places and ounces in a lot."""

    digits: int
    ounces: float


METALS = {"XAU": Metal(2, 100.0), "XAG": Metal(3, 5000.0), "XPT": Metal(2, 100.0), "XPD": Metal(2, 100.0)}
METAL_QUOTES = ("USD", "EUR", "GBP", "AUD", "CHF", "JPY")


def instrument_for(symbol: str, own: Mapping[str, Instrument] | None = None) -> Instrument:
    """The conditions of a symbol: yours if `own` has it, else the built-in ones.

    A broker's ending after one of ". - _ # + !" is looked through: EURUSD.r has EURUSD's conditions under its own
    name. Raises `UnknownSymbol` (E101), with the likeliest symbol meant.
    """
    known = {**built_in(), **(own or {})}
    plain = _plain(symbol)
    for name in (symbol, plain, plain.upper()):
        if name in known:
            return known[name] if name == symbol else replace(known[name], symbol=symbol)
    near = difflib.get_close_matches(plain.upper(), known, n=1, cutoff=0.7)
    what = f'symbol "{symbol}" has no conditions: it is none of the {len(known)} known ones.'
    meant = f"Did you mean {near[0]}? Else give" if near else "Give"
    raise UnknownSymbol(
        what, f'{meant} its conditions in a JSON or TOML file, as docs/data.md shows: instruments="FILE".'
    )


def symbol_in(name: str) -> str | None:
    """The symbol that a file's name holds, such as EURUSD in fxcm_hour_eurusd_2014.zip; None when none or several."""
    text = name.upper()
    found = {symbol for symbol in built_in() if symbol in text}
    return found.pop() if len(found) == 1 else None


@cache
def built_in() -> dict[str, Instrument]:
    """Every built-in instrument by symbol."""
    pairs = [(base, quote) for index, base in enumerate(MAJORS) for quote in MAJORS[index + 1 :]]
    pairs += [(base, quote) for base in ("EUR", "GBP", "USD") for quote in EXOTIC_QUOTES]
    pairs += [(base, quote) for base in METALS for quote in METAL_QUOTES]
    made = {base + quote: _typical(base, quote) for base, quote in pairs}
    return made | demo_instruments()


def _typical(base: str, quote: str) -> Instrument:
    metal = METALS.get(base)
    digits = metal.digits if metal else PAIR_DIGITS.get(quote, EXOTIC_QUOTES.get(quote, 5))
    return Instrument(
        symbol=base + quote,
        digits=digits,
        contract_size=metal.ounces if metal else 100_000.0,
        volume_min=LOT // 100,
        volume_max=100 * LOT,
        volume_step=LOT // 100,
        currency_base=base,
        currency_profit=quote,
        currency_margin=quote if metal else base,
        calc_mode="cfd_leverage" if metal else "forex",
        stops_level=STOPS_LEVEL,
        commission_per_lot=COMMISSION,
    )


def _plain(symbol: str) -> str:
    for place, character in enumerate(symbol):
        if character in SUFFIX_MARKS and place:
            return symbol[:place]
    return symbol
