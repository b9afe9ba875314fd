"""Bars of the 21 timeframes against pandas' resampling, and by hand where the server's clock changes."""

import datetime as dt
import time as clock
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallystick.market.rows import Rows
from tallystick.market.server_time import offset_ns
from tallystick.platform.mt5.prices.layout import RATES
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.prices.timeframes import TIMEFRAMES
from tests.unit.mt5.prices.quotes import in_blocks, quotes, walk

M1, M5, H1, H4, D1, W1, MN1 = 1, 5, 16385, 16388, 16408, 32769, 49153
NEW_YORK = "new_york+7"


def at(text: str) -> int:
    """A moment of UTC in ns."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 1_000_000_000


def stored(rows: Rows, rule: str = "utc", sizes: tuple[int, ...] = (4_096,)) -> PriceStore:
    store = PriceStore([("EURUSD", 5)], rule)
    for block in in_blocks(rows, sizes):
        store.append(block)
    return store


def by_pandas(rows: Rows, code: int, rule: str) -> pd.DataFrame:
    """The oracle: local wall time, then pandas' own resampling, empty bars dropped."""
    local = [time + offset_ns(time, rule) for time in rows.time.tolist()]
    frame = pd.DataFrame({"bid": rows.bid, "points": np.rint((rows.ask - rows.bid) * 1e5)})
    frame.index = pd.DatetimeIndex(np.array(local, dtype="datetime64[ns]"))
    name = TIMEFRAMES[code].name
    step = {"M": f"{name[1:]}min", "H": f"{name[1:]}h"}.get(name[0], "")
    rule_of = {"D1": "1D", "W1": "W-SAT", "MN1": "MS"}.get(name, step)
    grouped = (
        frame.resample(rule_of, closed="left", label="left")
        if name != "W1"
        else frame.resample("W-SUN", closed="left", label="left")
    )
    bars = grouped["bid"].agg(["first", "max", "min", "last", "count"])
    bars["spread"] = grouped["points"].min()
    return bars[bars["count"] > 0]


def same(found: np.ndarray[Any, Any], wanted: pd.DataFrame) -> None:
    assert found.dtype == RATES
    assert found["time"].tolist() == (wanted.index.astype("datetime64[ns]").astype(np.int64) // 1_000_000_000).tolist()
    for name, column in (("open", "first"), ("high", "max"), ("low", "min"), ("close", "last"), ("spread", "spread")):
        assert found[name].tolist() == wanted[column].tolist(), name
    assert found["tick_volume"].tolist() == wanted["count"].tolist()
    assert not found["real_volume"].any()


@pytest.mark.parametrize("rule", ["utc", "fixed:-05:00", NEW_YORK])
@pytest.mark.parametrize("code", list(TIMEFRAMES))
def test_bars_are_pandas_resampling_of_the_bid_in_server_time(code: int, rule: str) -> None:
    rows = walk(3_000, at("2014-01-20T00:00"), 1_500_000, seed=code)
    same(stored(rows, rule).rates_from_pos("EURUSD", code, 0, 10_000), by_pandas(rows, code, rule))


@pytest.mark.parametrize("sizes", [(1,), (3, 1, 40, 7), (13, 12, 11)])
@pytest.mark.parametrize("code", [M1, H1, D1, W1, MN1])
def test_bars_are_the_same_however_the_rows_were_cut_and_whenever_they_were_asked_for(
    code: int, sizes: tuple[int, ...]
) -> None:
    rows = walk(700, at("2014-02-24T00:00"), 600_000, seed=7)
    store = PriceStore([("EURUSD", 5)], NEW_YORK)
    for block in in_blocks(rows, sizes):
        store.append(block)
        store.rates_from_pos("EURUSD", code, 0, 2)
    same(store.rates_from_pos("EURUSD", code, 0, 10_000), by_pandas(rows, code, NEW_YORK))


def test_the_last_bar_is_the_unfinished_one_and_positions_count_back_from_it() -> None:
    times = [at(f"2014-05-05T10:{minute:02d}:10") for minute in range(10)]
    prices = [one + 1.0 for one in range(10)]
    store = stored(quotes(times, prices, prices))
    assert store.rates_from_pos("EURUSD", M1, 0, 3)["close"].tolist() == [8.0, 9.0, 10.0]
    assert store.rates_from_pos("EURUSD", M1, 2, 2)["close"].tolist() == [7.0, 8.0]
    assert store.rates_from_pos("EURUSD", M1, 8, 100)["close"].tolist() == [1.0, 2.0]
    assert len(store.rates_from_pos("EURUSD", M1, 10, 5)) == 0
    store.append(quotes([at("2014-05-05T10:09:59")], [99.0], [99.0]))
    newest = store.rates_from_pos("EURUSD", M1, 0, 1)[0]
    assert (newest["open"], newest["high"], newest["close"], newest["tick_volume"]) == (10.0, 99.0, 99.0, 2)


def test_bars_by_date_count_back_from_the_bar_that_opens_at_or_before_it() -> None:
    times = [at(f"2014-05-05T10:{minute:02d}:10") for minute in (0, 1, 2, 5, 6)]
    store = stored(quotes(times, [1.0, 2.0, 3.0, 6.0, 7.0], [1.0, 2.0, 3.0, 6.0, 7.0]))
    second = at("2014-05-05T10:00") // 1_000_000_000
    assert store.rates_from("EURUSD", M1, second + 4 * 60, 2)["close"].tolist() == [2.0, 3.0]
    assert store.rates_from("EURUSD", M1, second + 6 * 60, 2)["close"].tolist() == [6.0, 7.0]
    assert store.rates_from("EURUSD", M1, second - 1, 2).tolist() == []
    assert store.rates_range("EURUSD", M1, second + 60, second + 300)["close"].tolist() == [2.0, 3.0, 6.0]
    assert store.rates_range("EURUSD", M1, second + 360, second + 900)["close"].tolist() == [7.0]
    assert store.rates_range("EURUSD", M1, second + 900, second + 60).tolist() == []
    assert store.rates_range("EURUSD", M1, second + 900, second + 960).tolist() == []


def test_a_day_of_the_server_begins_at_its_midnight_before_and_after_summer_time_begins() -> None:
    # New York put its clocks forward on 2014-03-09: the server's midnight was 22:00 UTC before, 21:00 after.
    moments = ["2014-03-06T21:59:59", "2014-03-06T22:00:00", "2014-03-10T20:59:59", "2014-03-10T21:00:00"]
    store = stored(quotes([at(one) for one in moments], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]), NEW_YORK)
    days = store.rates_from_pos("EURUSD", D1, 0, 9)
    wanted = ["2014-03-06", "2014-03-07", "2014-03-10", "2014-03-11"]
    assert [str(np.datetime64(int(one), "s").astype("datetime64[D]")) for one in days["time"]] == wanted
    assert (days["time"] % 86_400 == 0).all()


def test_an_hour_that_the_server_shows_twice_is_one_stretch_of_bars() -> None:
    # 2014-11-02 06:00 UTC: the server's clock goes from 09:00 back to 08:00.
    moments = ["2014-11-02T05:10", "2014-11-02T05:59", "2014-11-02T06:10", "2014-11-02T06:59", "2014-11-02T07:00"]
    store = stored(quotes([at(one) for one in moments], [1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0]), NEW_YORK)
    hours = store.rates_from_pos("EURUSD", H1, 0, 9)
    assert [int(one) // 3_600 % 24 for one in hours["time"]] == [8, 9]
    assert hours["close"].tolist() == [4.0, 5.0]
    assert hours["tick_volume"].tolist() == [4, 1]
    assert [one % 86_400 // 60 for one in store.ticks_from("EURUSD", 0, 9, -1)["time"].tolist()] == [
        490,
        539,
        490,
        539,
        540,
    ]


def test_weeks_bear_sundays_date_and_months_their_first_day() -> None:
    moments = ["2014-05-03T23:00", "2014-05-04T00:00", "2014-05-10T23:59", "2014-06-01T00:00"]
    store = stored(quotes([at(one) for one in moments], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]))
    weeks, months = store.rates_from_pos("EURUSD", W1, 0, 9), store.rates_from_pos("EURUSD", MN1, 0, 9)
    assert [str(np.datetime64(int(one), "s"))[:10] for one in weeks["time"]] == [
        "2014-04-27",
        "2014-05-04",
        "2014-06-01",
    ]
    assert [str(np.datetime64(int(one), "s"))[:10] for one in months["time"]] == ["2014-05-01", "2014-06-01"]


def test_symbols_are_kept_apart_by_the_series_of_their_rows() -> None:
    store = PriceStore([("EURUSD", 5), ("XAUUSD", 2)], "utc")
    times = [at("2014-05-05T10:00:01"), at("2014-05-05T10:00:02"), at("2014-05-05T10:00:03")]
    store.append(quotes(times, [1.1, 1300.0, 1.2], [1.1001, 1300.25, 1.2003], series=[0, 1, 0]))
    assert store.rates_from_pos("EURUSD", M1, 0, 9)[["open", "close", "spread"]].tolist() == [(1.1, 1.2, 10)]
    assert store.rates_from_pos("XAUUSD", M1, 0, 9)[["open", "close", "spread"]].tolist() == [(1300.0, 1300.0, 25)]


def test_a_minute_by_minute_poll_over_a_long_history_does_not_scan_it_again() -> None:
    rows = walk(200_000, at("2014-01-02T00:00"), 1_000, seed=3)
    store = PriceStore([("EURUSD", 5)], NEW_YORK)
    begun = clock.process_time()
    for block in in_blocks(rows, (20,)):
        store.append(block)
        assert len(store.rates_from_pos("EURUSD", H1, 0, 50)) <= 50
    assert clock.process_time() - begun < 6, "10,000 polls, each in proportion to its own rows"


@pytest.mark.parametrize("code", [M1, M5, H1, D1, MN1])
@pytest.mark.parametrize("seed", range(3))
def test_bars_of_laid_ticks_are_those_of_the_ticks_shown(code: int, seed: int) -> None:
    """Whenever they are asked for, and however often others are laid before all were shown."""
    dice = np.random.default_rng(seed)
    rows, shown = walk(4_000, at("2014-01-30T20:00"), 60_000, seed=seed), 0
    laid, appended = PriceStore([("EURUSD", 5)], NEW_YORK), PriceStore([("EURUSD", 5)], NEW_YORK)
    while shown < len(rows):
        last = min(len(rows), shown + int(dice.integers(1, 900)))
        laid.lay(rows.part(shown, last))
        for _ in range(int(dice.integers(1, 9))):
            stop = min(last, shown + int(dice.integers(1, 300)))
            if stop > shown:
                laid.show(int(rows.time[stop - 1]))
                appended.append(rows.part(shown, stop))
                shown = stop
            if dice.random() < 0.7:
                both = [one.rates_from_pos("EURUSD", code, 0, 50).tobytes() for one in (laid, appended)]
                assert both[0] == both[1]
    both = [one.rates_from_pos("EURUSD", code, 0, 10_000).tobytes() for one in (laid, appended)]
    assert both[0] == both[1]
