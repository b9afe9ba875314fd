"""Two runs side by side: what was set otherwise, what came out otherwise, and where their decisions part."""

from pathlib import Path

import pytest

from tallystick.platform.backtesting.tester import backtest
from tallystick.platform.judging.comparing import compare
from tallystick.platform.judging.errors import NotComparable
from tests.unit.judging.kit import quarter


def test_a_run_is_equal_to_itself_and_to_its_repetition() -> None:
    first, again = backtest("ema_cross", quarter()), backtest("ema_cross", quarter())
    found = compare(first, again)
    assert found.equal
    assert found.settings == {}
    assert found.decisions[0] == found.decisions[1] > 50


def test_what_was_set_otherwise_is_named_and_so_is_the_first_decision_that_differs() -> None:
    first = backtest("ema_cross", quarter(), parameters={"fast": 10})
    second = backtest("ema_cross", quarter(), parameters={"fast": 11})
    found = compare(first, second)
    assert found.settings == {"strategies[0].parameters.fast": (10, 11)}
    assert found.figures["net_profit"] == (first.stats["net_profit"], second.stats["net_profit"])
    parting = found.parting
    assert parting is not None
    assert parting.first is not None
    assert parting.second is not None
    assert (parting.first.type, parting.first.time) != (parting.second.type, parting.second.time) or (
        parting.first.body != parting.second.body
    )
    assert parting.first.type == "signal.raised"


def test_a_run_that_ends_earlier_parts_where_it_has_no_more_decisions() -> None:
    none = backtest("ema_cross", quarter(), parameters={"slow": 5000})
    some = backtest("ema_cross", quarter())
    parting = compare(none, some).parting
    assert parting is not None
    assert parting.second is not None
    assert parting.second.type == "signal.raised"


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotComparable, match="E578"):
        compare(tmp_path, backtest("ema_cross", quarter()))
