"""Money of a sampled market: an account in another currency, calculation modes, margins and swaps of every kind."""

import random
from dataclasses import replace

import msgspec

from tallystick.market.instrument import LOT, Instrument
from tests.simulation.sampled_market import Market

CONSTANT = "GBP"
"""A currency that no pair of the market quotes: a constant rate converts it."""


def with_sampled_money(rng: random.Random, market: Market) -> Market:
    """The market's money otherwise: conversion through EURUSD where the market has it, and modes of all kinds."""
    currency = rng.choice(("USD", "EUR")) if "EURUSD" in market.instruments else "USD"
    account = msgspec.structs.replace(market.account, currency=currency)
    quoted = ("USD", "EUR") if "EURUSD" in market.instruments else ("USD",)
    instruments = {symbol: _money(rng, one, quoted, account.digits) for symbol, one in market.instruments.items()}
    return replace(market, account=account, instruments=instruments)


def _money(rng: random.Random, one: Instrument, quoted: tuple[str, ...], digits: int) -> Instrument:
    """One symbol: EURUSD is a pair, ODDLOT a pair of a currency of its own, XAUUSD and INDEX are what they may be."""
    base = {"EURUSD": "EUR", "ODDLOT": "ODD"}.get(one.symbol, "")
    modes: tuple[str, ...] = ("forex", "forex_no_leverage")
    if not base:
        modes = ("cfd", "cfd_leverage", "cfd_index", "exch_stocks", "futures", "exch_futures")
    mode = rng.choice(modes)
    profit = rng.choice((*quoted, CONSTANT)) if one.symbol in {"INDEX", "XAUUSD"} else "USD"
    ticked = mode in {"futures", "exch_futures", "cfd_index"} and rng.random() < 0.8
    lot = _a_margin(rng, one)
    changed = replace(
        one,
        calc_mode=mode,
        currency_base=base,
        currency_profit=profit,
        currency_margin=base,
        profit_rate=1.27 if profit == CONSTANT else 0.0,
        margin_rate=1.31 if profit == CONSTANT else 0.0,
        tick_size=rng.choice((10.0**-one.digits, 0.25)) if ticked else 0.0,
        tick_value=rng.choice((0.5, 1.25)) if ticked else 0.0,
        margin_initial=lot if mode in {"futures", "exch_futures"} or rng.random() < 0.1 else 0.0,
        margin_maintenance=rng.choice((0.0, 0.0, lot * 0.75)),
        margin_rate_long=rng.choice((1.0, 1.0, 1.15)),
        margin_rate_short=rng.choice((1.0, 1.0, 0.8)),
        maintenance_rate_long=rng.choice((0.0, 0.0, 0.9)),
        maintenance_rate_short=rng.choice((0.0, 0.0, 1.05)),
        margin_hedged_larger_leg=rng.random() < 0.2,
        swap_multipliers=rng.choice(
            ((), (), (1.0, 1.0, 3.0, 1.0, 1.0, 0.0, 0.0), (0.5, 2.5, 1.25, 1.0, 1.5, 2.0, 0.5))
        ),
        swap_year_days=rng.choice((360, 365)),
    )
    swaps = ["disabled", "points", "currency", "interest_current", "interest_open"]
    swaps += ["currency_symbol", "currency_margin"] if base else []
    return replace(changed, swap_mode=rng.choice(swaps))


def _a_margin(rng: random.Random, one: Instrument) -> float:
    """A margin of a lot that some accounts can afford."""
    lots = one.volume_min / LOT
    return round(rng.choice((5.0, 20.0, 90.0)) / lots, 2)
