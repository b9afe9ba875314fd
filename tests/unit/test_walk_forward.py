"""The walk-forward sees nothing of the month it trades, pays for what it trades, and its page is made of its result."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import walk_forward_page
from benchmarks.walk_forward import ROWS, Market, cut, drawn_market, first_days, judged, walked, windows
from benchmarks.walk_forward_picture import picture

DOCS = Path(__file__).resolve().parents[2] / "docs"
MARKET = drawn_market(3)


def test_a_window_ends_with_the_close_before_the_month_that_is_traded() -> None:
    first = first_days(MARKET)
    dates = MARKET.days.astype("datetime64[D]")
    assert [str(dates[each]) for each in first] == ["2000-01-01", "2000-02-01", "2000-03-01"]
    for (start, stop), day in zip(windows(first).tolist(), first.tolist(), strict=True):
        seen = MARKET.returns[start:stop]
        assert len(seen) == ROWS
        assert np.array_equal(seen[-1], MARKET.prices[day - 1] / MARKET.prices[day - 2] - 1.0)


def test_prices_from_the_first_day_of_a_month_on_change_none_of_its_weights() -> None:
    first = first_days(MARKET)
    prices = MARKET.prices.copy()
    prices[first[1] :] *= np.random.default_rng(1).uniform(0.5, 2.0, size=prices[first[1] :].shape)
    other = Market(MARKET.names, MARKET.days, prices)
    for start, stop in windows(first)[:2].tolist():
        assert np.array_equal(other.returns[start:stop], MARKET.returns[start:stop])


def test_a_month_is_traded_at_its_first_close_and_earns_from_the_next_day_on() -> None:
    prices = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 3.0], [4.0, 3.0]])
    days = np.datetime64("1999-12-31").astype(np.int64) + np.arange(4)
    market = Market(("a", "b"), days, prices)
    found = walked(market, np.array([1, 2]), np.array([[1.0, 0.0], [0.5, 0.5]]), cost=0.0)
    np.testing.assert_allclose(found.daily, [0.0, 0.0, 0.5])
    np.testing.assert_allclose(found.turnover, [1.0, 1.0])
    np.testing.assert_allclose(found.values, [1.0, 1.0, 1.5])


def test_costs_are_paid_on_what_drift_has_left_to_trade() -> None:
    prices = np.array([[1.0, 1.0], [1.0, 1.0], [3.0, 1.0], [3.0, 1.0]])
    market = Market(("a", "b"), np.arange(4), prices)
    half = np.full((2, 2), 0.5)
    found = walked(market, np.array([1, 2]), half, cost=0.01)
    bought = 0.99
    traded = abs(0.5 * 2 * bought - 1.5 * bought) + abs(0.5 * 2 * bought - 0.5 * bought)
    assert found.turnover.tolist() == pytest.approx([1.0, traded / (2 * bought)])
    assert found.values[-1] == pytest.approx(2 * bought - 0.01 * traded)
    assert judged(found)["end"] == pytest.approx(found.values[-1])


def test_fewer_months_are_the_same_walk_cut_short() -> None:
    short = cut(MARKET, 2)
    assert len(first_days(short)) == 2
    weights = np.full((3, 8), 0.125)
    whole, part = walked(MARKET, first_days(MARKET), weights), walked(short, first_days(short), weights[:2])
    assert np.array_equal(whole.daily[: len(part.daily)], part.daily)


def test_page_and_picture_are_those_of_the_result_that_was_kept() -> None:
    kept = json.loads((DOCS / "quantum-walk-forward.json").read_text(encoding="utf-8"))
    assert (DOCS / "quantum-walk-forward.md").read_text(encoding="utf-8") == walk_forward_page.page(kept)
    assert (DOCS / "pictures/walk-forward.svg").read_text(encoding="utf-8") == picture(kept)
    assert kept["months"] == 276
    assert set(kept["rows"]) == set(walk_forward_page.NAMES)
