"""MT5's calculation and swap modes on the server, each by hand."""

from fractions import Fraction
from typing import Any

import pytest

from tallystick.events.types.account import SwapCharged
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.exchange import deals, order, pair, quote, server
from tests.unit.terminal.server import BUY, LOT, SELL

DAY_S = 86_400
GAIN = Fraction(1_500 * 100_000, 120_010)
INTEREST = Fraction(2_000)
"""Cents of a night of 3.6 percent a year of 200,000 euros, in a year of 360 days."""
INDEX: dict[str, Any] = {
    "symbol": "DAX",
    "digits": 1,
    "contract_size": 5.0,
    "volume_min": LOT // 10,
    "volume_max": 100 * LOT,
    "volume_step": LOT // 10,
    "currency_base": "EUR",
    "currency_profit": "EUR",
    "currency_margin": "EUR",
}
FUTURE: dict[str, Any] = INDEX | {
    "symbol": "FDAX",
    "calc_mode": "futures",
    "tick_size": 0.5,
    "tick_value": 12.5,
    "contract_size": 25.0,
}


def held(instrument: Instrument, kind: int = BUY, lots: float = 2.0, **settings: Any) -> SimulatedTerminal:
    """A server of 200,000.00 euros, by 20, that has bought or sold at 10,000.0 to 10,001.0."""
    terminal = server("EUR", [instrument], leverage=20, balance=20_000_000, **settings)
    quote(terminal, 0, **{instrument.symbol: (100_000, 100_010)})
    terminal.send(order(1, instrument.symbol, kind, lots), 0)
    quote(terminal, 1, **{instrument.symbol: (100_000, 100_010)})
    return terminal


@pytest.mark.parametrize(
    ("changes", "cents"),
    [
        ({"calc_mode": "cfd"}, 2 * 5 * 1_000_100),
        ({"calc_mode": "exch_stocks"}, 2 * 5 * 1_000_100),
        ({"calc_mode": "cfd_leverage"}, 2 * 5 * 1_000_100 // 20),
        ({"calc_mode": "cfd_index", "tick_size": 0.5, "tick_value": 0.25}, 2 * 5 * 1_000_100 // 2),
        ({"calc_mode": "forex_no_leverage"}, 2 * 500),
        ({"calc_mode": "forex"}, 2 * 500 // 20),
        ({"calc_mode": "cfd", "margin_initial": 750.0}, 2 * 75_000),
        ({"calc_mode": "cfd_leverage", "margin_initial": 750.0}, 2 * 75_000 // 20),
        ({"calc_mode": "forex", "margin_initial": 750.0}, 2 * 75_000 // 20),
        ({"calc_mode": "cfd", "margin_rate_long": 0.25}, 2 * 5 * 1_000_100 // 4),
        ({"calc_mode": "cfd", "margin_rate_short": 0.25}, 2 * 5 * 1_000_100),
        ({"calc_mode": "cfd", "maintenance_rate_long": 0.1}, 2 * 5 * 1_000_100 // 10),
    ],
)
def test_each_mode_has_its_margin(changes: dict[str, Any], cents: int) -> None:
    base = {"currency_base": "DAX"} if str(changes["calc_mode"]).startswith("cfd") else {}
    terminal = held(Instrument(**(INDEX | base | changes)))
    assert terminal.margin == cents
    assert terminal.equity == 20_000_000 - 2 * 5 * 100


def test_a_future_s_profit_goes_by_ticks_and_its_margin_is_stated() -> None:
    terminal = held(Instrument(**(FUTURE | {"margin_initial": 11_000.0, "margin_maintenance": 9_000.0})), lots=3.0)
    # An order must find the initial margin, the position binds the maintenance margin.
    assert terminal.order_margin("FDAX", 1, 3 * LOT, 10_001.0) == 3 * 1_100_000
    assert terminal.margin == 3 * 900_000
    quote(terminal, 2, FDAX=(100_100, 100_110))
    # 9.0 up is 18 ticks of 12.50 on three lots.
    assert terminal.equity == 20_000_000 + 18 * 1_250 * 3
    assert terminal.order_profit("FDAX", -1, 3 * LOT, 10_001.0, 10_010.0) == -18 * 1_250 * 3


def test_an_order_that_finds_maintenance_but_not_initial_margin_is_refused() -> None:
    future = Instrument(**(FUTURE | {"margin_initial": 11_000.0, "margin_maintenance": 9_000.0}))
    terminal = held(future, lots=10.0)
    assert terminal.margin == 10 * 900_000
    # 200,000 less 10 x 9,000 and less the spread leave room for 9 more at 11,000 (or 12 at 9,000), not for 10.
    assert [terminal.check(order(2, "FDAX", BUY, lots), 0).retcode for lots in (9.0, 10.0)] == [0, 10019]


@pytest.mark.parametrize(
    ("larger", "cents"), [(False, 1_000_050 + 1_000_050 // 2 * 2), (True, 3 * 1_000_100 * 5 // 10)]
)
def test_hedged_positions_pay_the_hedged_size_or_the_larger_side(larger: bool, cents: int) -> None:
    instrument = Instrument(
        **(INDEX | {"calc_mode": "cfd", "margin_rate_long": 0.1, "margin_rate_short": 0.1, "margin_hedged": 2.5}),
        margin_hedged_larger_leg=larger,
    )
    terminal = held(instrument, lots=3.0)
    terminal.send(order(2, "DAX", SELL, 1.0), 0)
    quote(terminal, 2, DAX=(100_000, 100_010))
    long, short = 3 * 5 * 100_010, 5 * 100_000
    covered = Fraction(5, 10) * (long + short) * 1 / 4
    assert terminal.margin == (long if larger else round(Fraction(long * 2, 3)) + round(covered))


def test_a_fixed_margin_in_another_currency_is_converted_where_it_opens() -> None:
    future = Instrument(**(FUTURE | {"margin_initial": 11_000.0, "currency_profit": "USD", "currency_margin": "USD"}))
    terminal = server("EUR", [future, pair("EURUSD")], balance=10_000_000)
    quote(terminal, 0, FDAX=(100_000, 100_010), EURUSD=(120_000, 120_010))
    terminal.send(order(1, "FDAX", SELL, 1.0), 0)
    quote(terminal, 1, FDAX=(100_000, 100_010))
    # A sell's is sold at the bid of dollars in euros: 1 / 1.20010.
    assert terminal.margin == round(Fraction(1_100_000 * 100_000, 120_010))
    quote(terminal, 2, EURUSD=(130_000, 130_010))
    assert terminal.margin == round(Fraction(1_100_000 * 100_000, 120_010))


# -- swaps


@pytest.mark.parametrize(
    ("changes", "kind", "cents"),
    [
        # Points: 7.5 points of two lots at five digits are 15 dollars, a loss bought at the bid of EURUSD.
        ({"swap_mode": "points", "swap_long": -7.5}, BUY, Fraction(-1_500 * 100_000, 120_000)),
        ({"swap_mode": "points", "swap_short": 7.5}, SELL, Fraction(1_500 * 100_000, 120_010)),
        ({"swap_mode": "currency", "swap_long": -7.5}, BUY, Fraction(-1_500)),
        ({"swap_mode": "currency_symbol", "swap_long": -7.5}, BUY, Fraction(-1_500)),
        ({"swap_mode": "currency_margin", "currency_margin": "USD", "swap_long": 7.5}, BUY, GAIN),
        # Interest of 3.6 percent of 200,000 euros in dollars, at the bid now or the ask of the opening, a day of 360.
        ({"swap_mode": "interest_current", "swap_long": -3.6}, BUY, -INTEREST),
        ({"swap_mode": "interest_open", "swap_long": -3.6}, BUY, -INTEREST * 120_010 / 120_000),
        ({"swap_mode": "interest_current", "swap_long": -3.6, "swap_year_days": 365}, BUY, -INTEREST * 360 / 365),
        ({"swap_mode": "disabled", "swap_long": -7.5}, BUY, Fraction(0)),
    ],
)  # fmt: skip
def test_each_swap_mode_has_its_night(changes: dict[str, Any], kind: int, cents: Fraction) -> None:
    terminal = server("EUR", [pair("EURUSD", commission_per_lot=0, **changes)], leverage=100, balance=10_000_000)
    quote(terminal, 0, EURUSD=(120_000, 120_010))
    terminal.send(order(1, "EURUSD", kind, 2.0), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010))
    charged = [fact for fact in quote(terminal, DAY_S, EURUSD=(120_000, 120_010)) if isinstance(fact, SwapCharged)]
    assert [fact.amount for fact in charged] == ([round(cents)] if cents else [])


def test_multipliers_by_weekday_stand_in_for_the_triple_day() -> None:
    nights = {"swap_multipliers": (1.0, 0.0, 2.5, 1.0, 1.0, 3.0, 0.0), "swap_mode": "currency", "swap_long": -10.0}
    terminal = server("EUR", [pair("EURUSD", commission_per_lot=0, **nights)], leverage=100, balance=10_000_000)
    quote(terminal, 0, EURUSD=(120_000, 120_010))
    terminal.send(order(1, "EURUSD", BUY, 1.0), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010))
    charged = [fact for fact in quote(terminal, 7 * DAY_S, EURUSD=(120_000, 120_010)) if isinstance(fact, SwapCharged)]
    assert [fact.amount for fact in charged] == [-1_000, -2_500, -1_000, -1_000, -3_000]


def test_a_swap_kept_is_paid_with_the_closing_deal() -> None:
    swaps = {"swap_mode": "points", "swap_long": -7.5}
    terminal = server("EUR", [pair("EURUSD", commission_per_lot=0, **swaps)], leverage=100, balance=10_000_000)
    quote(terminal, 0, EURUSD=(120_000, 120_010))
    terminal.send(order(1, "EURUSD", BUY, 2.0), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010))
    quote(terminal, DAY_S, EURUSD=(120_000, 120_010))
    # The rate moves afterwards; the night stays what it was.
    quote(terminal, DAY_S + 1, EURUSD=(130_000, 130_010))
    terminal.send(order(2, "EURUSD", SELL, 2.0, position=1), 0)
    (closed,) = deals(quote(terminal, DAY_S + 2, EURUSD=(130_000, 130_010)))
    assert closed.swap == -1_250
