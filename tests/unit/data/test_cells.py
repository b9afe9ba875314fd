"""Columns read at once hold what reading their cells one by one gives."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.platform.data.cells import Column, cut
from tallystick.platform.data.moments import read_moments
from tallystick.platform.data.numbers import NUMBER, read_numbers
from tallystick.platform.data.table import read_table
from tallystick.platform.data.text import text_of
from tests.unit.data.mt5_styles import Bar, Style

EXAMPLES = 5_000 if os.environ.get("TALLYSTICK_FULL") else 300
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- the clock of a source has no zone


def column_of(cells: list[str]) -> Column:
    text = text_of(("name,end\n" + "".join(f"{cell},x\n" for cell in cells)).encode(), "a file")
    return cut(text, 2, ("name", "end")).column(0)


def decimals() -> st.SearchStrategy[str]:
    whole = st.integers(-(10**20), 10**20).map(str)
    exact = st.decimals(-(10**9), 10**9, places=5).map(str)
    return st.one_of(whole, exact, st.floats(allow_nan=False, allow_infinity=False).map(repr))


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=st.lists(decimals(), min_size=1, max_size=30))
def test_numbers_are_those_that_python_reads(cells: list[str]) -> None:
    found = read_numbers(column_of(cells))
    assert found.values.tolist() == [float(cell) for cell in cells]
    assert not found.bad.any()


@settings(max_examples=EXAMPLES, deadline=None)
@given(cells=st.lists(st.text("0123456789.-+eE_nxa ", max_size=8), min_size=1, max_size=20))
def test_what_is_no_number_is_marked(cells: list[str]) -> None:
    found = read_numbers(column_of(cells))
    for row, cell in enumerate(cells):
        plain = cell.strip(" ")
        number = bool(NUMBER.fullmatch(plain)) and np.isfinite(float(plain))
        assert found.empty[row] == (plain == "")
        assert found.bad[row] == (plain != "" and not number)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    moments=st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1)), min_size=1, max_size=20),  # noqa: DTZ001 -- naive on purpose: all of it is UTC
    form=st.sampled_from(["%Y.%m.%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y%m%d %H:%M", "%Y/%m/%d"]),
)
def test_moments_are_those_that_the_calendar_gives(moments: list[datetime], form: str) -> None:
    found = read_moments(column_of([moment.strftime(form) for moment in moments]))
    said = [datetime.strptime(moment.strftime(form), form) for moment in moments]  # noqa: DTZ007 -- as above
    assert found.ms.tolist() == [(moment - EPOCH) // timedelta(milliseconds=1) for moment in said]
    assert not found.bad.any()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1709251200", 1_709_251_200_000),
        ("1709251200000", 1_709_251_200_000),
        ("1709251200000000000", 1_709_251_200_000),
    ],
)
def test_an_epoch_has_its_unit_by_its_length(cell: str, expected: int) -> None:
    assert read_moments(column_of([cell])).ms.tolist() == [expected]


def test_layouts_may_change_from_row_to_row() -> None:
    cells = ["2024-03-01 00:00:00", "2024.03.01 01:00:00", "2024-03-01", "2024-03-01 02:00:00+01:00", "soon"]
    found = read_moments(column_of(cells))
    begin = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert found.ms.tolist()[:4] == [begin, begin + 3_600_000, begin, begin + 3_600_000]
    assert found.bad.tolist() == [False] * 4 + [True]
    assert found.zoned.tolist() == [False, False, False, True, False]


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(lines=st.lists(st.lists(st.text("ab7", max_size=3), min_size=1, max_size=4), min_size=1, max_size=30))
def test_rows_of_the_right_width_are_cut_wherever_they_stand(lines: list[list[str]]) -> None:
    text = text_of(("x,y,z\n" + "".join(",".join(cells) + "\n" for cells in lines)).encode(), "a file")
    found = cut(text, 2, ("x", "y", "z"))
    used = [(number, cells) for number, cells in enumerate(lines, 2) if len(cells) == 3 or any(cells)]
    rows = [(number, cells) for number, cells in used if len(cells) == 3]
    assert found.line.tolist() == [number for number, _ in rows]
    assert [[found.column(at).text(row) for at in range(3)] for row in range(len(rows))] == [cells for _, cells in rows]
    assert found.ragged.tolist() == [number for number, cells in used if len(cells) != 3]


RUNS = st.lists(
    st.tuples(
        st.sampled_from(
            ["2024.02.28", "2024.02.29", "2024.02.30", "2024-03-01", "01.03.2024", "2024.0a.01", "20240301"]
        ),
        st.integers(1, 200),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(runs=RUNS)
def test_a_date_in_many_rows_is_read_like_each_of_them_alone(runs: list[tuple[str, int]]) -> None:
    alone = {cell: read_moments(column_of([cell])) for cell, _ in runs}
    found = read_moments(column_of([cell for cell, count in runs for _ in range(count)]))
    for name in ("ms", "bad", "zoned", "dated", "clocked"):
        wanted = [getattr(alone[cell], name).item() for cell, count in runs for _ in range(count)]
        assert getattr(found, name).tolist() == wanted, name


def test_a_million_bars_take_seconds_not_minutes(tmp_path: Path) -> None:
    lines = 200_000
    bars = [Bar(minute, 110_000, 110_020, 109_990, 110_000 + minute % 20, minute % 5_000, 7) for minute in range(1_000)]
    head, *rows = Style().bars(bars).splitlines(keepends=True)
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(head + b"".join(rows) * (lines // len(rows)))
    begin = time.process_time()
    table = read_table(path)
    assert len(table) == lines
    # A million within 3 s of CPU is 0.6 s here; it takes a third of that, and the rest is for slow machines.
    assert time.process_time() - begin < 3.0 * lines / 1_000_000 * 2
