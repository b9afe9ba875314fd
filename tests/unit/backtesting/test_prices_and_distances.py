"""A distance given where a price is meant, or a price where a distance is, is refused: neither would ever act."""

from collections.abc import Callable

import pytest

from tallystick.platform import Strategy
from tallystick.platform.backtesting import Backtest, StrategyFailed, backtest
from tests.unit.backtesting.conftest import hours


class Asks(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    """Says once what it is told to."""

    def on_bar(self, bar: object) -> None:
        """On the third bar."""
        if len(self.bars) == 3:
            ASKED[0](self)


ASKED: list[Callable[[Asks], None]] = []


def asking(what: Callable[[Asks], None]) -> Backtest:
    ASKED[:] = [what]
    return backtest(Asks, hours(20))


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (lambda one: one.buy(sl=one.points(300)), "sl is 0.003"),
        (lambda one: one.sell(tp=one.points(300)), "tp is 0.003"),
        (lambda one: one.target("0.10", sl=one.points(300)), "sl is 0.003"),
        (lambda one: one.signal(1, tp=300), "tp is 300"),
        (lambda one: one.stop("buy", 1.39, sl=138), "sl is 138"),
    ],
)
def test_a_stop_that_is_a_distance_is_refused(what: Callable[[Asks], None], name: str) -> None:
    with pytest.raises(StrategyFailed, match=rf"E510 .*{name}.* stands at 1\.38.*; it takes a price, not a distance"):
        asking(what)


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (lambda one: one.target("0.10", trail=300), "trail is 300"),
        (lambda one: one.buy(trail=1.385), "trail is 1.385"),
        (lambda one: one.protect(break_even=200), "break_even is 200"),
    ],
)
def test_a_distance_as_long_as_the_price_is_refused(what: Callable[[Asks], None], name: str) -> None:
    with pytest.raises(StrategyFailed, match=rf"E510 .*{name}.* stands at 1\.38.*; it takes a price distance such as"):
        asking(what)


def test_stops_far_away_and_none_are_taken() -> None:
    assert asking(lambda one: one.buy(sl=0.5, tp=2.5)).deals["lots"].tolist() == [0.0, 0.1]
    assert asking(lambda one: one.buy(sl=0, tp=0)).deals["lots"].tolist() == [0.0, 0.1]


def test_lots_are_called_lots_by_name() -> None:
    assert asking(lambda one: one.buy(lots="0.30")).deals["lots"].tolist() == [0.0, 0.3]
    assert asking(lambda one: one.target(lots="-0.20")).deals["lots"].tolist() == [0.0, 0.2]
    assert asking(lambda one: one.limit("buy", 2.0, lots="0.30")).orders["lots"].tolist() == [0.3]
