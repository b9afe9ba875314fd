"""Quotes made of bars: what bars they make again, and some bars by hand."""

import time as clock

import numpy as np
import pytest

from tallystick.platform.data.errors import UnfitRequest
from tallystick.platform.mt5.prices.control_points import SHARES, every_tick, in_turn, tick_counts
from tallystick.platform.mt5.prices.generated import Bars
from tallystick.platform.mt5.prices.models import MODELS, model_for
from tallystick.platform.mt5.prices.store import PriceStore
from tests.unit.mt5.prices.made_bars import MAY_5, MINUTE, bars, random_bars
from tests.unit.mt5.prices.quotes import quotes
from tests.unit.mt5.prices.tick_oracle import ticks

HOUR = 60 * MINUTE


def bids(one: Bars) -> list[int]:
    """Bids of every tick, in points of two digits."""
    return [round(price * 100) for price in every_tick(in_turn(one)).bid.tolist()]


@pytest.mark.parametrize("name", list(MODELS))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bars_made_of_a_models_quotes_are_the_bars_it_was_given(name: str, seed: int) -> None:
    given = MODELS[name].prepared(random_bars(400, seed))
    made = MODELS[name].quotes(given)
    store = PriceStore([("EURUSD", 2)], "utc")
    store.append(quotes(made.time, made.bid, made.ask))
    again = store.rates_from_pos("EURUSD", 1, 0, 10_000)
    assert again["time"].tolist() == (given.opened // 1_000_000_000).tolist()
    for side in ("open", "high", "low", "close"):
        assert again[side].tolist() == getattr(given, f"bid_{side}").tolist()
    assert again["tick_volume"].tolist() == MODELS[name].counts(given).tolist()


@pytest.mark.parametrize("name", list(MODELS))
def test_quotes_come_in_order_of_time_with_the_ask_at_or_above_the_bid(name: str) -> None:
    made = MODELS[name].quotes(MODELS[name].prepared(random_bars(500, seed=9)))
    assert (np.diff(made.time) > 0).all()
    assert (made.ask >= made.bid).all()


@pytest.mark.parametrize("name", list(MODELS))
def test_a_part_of_the_bars_gives_a_part_of_the_quotes(name: str) -> None:
    given = MODELS[name].prepared(random_bars(60, seed=4))
    whole = MODELS[name].quotes(given)
    parts = [MODELS[name].quotes(given.part(first, first + 7)) for first in range(0, 60, 7)]
    for column in ("time", "bid", "ask"):
        assert np.concatenate([getattr(part, column) for part in parts]).tolist() == getattr(whole, column).tolist()


def test_as_many_ticks_come_as_the_bar_counts_and_never_fewer_than_its_shape_needs() -> None:
    shapes = [(500, 510, 490, 505), (500, 505, 500, 505), (500, 500, 500, 500), (500, 505, 495, 505)]
    assert tick_counts(bars(shapes, [1, 1, 1, 1])).tolist() == [4, 2, 1, 3]
    assert tick_counts(bars(shapes, [50, 2, 7, 0])).tolist() == [50, 2, 7, 12]


def test_one_two_and_three_ticks_are_as_published() -> None:
    assert bids(bars([(500, 500, 500, 500)], [1])) == [500]
    assert bids(bars([(500, 506, 500, 506)], [2])) == [500, 506]
    assert bids(bars([(500, 506, 500, 506)], [3])) == [500, 503, 506]
    assert bids(bars([(500, 506, 494, 506)], [3])) == [500, 494, 506]
    assert bids(bars([(506, 510, 500, 500)], [3])) == [506, 510, 500]
    assert bids(bars([(500, 510, 500, 506)], [3])) == [500, 510, 506]


def test_twelve_ticks_of_a_rising_bar_are_the_open_and_the_ideal_share_of_eleven() -> None:
    # Opening shadow of 8 points in three, range of 70 in five, closing shadow of 12 in three.
    assert bids(bars([(508, 570, 500, 558)], [12])) == [508, 502, 504, 500, 530, 520, 550, 540, 570, 561, 564, 558]


def test_a_falling_bar_is_a_rising_one_upside_down() -> None:
    up, down = bids(bars([(508, 570, 500, 558)], [12])), bids(bars([(492, 500, 430, 442)], [12]))
    assert [1_000 - price for price in down] == up


def test_points_of_a_shadow_that_is_not_there_belong_to_the_range() -> None:
    # 3 + 5 + 3 points in one range of 130: six impulses of 30, five corrections of 10.
    wanted = [500, 530, 520, 550, 540, 570, 560, 590, 580, 610, 600, 630]
    assert bids(bars([(500, 630, 500, 630)], [12])) == wanted


def test_other_ticks_lie_on_lines_between_control_points_and_saw_where_price_is_short_of_points() -> None:
    # Five ticks have four control points: low, half of the first impulse, high, close.
    assert bids(bars([(500, 540, 480, 520)], [5])) == [500, 480, 510, 540, 520]
    sawn = bids(bars([(500, 503, 500, 503)], [40]))
    assert len(sawn) == 40
    assert set(sawn) == {500, 501, 502, 503}
    assert max(abs(step) for step in np.diff(sawn)) == 1


def test_a_bar_that_closes_where_it_opened_goes_the_other_way_than_the_one_before() -> None:
    doji = (500, 510, 490, 500)
    up, down = (500, 510, 500, 510), (510, 510, 500, 500)
    given = in_turn(bars([doji, up, doji, doji, down, doji], [12] * 6))
    assert given.rising.tolist() == [True, True, False, True, False, True]


def test_shares_of_control_points_add_up() -> None:
    assert [sum(shares) for shares in SHARES.values()] == list(SHARES)


def test_the_spread_goes_from_the_bars_first_to_its_last() -> None:
    made = every_tick(in_turn(bars([(500, 600, 500, 600)], [5], spread=[(2, 10)])))
    assert np.rint((made.ask - made.bid) * 100).tolist() == [2, 4, 6, 8, 10]


def test_the_path_of_a_bar_is_that_of_the_fill_rules() -> None:
    given = bars([(500, 510, 490, 505), (505, 510, 490, 500)], [9, 9], period_ns=HOUR, spread=[(1, 3), (4, 2)])
    made = MODELS["path"].quotes(given)
    assert np.rint(made.bid * 100).tolist() == [500, 490, 510, 505, 505, 510, 490, 500]
    assert np.rint(made.ask * 100).tolist() == [501, 491, 513, 508, 509, 514, 492, 502]
    since = made.time - MAY_5
    assert since.tolist()[:4] == [0, HOUR // 3, 2 * HOUR // 3, HOUR - 1_000_000]


def test_open_prices_move_at_the_open_only_and_complete_the_bar_at_its_end() -> None:
    made = MODELS["open-prices"].quotes(bars([(500, 510, 490, 505)], [9], period_ns=HOUR))
    assert (made.time - MAY_5).tolist() == [0, HOUR - 3_000_000, HOUR - 2_000_000, HOUR - 1_000_000]


def test_a_model_is_chosen_by_the_length_of_the_bars() -> None:
    assert model_for("auto", "EURUSD", MINUTE) is MODELS["every-tick"]
    assert model_for("auto", "EURUSD", HOUR) is MODELS["path"]
    assert model_for("open-prices", "EURUSD", HOUR) is MODELS["open-prices"]
    assert model_for("real-ticks", "EURUSD", 0) is None


@pytest.mark.parametrize("name", ["every-tick", "one-minute-ohlc", "real-ticks", "nonsense"])
def test_a_model_that_the_bars_do_not_fit_is_refused_with_what_to_say(name: str) -> None:
    with pytest.raises(UnfitRequest, match=r"(Give|Say)"):
        model_for(name, "EURUSD", HOUR)


def test_a_million_ticks_are_made_within_two_seconds() -> None:
    given = in_turn(random_bars(50_000, seed=6))
    begun = clock.process_time()
    made = every_tick(given)
    assert clock.process_time() - begun < 2
    assert len(made.time) > 900_000


@pytest.mark.parametrize("seed", range(4))
def test_every_tick_is_what_a_second_writing_of_the_rules_says(seed: int) -> None:
    given = in_turn(random_bars(500, seed))
    made = every_tick(given)
    found = np.rint(made.bid * 100).astype(int)
    sides = (given.bid_open, given.bid_high, given.bid_low, given.bid_close)
    for bar in range(len(given)):
        opened, high, low, closed = (round(float(side[bar]) * 100) for side in sides)
        wanted = ticks(opened, high, low, closed, int(given.volume[bar]), rising=bool(given.rising[bar]))
        assert found[made.bar == bar].tolist() == wanted, (opened, high, low, closed, given.volume[bar])
