"""A run is given other files in the place of those it reads, and says which of them it read all the same."""

from pathlib import Path

import pytest

from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.judging.lookahead.decisions import Told
from tallystick.platform.judging.lookahead.findings import Kind
from tallystick.platform.judging.lookahead.outside_check import outside_checked
from tallystick.platform.judging.lookahead.runs import Subject, Task
from tallystick.platform.judging.lookahead.server import get_ready
from tallystick.platform.judging.lookahead.workers import SPLITS, Workers, split_off
from tests.unit.lookahead.test_changes import month
from tests.unit.lookahead.test_outside import prices

SOURCE = """\
import io
import linecache
import os
from pathlib import Path
import numpy as np
import pandas as pd
from tallystick.platform import strategy

FILE = str(Path(__file__).with_name("prices.csv"))
ROWS = len({reading})

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def own(bars):
    return +1 if len(bars.close) < ROWS - 3 else -1
"""
HEARD = (
    "open(FILE).readlines()",
    "Path(FILE).read_text().splitlines()",
    "pd.read_csv(FILE)",
    "np.loadtxt(FILE, str, delimiter=',')",
)
MISSED = (
    "linecache.getlines(FILE)",
    "io.FileIO(FILE).readlines()",
    "os.read(os.open(FILE, os.O_RDONLY), 10**8).splitlines()",
)
pytestmark = pytest.mark.skipif(not SPLITS, reason="runs are split off from this process, which Windows cannot")


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """Everything that each run would import and compile by itself."""
    get_ready(Subject("hold", month(), Terms()))


def ran(folder: Path, reading: str) -> tuple[Subject, Path, Told]:
    """The strategy under a file of three lines in the place of its prices."""
    path, file = folder / "own.py", prices(folder, 0).resolve()
    path.write_text(SOURCE.format(reading=reading), encoding="utf-8")
    (folder / "other.csv").write_text(
        "time,close\n2014-01-02 22:00:00,1.5\n2014-01-02 23:00:00,1.5\n", encoding="utf-8"
    )
    subject = Subject(str(path), month(), Terms())
    return subject, file, split_off(subject, Task(others={str(file): str(folder / "other.csv")}))


@pytest.mark.parametrize("reading", HEARD)
def test_a_reader_is_given_the_other_file(tmp_path: Path, reading: str) -> None:
    _, _, told = ran(tmp_path, reading)
    assert not told.failure
    assert told.missed == ()
    assert [each.words for each in told.decisions] == ["target -0.10 EURUSD"]


@pytest.mark.parametrize("reading", MISSED)
def test_a_file_that_is_read_past_every_reader_is_told(tmp_path: Path, reading: str) -> None:
    _, file, told = ran(tmp_path, reading)
    assert told.missed == (str(file),)


def test_a_file_in_whose_place_no_other_can_stand_cannot_be_judged(tmp_path: Path) -> None:
    subject, _, _ = ran(tmp_path, MISSED[0])
    cut = int(month().series[0].time[200])
    with Workers(subject, 1, here=True) as workers:
        found = outside_checked(split_off(subject, Task()), month(), [cut], workers).findings
    assert [each.kind for each in found] == [Kind.UNCHECKABLE]
    assert found[0].where.startswith("own.py:")
    assert "past Python's readers" in found[0].detail


def test_a_library_that_counts_the_machines_cores_opens_nothing(tmp_path: Path) -> None:
    counting = "[joblib.cpu_count(only_physical_cores=True)] or open(FILE).readlines()"
    path, _ = tmp_path / "own.py", prices(tmp_path, 0)
    path.write_text("import joblib\n" + SOURCE.format(reading=counting), encoding="utf-8")
    assert split_off(Subject(str(path), month(), Terms()), Task()).opened == ()


@pytest.mark.parametrize("reading", ["open(__file__).read()", "linecache.getlines(__file__)"])
def test_the_strategys_own_source_is_a_file_like_any_other_where_it_reads_it_as_data(
    tmp_path: Path, reading: str
) -> None:
    path, _ = tmp_path / "own.py", prices(tmp_path, 0)
    path.write_text(SOURCE.format(reading=reading) + "# 1.5 1.4\n" * 200, encoding="utf-8")
    subject = Subject(str(path), month(), Terms())
    told = split_off(subject, Task())
    assert [(each.path, each.line) for each in told.opened] == [(str(path.resolve()), "own.py:10")]
    with Workers(subject, 1, here=True) as workers:
        found = outside_checked(told, month(), [int(month().series[0].time[200])], workers).findings
    assert [each.kind for each in found] == [Kind.UNCHECKABLE]
    assert "a value for every row or two" in found[0].detail


def test_source_that_an_import_or_a_warning_reads_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("SIZE = 3\n")
    path, _ = tmp_path / "own.py", prices(tmp_path, 0)
    warned = "str(warnings.warn('thin'))"
    path.write_text("import warnings\nimport beside\n" + SOURCE.format(reading=warned), encoding="utf-8")
    assert split_off(Subject(str(path), month(), Terms()), Task()).opened == ()


def test_the_users_modules_are_told_wherever_they_lie(tmp_path: Path) -> None:
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "elsewhere" / "answers.py").write_text("SIDES = [1, 0]\n")
    path = tmp_path / "here" / "own.py"
    start = f"import sys\nsys.path.insert(0, {str(tmp_path / 'elsewhere')!r})\nimport answers\n"
    path.write_text(start + SOURCE.format(reading="'abc'"), encoding="utf-8")
    told = split_off(Subject(str(path), month(), Terms()), Task())
    assert [Path(each).name for each in told.imported] == ["answers.py"]
