"""History ends at the last closed bar, cannot be written to, and gives the same indicator values however late."""

import random

import numpy as np
import pytest

from tallystick.market.rows import Quote
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.errors import ActionRefused, NotReady
from tallystick.platform.authoring.indicators import Ema
from tests.unit.authoring.market import FIRST, bar, walk


def filled(rows: list[object]) -> Bars:
    bars = Bars("EURUSD")
    for row in rows:
        bars.take(row)  # type: ignore[arg-type]  # rows of either kind
    return bars


@pytest.mark.parametrize("count", [1, 5, 1_024, 4_095, 4_096, 4_097, 9_000])
def test_columns_and_single_bars_are_the_rows_that_were_taken(count: int) -> None:
    rows = walk(count)
    bars = filled(list(rows))
    assert len(bars) == count
    assert bars.close.tolist() == [row.close for row in rows]
    assert bars.ask_low.tolist() == [row.ask_low for row in rows]
    assert bars.time.tolist() == [row.time for row in rows]
    assert (bars[-1], bars[0], bars[count // 2]) == (rows[-1], rows[0], rows[count // 2])
    assert list(bars) == rows


def test_a_view_taken_early_keeps_its_rows_and_sees_no_later_ones() -> None:
    rows = walk(3_000)
    bars = filled(list(rows[:1_000]))
    early = bars.close
    for row in rows[1_000:]:
        bars.take(row)
    assert early.tolist() == [row.close for row in rows[:1_000]]
    assert len(bars.close) == 3_000


@pytest.mark.parametrize("name", ["close", "open", "time", "volume", "mid", "spread"])
def test_no_column_can_be_written_to_nor_made_writeable(name: str) -> None:
    column = getattr(filled(list(walk(50))), name)
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 9
    if name not in {"mid", "spread"}:  # those two are computed: nothing of the history is reached through them
        with pytest.raises(ValueError, match="WRITEABLE"):
            column.flags.writeable = True


def test_there_is_no_bar_beyond_the_last() -> None:
    bars = filled(list(walk(10)))
    for index in (10, 11, -11):
        with pytest.raises(IndexError, match="of 10"):
            bars[index]


@pytest.mark.parametrize("seed", range(5))
def test_a_late_first_use_gives_the_bits_of_an_early_one(seed: int) -> None:
    rows, early, late = walk(600, seed), Bars(), Bars()
    first = random.Random(seed).randrange(60, 500)
    for number, row in enumerate(rows):
        early.take(row)
        late.take(row)
        if number >= 59:
            said = (early.ema(10), early.rsi(14), early.bollinger(20), early.ema(7, "mid"), early.atr(14))
            if number >= first:
                assert said == (late.ema(10), late.rsi(14), late.bollinger(20), late.ema(7, source="mid"), late.atr(14))


def test_an_indicator_with_too_few_bars_ends_the_callback() -> None:
    bars, by_hand = Bars(), Ema(5)
    for number, row in enumerate(walk(8)):
        bars.take(row)
        by_hand.push(row)
        if number < 4:
            with pytest.raises(NotReady):
                bars.ema(5)
        else:
            assert bars.ema(5) == bars.ema(period=5) == by_hand.value


def test_a_wrong_argument_says_what_there_is() -> None:
    bars = filled(list(walk(10)))
    with pytest.raises(ActionRefused, match=r"E506 bollinger in test_bars.py:\d+: too many"):
        bars.bollinger(10, 2.0, "close", 5, 6)
    with pytest.raises(ValueError, match="E502 Ema: period is 0"):
        bars.ema(0)


def test_ticks_are_kept_as_they_came() -> None:
    ticks = [Quote(0, "EURUSD", FIRST + n, 1.1 + n * 1e-5, 1.2 + n * 1e-5, n, 6) for n in range(5_000)]
    bars = filled(list(ticks))
    assert (bars[0], bars[-1], bars[2_500]) == (ticks[0], ticks[-1], ticks[2_500])
    assert bars.close.tolist() == [tick.bid for tick in ticks]
    assert bars.volume.tolist() == [1] * 5_000
    assert bars.ema(10) == pytest.approx(ticks[-1].bid, abs=1e-4)


def test_longer_bars_are_seen_only_when_complete_and_stand_under_their_end() -> None:
    rows = walk(24 * 5)
    bars = Bars("EURUSD")
    for number, row in enumerate(rows):
        bars.take(row)
        longer = bars.higher("H4")
        assert len(longer) == (number + 1) // 4
        if len(longer):
            last = len(longer) * 4
            part = rows[last - 4 : last]
            assert longer[-1].time == part[-1].time
            assert longer[-1].open_time == part[0].open_time
            assert longer[-1].open == part[0].open
            assert longer[-1].high == max(each.high for each in part)
            assert longer[-1].ask_low == min(each.ask_low for each in part)
            assert longer[-1].close == part[-1].close
            assert longer[-1].volume == 28


def test_longer_bars_asked_for_late_are_the_same_and_a_gap_closes_them() -> None:
    rows = [bar(number, 1.1 + number * 1e-4) for number in range(200) if number % 17 > 3]
    early, late = Bars(), Bars()
    for row in rows:
        early.take(row)
        early.higher("D1")
        late.take(row)
    assert list(early.higher("D1")) == list(late.higher("D1"))
    ends = [each.time for each in late.higher("D1")]
    assert ends == sorted(set(ends))
    assert all((end - FIRST) % (24 * 3_600 * 10**9) == 0 for end in ends)


@pytest.mark.parametrize(
    ("timeframe", "start", "end"), [("W1", "2013-12-29", "2014-01-05"), ("MN1", "2014-01-01", "2014-02-01")]
)
def test_weeks_begin_on_sunday_and_months_on_the_first(timeframe: str, start: str, end: str) -> None:
    from tallystick.platform.authoring.higher import bounds

    of = bounds(FIRST + 5, timeframe, "utc")
    assert [str(np.datetime64(each, "ns"))[:10] for each in of] == [start, end]


def test_days_begin_at_the_servers_midnight() -> None:
    from tallystick.platform.authoring.higher import bounds

    start, end = bounds(FIRST, "D1", "new_york+7")
    assert str(np.datetime64(start, "ns")) == "2014-01-01T22:00:00.000000000"
    assert end - start == 24 * 3_600 * 10**9


def test_history_thaws_to_the_same_values() -> None:
    rows = walk(400)
    whole, part = Bars("EURUSD"), Bars("EURUSD")
    for row in rows[:300]:
        for each in (whole, part):
            each.take(row)
            if len(each) > 100:
                each.ema(10)
                each.bollinger(20, source="mid")
                if len(each) > 150:
                    each.higher("H4").ema(3)
    again = Bars("EURUSD")
    again.thaw(part.freeze())
    for row in rows[300:]:
        for each in (whole, again):
            each.take(row)
        assert (whole.ema(10), whole.bollinger(20, source="mid")) == (again.ema(10), again.bollinger(20, source="mid"))
        assert whole.higher("H4").ema(3) == again.higher("H4").ema(3)
        assert whole[-350 + 300] == again[-350 + 300]
    assert whole.close.tolist() == again.close.tolist()
