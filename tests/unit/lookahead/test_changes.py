"""Other futures leave every row up to their moment as it was, and every bar after it possible."""

from functools import lru_cache

import numpy as np
import pytest

from tallystick.platform.data.demo import YEAR_START_NS, demo_feed
from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.lookahead.changes import FIELDS, Change, changed
from tallystick.platform.judging.sharing import part_of

DAY_NS = 86_400_000_000_000
KINDS = ("cut", "mirror", "steep", "noise", "gaps", "beyond", "far", *(f"next_{each}" for each in FIELDS))


@lru_cache(maxsize=1)
def month() -> Feed:
    feed = Feed([one for one in demo_feed().series if one.symbol == "EURUSD"])
    return part_of(feed, YEAR_START_NS, YEAR_START_NS + 30 * DAY_NS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", [1, 57, 300])
def test_rows_up_to_the_moment_stay_and_later_ones_do_not(kind: str, row: int) -> None:
    before = month().series[0]
    after = changed(month(), Change(kind, int(before.time[row]), 5)).series[0]
    for name, values in before.rows.columns.items():
        assert np.array_equal(values[: row + 1], after.rows.columns[name][: row + 1]), name
    same = len(after) == len(before) and all(
        np.array_equal(values, after.rows.columns[name]) for name, values in before.rows.columns.items()
    )
    assert not same


@pytest.mark.parametrize("kind", KINDS)
def test_every_bar_of_another_future_is_possible(kind: str) -> None:
    rows = changed(month(), Change(kind, int(month().series[0].time[200]), 5)).series[0].rows.columns
    for side in ("bid", "ask"):
        body = [rows[f"{side}_{name}"] for name in ("open", "close")]
        assert (rows[f"{side}_high"] >= np.maximum(*body)).all()
        assert (rows[f"{side}_low"] <= np.minimum(*body)).all()
        assert (rows[f"{side}_low"] > 0).all()


def test_one_field_of_the_next_bar_is_the_only_one_that_differs() -> None:
    before = month().series[0]
    after = changed(month(), Change("next_high", int(before.time[100]))).series[0]
    assert len(after) == 102
    differing = {name for name, values in after.rows.columns.items() if values[101] != before.rows.columns[name][101]}
    assert differing == {"bid_high", "ask_high"}


def test_a_draw_repeats_with_its_seed_alone() -> None:
    at = int(month().series[0].time[100])
    prices = [changed(month(), Change("noise", at, seed)).series[0].rows.columns["bid_close"] for seed in (1, 1, 2)]
    assert np.array_equal(prices[0], prices[1])
    assert not np.array_equal(prices[0], prices[2])
