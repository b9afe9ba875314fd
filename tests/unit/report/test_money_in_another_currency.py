"""The report's figures of symbols that pay in another currency than the account's."""

import numpy as np
import pytest

from tallystick.events.types.account import PositionMarginFixed
from tallystick.market.instrument import LOT
from tallystick.platform.report.equity import profit_of
from tallystick.platform.report.load import load_of
from tallystick.platform.report.prices import Prices
from tallystick.platform.report.rates import Rates
from tallystick.platform.report.story import Told
from tallystick.platform.report.trades import Holding
from tests.unit.report.test_own_books import HOUR, curve
from tests.unit.terminal.exchange import pair

INSTRUMENTS = {symbol: pair(symbol) for symbol in ("EURUSD", "USDJPY")}


def rows(symbol: str, first_hour: int, *bids: float, spread: float) -> Prices:
    time = np.arange(first_hour, first_hour + len(bids), dtype=np.int64) * HOUR
    bid = np.array(bids)
    ask = bid + spread
    return Prices(symbol, "bar", HOUR, time, bid, ask, bid, bid, bid, ask, ask)


DOLLARS = rows("EURUSD", 1, 1.2, 1.2, 1.2, 1.2, spread=0.001)
YEN = rows("USDJPY", 2, 110.0, 112.0, spread=0.5)


def test_gains_are_sold_at_the_bid_and_losses_bought_at_the_ask_of_the_latest_row() -> None:
    rates = Rates(INSTRUMENTS, [DOLLARS, YEN], "JPY")
    found = rates.of("EURUSD", DOLLARS.time)
    assert found is not None
    assert found.gain.tolist() == [0.0, 110.0, 112.0, 112.0]
    assert found.loss.tolist() == [0.0, 110.5, 112.5, 112.5]
    assert found.of(np.array([5.0, -2.0, 2.0, -2.0])).tolist() == [0.0, -221.0, 224.0, -225.0]
    assert rates.of("USDJPY", YEN.time) is None


def test_a_pair_the_other_way_round_divides() -> None:
    found = Rates(INSTRUMENTS, [DOLLARS, YEN], "USD").of("USDJPY", YEN.time)
    assert found is not None
    assert found.gain.tolist() == pytest.approx([1 / 110.5, 1 / 112.5])
    assert found.loss.tolist() == pytest.approx([1 / 110, 1 / 112])


def test_a_holding_floats_in_the_account_s_currency() -> None:
    held = Holding(1, "USDJPY", -1, LOT // 10, 111.0, 0, 2 * HOUR, -1)
    rates = Rates(INSTRUMENTS, [YEN], "USD").of("USDJPY", YEN.time)
    # A tenth of a lot sold at 111.000: 0.500 won at the ask of 110.500, 1.500 lost at that of 112.500.
    expected = [round(5_000 / 110.5 * 100), -round(15_000 / 112.0 * 100)]
    assert profit_of(YEN.ask, held, INSTRUMENTS["USDJPY"], 2, rates).tolist() == expected


def test_a_margin_that_the_terminal_fixed_stands_until_it_fixes_another() -> None:
    first = Holding(7, "EURUSD", 1, LOT // 10, 1.2, 0, 1 * HOUR, 3 * HOUR)
    smaller = Holding(7, "EURUSD", 1, LOT // 20, 1.2, 0, 3 * HOUR, -1)
    fixed = [
        Told(seq, time * HOUR, PositionMarginFixed(position=7, symbol="EURUSD", margin=margin, moment=0))
        for seq, time, margin in ((1, 1, 13_200), (2, 3, 6_600))
    ]
    load = load_of(curve(), [first, smaller], INSTRUMENTS, 100, 0, currency="JPY", fixed=fixed)
    assert load.margin.tolist() == [13_200, 13_200, 6_600, 6_600]
