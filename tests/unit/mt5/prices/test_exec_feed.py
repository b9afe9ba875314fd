"""The rows of a bot's run: merged in book order, taken up to a moment, declared with the model they were made by."""

import hashlib
import itertools

import numpy as np
import pytest

from tallystick.market.rows import Rows
from tallystick.platform.data.demo import demo_feed
from tallystick.platform.data.errors import UnfitRequest
from tallystick.platform.data.feed import Feed
from tallystick.platform.mt5.prices import streams
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.prices.store import PriceStore
from tests.unit.mt5.prices.made_bars import MAY_5, MINUTE
from tests.unit.mt5.prices.sources import bar_series, quote_series

SECOND = 1_000_000_000
HOUR = 60 * MINUTE


def taken(feed: ExecFeed, step: int, most: int = 4_096) -> list[Rows]:
    """Everything, asked for in steps of time."""
    found, now = [], feed.first_time
    while not feed.ended:
        while (rows := feed.take_until(now, most)) is not None:
            assert len(rows) <= most
            assert rows.time[-1] <= now
            found.append(rows)
        after = feed.next_time()
        assert after is None or after > now
        now += step
    return found


def flat(rows: list[Rows]) -> list[tuple[int, int, float, float, int, int]]:
    """Rows as tuples."""
    return [
        row
        for one in rows
        for row in zip(
            one.time.tolist(),
            one.series.tolist(),
            one.bid.tolist(),
            one.ask.tolist(),
            one.columns["flags"].tolist(),
            one.columns["time_msc"].tolist(),
            strict=True,
        )
    ]


def mixed() -> Feed:
    """Minutes, hours on another clock, and quotes, of three symbols."""
    return Feed(
        [
            bar_series("EURUSD", 200, seed=1),
            bar_series("XAUUSD", 5, seed=2, period_ns=HOUR),
            quote_series("GBPUSD", [0, 0.5, 60, 61, 61, 7_000], [5.0, 5.01, 5.02, 5.03, 5.04, 5.05]),
        ]
    )


@pytest.mark.parametrize("part_rows", [1, 50, 65_536])
def test_rows_are_all_quotes_in_book_order_however_they_are_made_and_taken(
    monkeypatch: pytest.MonkeyPatch, part_rows: int
) -> None:
    monkeypatch.setattr(streams, "PART_ROWS", part_rows)
    whole = flat(list(ExecFeed(mixed()).rows()))
    assert len(whole) == len(ExecFeed(mixed()))
    assert [row[:2] for row in whole] == sorted(row[:2] for row in whole)
    for step, most in ((7 * SECOND, 3), (MINUTE, 4_096), (3 * HOUR, 100)):
        assert flat(taken(ExecFeed(mixed()), step, most)) == whole
    monkeypatch.setattr(streams, "PART_ROWS", 65_536)
    assert flat(list(ExecFeed(mixed()).rows())) == whole


def test_rows_from_a_number_on_are_the_rest() -> None:
    feed = ExecFeed(mixed())
    whole = flat(list(feed.rows()))
    feed.take_until(MAY_5 + MINUTE)
    for start in (0, 1, 777, len(whole)):
        assert flat(list(feed.rows(start))) == whole[start:]


def test_each_symbol_keeps_its_own_rows() -> None:
    feed = ExecFeed(mixed())
    rows = flat(list(feed.rows()))
    assert [row[2] for row in rows if row[1] == 2] == [5.0, 5.01, 5.02, 5.03, 5.04, 5.05]
    alone = flat(list(ExecFeed(Feed([mixed().series[1]])).rows()))
    assert [row[2:] for row in rows if row[1] == 1] == [row[2:] for row in alone]


def test_a_symbols_second_series_is_left_out() -> None:
    feed = ExecFeed(Feed([bar_series("EURUSD", 3, seed=1, period_ns=HOUR), quote_series("EURUSD", [1], [5.0])]))
    assert feed.symbols == ("EURUSD",)
    assert len(feed) == 12


def test_rows_begin_and_end_where_the_feed_says() -> None:
    feed = ExecFeed(mixed(), start_ns=MAY_5 + HOUR)
    assert feed.next_time() == feed.first_time == MAY_5
    assert feed.start_ns == MAY_5 + HOUR
    rows = flat(list(feed.rows()))
    assert rows[-1][0] < feed.last_time == MAY_5 + 5 * HOUR
    while feed.take_until(feed.last_time) is not None:
        assert not feed.ended or feed.next_time() is None
    assert feed.ended
    assert feed.take_until(feed.last_time) is None
    assert ExecFeed(mixed()).start_ns == MAY_5


def test_made_rows_are_declared_with_their_model_and_the_hash_of_their_bars() -> None:
    feed = ExecFeed(mixed())
    said = feed.series_declared()
    assert [(one.series, one.symbol, one.kind, one.period_ns) for one in said] == [
        (0, "EURUSD", "quote", 0),
        (1, "XAUUSD", "quote", 0),
        (2, "GBPUSD", "quote", 0),
    ]
    assert [one.source for one in said] == [
        "EURUSD.csv: every-tick from M1 bars",
        "XAUUSD.csv: path from H1 bars",
        "made",
    ]
    assert [one.rows for one in said] == [len(flat(list(ExecFeed(Feed([one])).rows()))) for one in mixed().series]
    assert said[2].data_hash == mixed().series[2].data_hash
    other = ExecFeed(mixed(), "path").series_declared()
    assert len({one.data_hash for one in (*said, *other)}) == 4
    joined = b"".join(bytes.fromhex(one.data_hash) for one in said)
    assert feed.data_hash == hashlib.sha256(joined).hexdigest() != ExecFeed(mixed(), "path").data_hash
    assert [(one.model, one.source_timeframe) for one in feed.modelling] == [
        ("every-tick", "M1"),
        ("path", "H1"),
        ("real-ticks", "TICK"),
    ]
    assert "approximation" in feed.modelling[0].quality


def test_flags_say_what_is_new_and_times_are_the_sources() -> None:
    series = bar_series("EURUSD", 50, seed=3, rule="fixed:-05:00")
    rows = flat(list(ExecFeed(Feed([series])).rows()))
    assert [row[0] // 1_000_000 - row[5] for row in rows] == [5 * 3_600_000] * len(rows)
    for before, after in itertools.pairwise(rows):
        minute_begins = before[0] // MINUTE != after[0] // MINUTE
        changed = 2 * (after[2] != before[2]) + 4 * (after[3] != before[3])
        assert after[4] == (6 if minute_begins or not changed else changed)


def test_between_two_made_quotes_the_first_stands_and_tells_nothing_of_the_second() -> None:
    series = bar_series("EURUSD", 3, seed=5, period_ns=HOUR)
    feed = ExecFeed(Feed([series]))
    steps = flat(list(feed.rows()))[:4]
    for first, second in itertools.pairwise(steps):
        for moment in (first[0], first[0] + (second[0] - first[0]) // 3 + 1, second[0] - 1):
            assert feed.standing("EURUSD", moment) == first[2:4]
    assert feed.standing("EURUSD", steps[3][0] + 1) == steps[3][2:4]


def test_nothing_lies_between_real_quotes_nor_outside_bars() -> None:
    feed = ExecFeed(mixed())
    assert feed.standing("GBPUSD", MAY_5 + 10 * SECOND) is None
    assert feed.standing("EURUSD", MAY_5 - 1) is None
    assert feed.standing("EURUSD", MAY_5 + 200 * MINUTE) is None
    assert feed.standing("EURUSD", MAY_5 + 200 * MINUTE - 1) is not None


@pytest.mark.parametrize("model", ["path", "open-prices"])
def test_a_day_that_is_short_of_an_hour_ends_where_the_next_begins(model: str) -> None:
    # The server's 2014-03-09 has 23 hours: 2014-03-08 22:00 UTC to 21:00.
    days = bar_series("EURUSD", 6, seed=2, period_ns=24 * HOUR, rule="new_york+7", first="2014-03-07")
    rows = flat(list(ExecFeed(Feed([days]), model).rows()))
    times = [row[0] for row in rows]
    assert times == sorted(times)
    store = PriceStore([("EURUSD", 2)], "new_york+7")
    for one in ExecFeed(Feed([days]), model).rows():
        store.append(one)
    assert store.rates_from_pos("EURUSD", 16408, 0, 9)["close"].tolist() == days.rows.columns["bid_close"].tolist()


def test_open_prices_stand_still_within_a_bar() -> None:
    feed = ExecFeed(Feed([bar_series("EURUSD", 3, seed=5, period_ns=HOUR)]), "open-prices")
    opened = flat(list(feed.rows()))[0]
    assert feed.standing("EURUSD", MAY_5 + HOUR // 2) == opened[2:4]


def test_a_model_that_does_not_fit_the_data_is_refused_before_anything_is_made() -> None:
    with pytest.raises(UnfitRequest, match="wants M1 bars: got XAUUSD in H1"):
        ExecFeed(mixed(), "every-tick")


def test_bars_shown_to_a_bot_are_the_bars_of_the_demos_year() -> None:
    source = demo_feed()
    feed = ExecFeed(source)
    store = PriceStore(list(zip(feed.symbols, feed.digits, strict=True)), "utc")
    for rows in feed.rows():
        store.append(rows)
    for series in source.series:
        shown = store.rates_from_pos(series.symbol, 16385, 0, 100_000)
        assert shown["time"].tolist() == ((series.time - HOUR) // SECOND).tolist()
        for side in ("open", "high", "low", "close"):
            assert np.array_equal(shown[side], series.rows.columns[f"bid_{side}"])
