"""Volatility target: the measure agrees with a plain one in floats, however rows are cut, and the size follows it."""

import itertools
import math
import random
import statistics
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import SignalRaised, TargetSet, TargetWithheld
from tallystick.market.instrument import LOT
from tallystick.market.rows import BarClosed, Rows
from tallystick.platform.portfolio import Portfolio, VolatilityTarget, sizing_from
from tests.unit.risk.desk import EURUSD, FakeContext, account

STEP = LOT // 100
HOUR = 3_600_000_000_000
BARS_A_YEAR = 260 * 24


def declared(number: int, symbol: str, kind: str = "bar", period: int = HOUR) -> SeriesDeclared:
    return SeriesDeclared(
        series=number, symbol=symbol, kind=kind, period_ns=period, time_rule="utc", source="", rows=-1, data_hash=""
    )


def bars_of(closes: list[tuple[int, float]]) -> Rows:
    """Hourly rows of (series, close); the ask is two points above."""
    bid = np.array([close for _, close in closes])
    series = np.array([number for number, _ in closes], dtype=np.uint16)
    return Rows("bar", np.arange(1, len(closes) + 1, dtype=np.int64) * HOUR, series, bid, bid + 0.0002, {})


def bar(number: int, close: float) -> BarClosed:
    ask = close + 0.0002
    return BarClosed(number, "EURUSD", 0, 0, close, close, close, close, ask, ask, ask, ask, 1)


def signal(symbol: str = "EURUSD") -> SignalRaised:
    return SignalRaised(strategy="ema", symbol=symbol, direction=1, stop_points=0, take_points=0)


def walk(count: int, seed: int, step: float = 0.0005) -> list[float]:
    chance, price, found = random.Random(seed), 1.3, []
    for _ in range(count):
        price += chance.uniform(-step, step)
        found.append(round(price, 5))
    return found


def told(sizing: VolatilityTarget, closes: list[float]) -> Portfolio:
    portfolio = Portfolio(sizing)
    portfolio.react(declared(0, "EURUSD"), FakeContext())
    portfolio.advance(bars_of([(0, close) for close in closes]))
    return portfolio


@pytest.mark.parametrize("seed", range(20))
def test_the_size_is_what_a_plain_computation_in_floats_gives_rounded_down(seed: int) -> None:
    chance = random.Random(seed)
    rows, target, equity = chance.randrange(2, 60), chance.randrange(20_000, 400_000), chance.randrange(10**6, 10**9)
    closes = walk(rows + chance.randrange(1, 30), seed)
    sizing = VolatilityTarget(target, rows=rows, cap_ppm=1_000_000_000)
    (said,) = told(sizing, closes).react(signal(), FakeContext(account=account(equity=equity)))
    mids = [(close + close + 0.0002) / 2 for close in closes[-rows - 1 :]]
    returns = [b / a - 1 for a, b in itertools.pairwise(mids)]
    deviation = statistics.stdev(returns) * math.sqrt(BARS_A_YEAR)
    value_of_a_step = 1.30005 * 1_000 * 100
    steps = equity * target / 1e6 / deviation / value_of_a_step
    assert isinstance(said, TargetSet)
    if abs(steps - round(steps)) > 1e-6:
        assert said.volume == min(int(steps) * STEP, EURUSD.volume_max)


def test_quiet_rows_in_any_pieces_leave_what_single_rows_leave() -> None:
    chance = random.Random(5)
    feed = [(chance.choice((0, 1, 2)), close) for close in walk(400, 5)]
    one, many = VolatilityTarget(100_000, rows=37), VolatilityTarget(100_000, rows=37)
    for sizing in (one, many):
        sizing.hear(declared(0, "EURUSD"), None)
        sizing.hear(declared(1, "EURUSD", period=4 * HOUR), None)
        sizing.hear(declared(2, "XAUUSD"), None)
    for number, close in feed:
        one.hear(bar(number, close), None)
    rows, at = bars_of(feed), 0
    while at < len(rows):
        stop = min(at + chance.randrange(1, 90), len(rows))
        many.advance(rows.part(at, stop))
        at = stop
    assert one.freeze() == many.freeze()
    assert len(one.freeze()) == 2  # the second length of EURUSD bars is not measured


def test_before_enough_bars_nothing_is_sized() -> None:
    (said,) = told(VolatilityTarget(100_000, rows=10), walk(10, 1)).react(signal(), FakeContext())
    assert isinstance(said, TargetWithheld)
    assert (said.rule, said.limit, said.value) == ("history", 10, 9)
    (said,) = told(VolatilityTarget(100_000, rows=10), walk(11, 1)).react(signal(), FakeContext())
    assert isinstance(said, TargetSet)


def test_a_market_that_stands_still_is_sized_by_the_cap() -> None:
    (said,) = told(VolatilityTarget(100_000, rows=5, cap_ppm=2_000_000), [1.3] * 9).react(signal(), FakeContext())
    assert isinstance(said, TargetSet)
    assert said.volume == 153 * STEP  # 200,000 USD at 1.30005


def test_a_target_too_small_for_the_smallest_volume_is_withheld() -> None:
    (said,) = told(VolatilityTarget(1, rows=5), walk(9, 2)).react(signal(), FakeContext())
    assert isinstance(said, TargetWithheld)
    assert said.rule == "volume_min"
    assert "0 lots of EURUSD, less than the smallest 0.01" in said.detail


def test_a_symbol_keeps_its_closes_when_a_later_run_numbers_the_series_otherwise() -> None:
    sizing = VolatilityTarget(100_000, rows=3)
    for number, symbol in ((0, "EURUSD"), (1, "XAUUSD")):
        sizing.hear(declared(number, symbol), None)
    sizing.advance(bars_of([(0, 1.0), (1, 9.0), (0, 2.0)]))
    again = VolatilityTarget(100_000, rows=3)
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(sizing.freeze())))
    for number, symbol in ((0, "XAUUSD"), (1, "EURUSD")):
        again.hear(declared(number, symbol), None)
    again.advance(bars_of([(0, 8.0), (1, 3.0)]))
    kept = {row[1]: [round(close) for close in row[3]] for row in again.freeze()}
    assert kept == {"EURUSD": [1, 2, 3], "XAUUSD": [9, 8]}


def test_the_portfolio_hears_rows_only_for_a_sizing_that_learns_from_them() -> None:
    assert BarClosed not in Portfolio().hears
    learning = Portfolio(by_strategy={"ema": VolatilityTarget(100_000)})
    assert BarClosed in learning.hears
    assert learning.scan(bars_of([(0, 1.0)])) == -1


@pytest.mark.parametrize(
    "wrong", [{"rows": 1}, {"target_ppm": 0}, {"rows_per_year": -1}, {"cap_ppm": 0}, {"rows": True}, {"rows": "9"}]
)
def test_numbers_that_make_no_target_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"E114 sizing {next(iter(wrong))}"):
        sizing_from({"kind": "volatility_target", "target_ppm": 100_000, **wrong})


def test_a_currency_that_no_quote_converts_is_withheld_with_the_ways_out() -> None:
    context = FakeContext(quotes={})
    (said,) = told(VolatilityTarget(100_000, rows=5), walk(9, 2)).react(signal("USDJPY"), context)
    assert isinstance(said, TargetWithheld)
    assert said.rule == "currency"
    assert "profit_rate" in said.detail
