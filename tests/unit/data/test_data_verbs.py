"""The verbs `tallystick data ...`: what they say, their exit codes, and that nothing is lost when they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.cli.main import run
from tallystick.platform.data.demo import FOLDER
from tallystick.platform.data.lean import read_lean
from tests.unit.data.mt5_styles import Bar, Style

LEAN = str(FOLDER / "fxcm_hour_eurusd_2014.zip")
BARS = [Bar(60 * hour, 110_000 + hour, 110_020 + hour, 109_990, 110_010 + hour, 5 + hour, 7) for hour in range(20)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "EURUSD_H1.csv"
    path.write_bytes(Style().bars(BARS))
    return path


class Desk:
    """A user's folder and a way to say a command."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.capsys = capsys
        self.err = ""

    def say(self, *words: object) -> tuple[int, str]:
        code = run(["data", *map(str, words), "--home", str(self.home)])
        out, self.err = self.capsys.readouterr()
        return code, out

    def document(self, *words: object) -> Any:
        return json.loads(self.say(*words, "--json")[1])


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "home", capsys)


def test_importing_says_what_was_kept_and_treated(desk: Desk) -> None:
    code, out = desk.say("import", LEAN, "--tz", "fixed:-05:00")
    assert code == 0
    assert out.startswith(f"EURUSD-H1: {len(read_lean(Path(LEAN))):,} rows, ")
    assert "treated    crossed_open" in out
    assert "warning: W107 EURUSD" in desk.err


def test_importing_twice_changes_nothing(desk: Desk, file: Path) -> None:
    first = desk.document("import", file, "--tz", "mt5")
    again = desk.document("import", file, "--tz", "mt5")
    assert (first["new"], again["new"]) == (True, False)
    assert first["data_hash"] == again["data_hash"]
    assert desk.say("import", file, "--tz", "utc")[0] == 2
    assert "error[E132] EURUSD-H1 is in the catalogue already" in desk.err
    assert desk.document("list")["series"][0]["time_rule"] == "new_york+7"


def test_several_files_of_one_series_are_one(desk: Desk, tmp_path: Path) -> None:
    for name, part in (("EURUSD_1.csv", BARS[:12]), ("EURUSD_2.csv", BARS[12:])):
        (tmp_path / name).write_bytes(Style().bars(part))
    whole = tmp_path / "EURUSD.csv"
    whole.write_bytes(Style().bars(BARS))
    parts = desk.document("import", tmp_path / "EURUSD_1.csv", tmp_path / "EURUSD_2.csv", "--tz", "mt5", "--name", "a")
    one = desk.document("import", whole, "--tz", "mt5", "--name", "b")
    assert parts["data_hash"] == one["data_hash"]
    assert parts["treatments"] == one["treatments"]


def test_the_list_is_a_table_and_names_what_is_damaged(desk: Desk, file: Path) -> None:
    assert "holds no series" in desk.say("list")[1]
    desk.say("import", file, "--tz", "mt5")
    code, out = desk.say("list")
    assert code == 0
    assert out.splitlines()[1].split()[:4] == ["EURUSD-H1", "EURUSD", "H1", "20"]
    kept = desk.home / "series" / "EURUSD-H1.series"
    content = bytearray(kept.read_bytes())
    content[-100] ^= 1
    kept.write_bytes(content)
    code, out = desk.say("list")
    assert code == 3
    assert "damaged:" in out
    assert desk.say("resample", "EURUSD-H1", "--to", "H4")[0] == 3
    assert "error[E133]" in desk.err
    assert kept.read_bytes() == content


def test_resampling_keeps_longer_bars(desk: Desk) -> None:
    desk.say("import", LEAN, "--tz", "fixed:-05:00")
    code, out = desk.say("resample", "EURUSD-H1", "--to", "H4")
    assert code == 0
    assert out.startswith("EURUSD-H4: 1,")
    found = {one["name"]: one for one in desk.document("list")["series"]}
    assert found["EURUSD-H4"]["treatments"][-1]["rule"] == "resampled_to_H4_by_end"
    assert found["EURUSD-H4"]["instrument"]["digits"] == 5
    assert desk.say("resample", "EURUSD-H1", "--to", "M5")[0] == 2


def test_a_check_exits_one_with_findings_and_zero_without(desk: Desk, file: Path) -> None:
    code, out = desk.say("check", file, "--tz", "mt5")
    assert (code, out.splitlines()[1].strip()) == (0, "nothing is wrong")
    assert desk.document("check", file, "--tz", "mt5")["ok"] is True
    bad = Style().bars(BARS).decode().replace("1.10005", "x", 1)
    file.write_text(bad, encoding="utf-8")
    code, out = desk.say("check", file, "--tz", "mt5")
    assert code == 1
    assert "unreadable_row     1" in out
    assert 'EURUSD_H1.csv line 7, column open: "x" is not a price' in out
    (issue,) = desk.document("check", file, "--tz", "mt5")["files"][0]["issues"]
    assert (issue["fault"], issue["count"], issue["treatment"]) == ("unreadable_row", 1, "refused; --skip-bad drops")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["import", "nope.csv", "--tz", "utc"], "E111", "no such file nope.csv (looked in "),
        (["import", "FILE"], "E110", "EURUSD_H1.csv has no time zone"),
        (["import", "FILE", "--tz", "mars"], "E110", 'time zone "mars" is not known'),
        (["import", "FILE", "--tz", "mt5", "--timeframe", "M5"], "E132", "bars of H1 cannot become M5"),
        (["import", "FILE", "--tz", "mt5", "--mapping", "time"], "E844", "--mapping does not map"),
        (["import", "FILE", "--tz", "mt5", "--mapping", "time=X"], "E132", 'has no column "X"'),
        (["import", "FILE", "--tz", "mt5", "--name", "../x"], "E132", "is no name for a series"),
        (["import", "FILE", "--tz", "mt5", "--strict", "--skip-bad"], "E843", "exclude each other"),
        (["import", "FILE", "--tz", "mt5", "--instrument", "nope.toml"], "E111", "no such file nope.toml"),
        (["resample", "nope", "--to", "H4"], "E111", "the catalogue has no nope"),
        (["check", "nope", "--tz", "utc"], "E111", "no file nope"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) == 4 else None,
)
def test_a_refusal_says_code_and_remedy_and_keeps_nothing(
    desk: Desk, file: Path, words: list[str], code: str, message: str
) -> None:
    assert desk.say(*(file if word == "FILE" else word for word in words))[0] == 2
    first, last = desk.err.strip().splitlines()[-2:]
    assert first.startswith(f"error[{code}] ")
    assert message in first
    assert last.startswith("Fix: ")
    assert desk.document("list")["series"] == []


def test_a_mapping_and_a_file_of_conditions_are_kept_with_the_rows(desk: Desk, tmp_path: Path) -> None:
    prices = tmp_path / "gold.csv"
    rows = "".join(f"2024-03-01 0{hour}:00;1.1;1.2;1.0;1.1\n" for hour in range(5))
    prices.write_text("When;O;H;L;C\n" + rows, encoding="utf-8")
    conditions = tmp_path / "mine.toml"
    conditions.write_text(
        "[GOLD]\ndigits = 1\ncontract_size = 10\nvolume_min = 0.1\nvolume_max = 9\nvolume_step = 0.1\n"
    )
    words = ["--symbol", "GOLD", "--tz", "utc", "--mapping", "time=When", "--spread-points", "2"]
    assert desk.say("import", prices, *words, "--instrument", conditions)[0] == 0
    (kept,) = desk.document("list")["series"]
    assert (kept["name"], kept["instrument"]["contract_size"]) == ("GOLD-H1", 10.0)
    assert kept["treatments"][0]["rule"] == "ask_is_bid_plus_2_points"


def test_a_file_of_one_bar_is_checked_once_its_timeframe_is_said(desk: Desk, tmp_path: Path) -> None:
    one = tmp_path / "EURUSD.csv"
    one.write_text("Time,Open,High,Low,Close\n2024-01-02 00:00,1.1,1.2,1.0,1.1\n", encoding="utf-8")
    assert desk.say("check", one, "--tz", "utc")[0] == 2
    assert "--timeframe H1" in desk.err
    code, out = desk.say("check", one, "--tz", "utc", "--timeframe", "H1")
    assert code == 1  # it has no ask
    assert "EURUSD H1, 1 row," in out
