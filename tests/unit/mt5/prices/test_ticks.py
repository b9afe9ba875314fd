"""Ticks as the module gives them: layout, flags, moments of the server's clock."""

import time as clock
from typing import Any

import numpy as np
import pytest

from tallystick.platform.mt5.prices.layout import COPY_ALL, COPY_INFO, COPY_TRADE, RATES, TICKS
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.prices.ticks import DayRange
from tallystick.platform.mt5.prices.timeframes import TIMEFRAMES
from tests.unit.mt5.prices.quotes import in_blocks, quotes, walk

DAY_NS = 86_400_000_000_000
MAY_5 = 1_399_248_000_000_000_000


def store_of(rows: Any, rule: str = "utc", size: int = 1_000) -> PriceStore:
    store = PriceStore([("EURUSD", 5)], rule)
    for block in in_blocks(rows, (size,)):
        store.append(block)
    return store


def test_both_layouts_are_sixty_packed_bytes() -> None:
    assert RATES.itemsize == TICKS.itemsize == 60
    assert RATES.names == ("time", "open", "high", "low", "close", "tick_volume", "spread", "real_volume")
    assert TICKS.names == ("time", "bid", "ask", "last", "volume", "time_msc", "flags", "volume_real")


@pytest.mark.parametrize(("flags", "bits"), [(COPY_INFO, 6), (COPY_TRADE, 24)])
def test_flags_choose_ticks_by_what_of_them_is_new(flags: int, bits: int) -> None:
    rows = walk(2_000, MAY_5, 500, seed=11)
    wanted = rows.columns["flags"] & bits != 0
    store = store_of(rows, size=150)
    first = int(rows.time[700]) // 1_000_000
    assert 0 < wanted.sum() < len(rows)
    assert store.ticks_from("EURUSD", 0, 5_000, flags)["bid"].tolist() == rows.bid[wanted].tolist()
    later = wanted & (rows.time // 1_000_000 >= first)
    assert store.ticks_from("EURUSD", first, 30, flags)["ask"].tolist() == rows.ask[later][:30].tolist()
    last = first + 60_000
    within = later & (rows.time // 1_000_000 <= last)
    assert store.ticks_range("EURUSD", first, last, flags)["bid"].tolist() == rows.bid[within].tolist()


def test_a_range_holds_both_its_ends_and_times_are_the_servers() -> None:
    times = [MAY_5 + second * 1_000_000_000 for second in (1, 2, 3, 4)]
    store = store_of(quotes(times, [1.0, 2.0, 3.0, 4.0], [1.5, 2.5, 3.5, 4.5], flags=[6, 2, 4, 6]), "new_york+7")
    server = times[1] // 1_000_000 + 3 * 3_600_000
    found = store.ticks_range("EURUSD", server, server + 1_000, COPY_ALL)
    assert found["time_msc"].tolist() == [server, server + 1_000]
    assert found["time"].tolist() == [server // 1_000, server // 1_000 + 1]
    assert found[["bid", "ask", "flags"]].tolist() == [(2.0, 2.5, 2), (3.0, 3.5, 4)]
    assert not found["last"].any()
    assert not found["volume_real"].any()
    assert store.ticks_from("EURUSD", server + 1, 1, COPY_ALL)["bid"].tolist() == [3.0]
    assert store.ticks_range("EURUSD", server, server - 5_000, COPY_INFO).tolist() == []


def test_prices_come_back_bit_for_bit() -> None:
    prices = np.array([1.1, np.nextafter(1.1, 2), 0.1 + 0.2])
    found = store_of(quotes([MAY_5, MAY_5, MAY_5 + 1], prices, prices)).ticks_from("EURUSD", 0, 9, COPY_ALL)
    assert found["bid"].tobytes() == prices.tobytes()


def test_the_newest_tick_and_the_range_of_the_servers_day() -> None:
    store = PriceStore([("EURUSD", 5)], "utc")
    assert store.last("EURUSD") is None
    assert store.day("EURUSD") is None
    store.append(quotes([MAY_5 - 1, MAY_5, MAY_5 + 5], [9.0, 2.0, 1.0], [9.5, 2.5, 1.5]))
    newest = store.last("EURUSD")
    assert newest is not None
    assert (newest.time, newest.bid, newest.ask, newest.flags) == (MAY_5 + 5, 1.0, 1.5, 6)
    assert store.day("EURUSD") == DayRange(2.0, 2.0, 1.0, 2.5, 1.5)
    store.append(quotes([MAY_5 + 6], [4.0], [4.5]))
    assert store.day("EURUSD") == DayRange(2.0, 4.0, 1.0, 4.5, 1.5)
    store.append(quotes([MAY_5 + DAY_NS], [7.0], [7.5]))
    assert store.day("EURUSD") == DayRange(7.0, 7.0, 7.0, 7.5, 7.5)


def test_a_symbol_of_none_of_the_series_is_no_price() -> None:
    with pytest.raises(KeyError):
        store_of(quotes([MAY_5], [1.0], [1.0])).last("GBPUSD")


def test_a_million_ticks_are_taken_in_within_two_seconds() -> None:
    rows = walk(1_000_000, MAY_5, 100, seed=5)
    begun = clock.process_time()
    store = store_of(rows, "new_york+7", size=4_096)
    for code in (1, 16385, 16408):
        store.rates_from_pos("EURUSD", code, 0, 100)
    assert clock.process_time() - begun < 2
    assert store.last("EURUSD") is not None


def test_the_codes_are_the_modules() -> None:
    codes = {one.name: code for code, one in TIMEFRAMES.items()}
    assert len(codes) == 21
    assert (codes["M1"], codes["M30"], codes["H1"], codes["H12"]) == (1, 30, 16385, 16396)
    assert (codes["D1"], codes["W1"], codes["MN1"]) == (16408, 32769, 49153)


def test_ticks_taken_in_one_by_one_are_those_taken_in_blocks() -> None:
    rows = walk(2_500, MAY_5, 60_000, seed=8)
    singly, at_once = store_of(rows, "new_york+7", size=1), store_of(rows, "new_york+7")
    for flags in (COPY_ALL, COPY_INFO, COPY_TRADE):
        assert (
            singly.ticks_from("EURUSD", 0, 9_999, flags).tobytes()
            == at_once.ticks_from("EURUSD", 0, 9_999, flags).tobytes()
        )
    assert singly.last("EURUSD") == at_once.last("EURUSD")
    assert singly.day("EURUSD") == at_once.day("EURUSD")


@pytest.mark.parametrize("seed", range(4))
def test_laid_ticks_are_ticks_from_their_time_on(seed: int) -> None:
    rows, chance = walk(900, MAY_5, 500, seed=seed), np.random.default_rng(seed)
    laid, appended, shown = PriceStore([("EURUSD", 5)], "utc"), PriceStore([("EURUSD", 5)], "utc"), 0
    while shown < len(rows):
        last = min(shown + int(chance.integers(1, 300)), len(rows))
        laid.lay(rows.part(shown, last))
        for _ in range(4):
            stop = min(shown + int(chance.integers(0, 60)), last)
            if stop > shown:
                laid.show(int(rows.time[stop - 1]))
                stop = int(rows.time[:last].searchsorted(rows.time[stop - 1], side="right"))
                appended.append(rows.part(shown, stop))
                shown = stop
            assert laid.last("EURUSD") == appended.last("EURUSD")
            for flags in (COPY_ALL, COPY_INFO):
                both = [one.ticks_from("EURUSD", 0, 5_000, flags).tobytes() for one in (laid, appended)]
                assert both[0] == both[1]
            if shown:
                assert laid.day("EURUSD") == appended.day("EURUSD")
                both = [one.rates_from_pos("EURUSD", 1, 0, 5_000).tobytes() for one in (laid, appended)]
                assert both[0] == both[1]
