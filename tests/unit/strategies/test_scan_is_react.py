"""`react`, row by row, is the truth: `scan` and `advance` give the same answers and the same bits, however cut."""

import os
import random
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.market.rows import Rows
from tallystick.platform.data.demo import demo_feed
from tallystick.platform.strategies import EmaCross, Hold, ZScoreReversion
from tests.unit.strategies.market_rows import SYMBOLS, declared, fact, heard_by_scan, heard_row_by_row, rows_of, walk

SEEDS = range(200 if os.environ.get("TALLYSTICK_FULL") else 12)
Make = Callable[[str, Any], Any]
MAKES: dict[str, Make] = {
    "ema": lambda symbol, source: EmaCross(symbol, fast=3, slow=9, source=source),
    "ema_long": lambda symbol, source: EmaCross(symbol, fast=12, slow=80, stop_points=300, source=source),
    "z": lambda symbol, source: ZScoreReversion(symbol, window=20, entry_z=1.7, exit_z=0.2, source=source),
    "z_short": lambda symbol, source: ZScoreReversion(symbol, window=2, entry_z=0.9, exit_z=0.0, source=source),
    "hold": lambda symbol, source: Hold(symbol, source=source),
}


def made(make: Make, symbol: str, kind: str) -> Any:
    module = make(symbol, "quotes" if kind == "quote" else "bars")
    for number, name in enumerate(SYMBOLS):
        module.react(declared(number, name, kind), None)
    return module


@pytest.mark.parametrize("kind", ["quote", "bar"])
@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
@pytest.mark.parametrize("seed", SEEDS)
def test_scan_and_advance_answer_as_react_does_for_any_partition(seed: int, make: Make, kind: str) -> None:
    print(f"seed {seed}")
    rows = walk(seed, 1_500, kind)
    chance = random.Random(seed + 1_000)
    for symbol in SYMBOLS:
        by_row, by_scan = made(make, symbol, kind), made(make, symbol, kind)
        cuts = sorted(chance.sample(range(1, len(rows)), chance.randrange(60)))
        assert heard_by_scan(by_scan, rows, cuts) == heard_row_by_row(by_row, rows)
        assert by_scan.freeze() == by_row.freeze()


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_a_module_thawed_anywhere_goes_on_with_the_same_bits(make: Make) -> None:
    rows = walk(7, 900, "quote")
    for cut in (0, 1, 5, 333, 899):
        undisturbed, first = made(make, "NZDUSD", "quote"), made(make, "NZDUSD", "quote")
        whole = heard_row_by_row(undisturbed, rows)
        before = heard_row_by_row(first, rows.part(0, cut))
        second = make("NZDUSD", "quotes")
        second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
        after = [(cut + row, event) for row, event in heard_row_by_row(second, rows.part(cut, len(rows)))]
        assert before + after == whole
        assert second.freeze() == undisturbed.freeze()


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_scan_changes_nothing(make: Make) -> None:
    rows = walk(11, 700, "bar")
    module = made(make, "EURUSD", "bar")
    for at in range(0, 700, 50):
        before = msgspec.msgpack.encode(module.freeze())
        assert module.scan(rows.part(at, 700)) == module.scan(rows.part(at, 700))
        assert msgspec.msgpack.encode(module.freeze()) == before
        for row in range(at, at + 50):
            module.react(fact(rows, row), None)


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_an_undeclared_series_or_the_other_kind_of_rows_is_not_heard(make: Make) -> None:
    rows = walk(3, 400, "bar")
    silent = make("EURUSD", "bars")
    assert silent.scan(rows) == -1
    assert heard_row_by_row(silent, rows) == []
    on_quotes = made(make, "EURUSD", "quote")
    before = on_quotes.freeze()
    assert on_quotes.scan(rows) == -1
    on_quotes.advance(rows)
    assert on_quotes.freeze() == before


def test_the_cases_above_have_signals_to_find() -> None:
    for name, make in MAKES.items():
        said = heard_row_by_row(made(make, "EURUSD", "quote"), walk(0, 1_500, "quote"))
        assert len(said) >= (1 if name == "hold" else 4), name


def test_a_window_without_movement_decides_nothing() -> None:
    count = 300
    still = np.full(count, 1.3)
    rows: Rows = rows_of("quote", np.arange(count, dtype=np.int64), np.zeros(count, dtype=np.uint16), still, still)
    module = made(MAKES["z"], "EURUSD", "quote")
    assert module.scan(rows) == -1
    assert heard_row_by_row(module, rows) == []


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_on_a_year_of_real_bars_scan_and_react_agree(make: Make) -> None:
    feed = demo_feed()
    (rows,) = feed.rows()
    chance = random.Random(2014)
    for symbol in feed.symbols:
        by_row, by_scan = made(make, symbol, "bar"), made(make, symbol, "bar")
        cuts = sorted(chance.sample(range(1, len(rows)), 40))
        said = heard_row_by_row(by_row, rows)
        assert heard_by_scan(by_scan, rows, cuts) == said
        assert by_scan.freeze() == by_row.freeze()
        assert said
