"""What the strategies mean: when they turn, what they say, what they refuse to be."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tallystick.events.event import Event
from tallystick.events.types.trading import DecisionExplained, SignalRaised
from tallystick.market.rows import Quote
from tallystick.platform.strategies import EmaCross, Flat, Hold, StrategySettingError, ZScoreReversion, strategy_from
from tests.unit.strategies.market_rows import declared, heard_row_by_row, rows_of


def quotes(*mids: float) -> Any:
    price = np.array(mids)
    return rows_of("quote", np.arange(len(mids), dtype=np.int64), np.zeros(len(mids), dtype=np.uint16), price, price)


def listening(module: Any) -> Any:
    module.react(declared(0, module.symbol, "quote"), None)
    return module


def directions(said: list[tuple[int, Event]]) -> list[tuple[int, int]]:
    return [(row, event.direction) for row, event in said if isinstance(event, SignalRaised)]


def test_ema_cross_says_nothing_before_the_slow_period_and_then_only_changes() -> None:
    module = listening(EmaCross("EURUSD", fast=1, slow=4, source="quotes"))
    said = heard_row_by_row(module, quotes(1.0, 1.1, 1.2, 1.3, 1.4, 0.5, 0.4, 2.0))
    assert directions(said) == [(3, 1), (5, -1), (7, 1)]


def test_equal_averages_keep_the_side() -> None:
    module = listening(EmaCross("EURUSD", fast=1, slow=2, source="quotes"))
    assert heard_row_by_row(module, quotes(1.5, 1.5, 1.5, 1.5)) == []


def test_a_signal_carries_its_stops_and_comes_with_the_values_it_rests_on() -> None:
    module = listening(EmaCross("EURUSD", fast=1, slow=2, stop_points=250, take_points=500, source="quotes"))
    (row, signal), (_, explained) = heard_row_by_row(module, quotes(1.0, 1.25))
    assert row == 1
    assert isinstance(signal, SignalRaised)
    assert (signal.stop_points, signal.take_points) == (250, 500)
    assert isinstance(explained, DecisionExplained)
    assert explained.values == {"fast": 1.25, "slow": 1.1666666666666665, "mid": 1.25}


def test_z_score_sells_far_above_and_goes_flat_when_the_price_has_come_back() -> None:
    module = listening(ZScoreReversion("EURUSD", window=5, entry_z=1.5, exit_z=0.5, source="quotes"))
    said = heard_row_by_row(module, quotes(1.0, 1.01, 1.0, 1.01, 1.0, 1.5, 1.2, 1.0, 1.0, 0.2))
    assert [direction for _, direction in directions(said)] == [-1, 0, 1]
    assert directions(said)[0][0] == 5


def test_z_of_the_rolling_window_agrees_with_its_definition() -> None:
    chance = np.random.default_rng(5)
    mids = (1.3 + np.cumsum(chance.normal(0, 1e-4, 20_000))).tolist()
    module = listening(ZScoreReversion("EURUSD", window=50, entry_z=2.0, exit_z=0.0, source="quotes"))
    checked = 0
    for row, event in heard_row_by_row(module, quotes(*mids)):
        if isinstance(event, DecisionExplained):
            window = np.array(mids[row - 49 : row + 1])
            assert event.values["z"] == pytest.approx((mids[row] - window.mean()) / window.std(), abs=1e-6)
            checked += 1
    assert checked > 50


def test_hold_buys_once_and_flat_never() -> None:
    rows = quotes(1.0, 1.1, 1.2)
    assert directions(heard_row_by_row(listening(Hold("EURUSD", source="quotes")), rows)) == [(0, 1)]
    assert heard_row_by_row(Flat(), rows) == []
    assert Flat().hears == ()


def test_the_bar_length_chooses_among_several_series_and_a_later_run_may_number_them_otherwise() -> None:
    hours: Any = Hold("EURUSD", period_s=3600)
    first: Any = Hold("EURUSD")
    for module in (hours, first):
        module.react(declared(0, "EURUSD", "bar", 60_000_000_000), None)
        module.react(declared(1, "EURUSD", "bar"), None)
        module.react(declared(2, "NZDUSD", "bar"), None)
    assert (hours.series.number, first.series.number) == (1, 0)
    hours.react(declared(4, "EURUSD", "bar"), None)
    first.react(declared(4, "EURUSD", "bar"), None)
    assert (hours.series.number, first.series.number) == (4, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: EmaCross("EURUSD", fast=9, slow=9),
        lambda: EmaCross("EURUSD", fast=0, slow=9),
        lambda: EmaCross("EURUSD", stop_points=-1),
        lambda: EmaCross("EURUSD", source="ticks"),  # type: ignore[arg-type]  # what is refused
        lambda: ZScoreReversion("EURUSD", window=1),
        lambda: ZScoreReversion("EURUSD", entry_z=0.5, exit_z=0.5),
        lambda: ZScoreReversion("EURUSD", entry_z=float("nan")),
        lambda: Hold("EURUSD", period_s=-1),
    ],
)
def test_parameters_that_mean_nothing_are_refused_with_what_they_take(make: Any) -> None:
    with pytest.raises(StrategySettingError, match="it takes"):
        make()


class EveryThird:
    """A user's strategy as short as it gets: no scan, state in attributes."""

    name, role, hears, on_failure = "every_third", "strategy", (Quote,), "halt"

    def __init__(self) -> None:
        self.seen = 0

    def react(self, event: Quote, context: Any) -> Sequence[Event]:
        self.seen += 1
        if self.seen % 3:
            return ()
        return (SignalRaised(strategy=self.name, symbol=event.symbol, direction=1, stop_points=0, take_points=0),)


def test_a_module_without_scan_hears_every_quote() -> None:
    assert directions(heard_row_by_row(EveryThird(), quotes(1.0, 1.1, 1.2, 1.3, 1.2, 1.1))) == [(2, 1), (5, 1)]


def test_a_plan_names_strategies_by_kind_and_misspelt_parameters_are_refused() -> None:
    made = strategy_from("ema_cross", "mine", {"symbol": "EURUSD", "fast": 5, "slow": 9})
    assert (made.name, made.settings["fast"]) == ("mine", "5")
    assert strategy_from("flat", "nothing", {}).name == "nothing"
    for kind, parameters in (("ema", {}), ("ema_cross", {"symbol": "EURUSD", "fst": 5}), ("hold", {})):
        with pytest.raises(StrategySettingError, match="E501"):
            strategy_from(kind, "x", parameters)
