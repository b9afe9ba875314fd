"""Twenty bad inputs, as a newcomer makes them: what is said, the exit code, and that nothing was lost.

Each message has a code, what is wrong and where, what was got and expected, and in its last line what to do. One of the
twenty, a covariance that is none, belongs to the portfolio problem of `tallystick.quantum` and stands in its tests.
"""

import hashlib
import json
import math
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.signer import Ed25519Signer
from tallystick.events.tamper import cut_tail, flip_body
from tests.said import Said, Say, saying

HEADINGS = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
SIGNAL = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="{lots}")
def ema_cross(bars): return {answer}
"""
CROSS = "+1 if bars.ema(10) > bars.ema(30) else -1"
BARS = 400


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newcomer's folder: a strategy, an export of MT5's, and the book of an earlier backtest."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "ema.py").write_text(SIGNAL.format(lots="0.10", answer=CROSS), encoding="utf-8")
    (folder / "EURUSD_H1.csv").write_text(exported(rows()), encoding="utf-8")
    return folder


@pytest.fixture
def say(desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    monkeypatch.setenv("TALLYSTICK_HOME", str(desk / "home"))
    monkeypatch.chdir(desk)

    command = saying(capsys)
    if not (desk / "tallystick-backtest").exists():
        assert command("backtest", "ema.py", "EURUSD_H1.csv", "--tz", "mt5", "--no-report").code == 0
    return command


@pytest.fixture
def refused(say: Say, desk: Path) -> Say:
    """Say a command that must be refused: exit 2, no traceback, and every file as it was, the last book among them."""

    def command(*words: object) -> Said:
        before = contents(desk)
        said = say(*words, "--no-report")
        assert said.code == 2, said
        assert "Traceback" not in said.err
        assert not said.out
        assert said.last.startswith("Fix: ")
        assert len(said.last) > len("Fix: ")
        assert contents(desk) == before
        return said

    return command


def contents(folder: Path) -> dict[str, str]:
    """A hash of every file but the operators' logs, which say what was tried."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "operators.log"
    }


def rows() -> list[list[str]]:
    """Four weeks of hours, as MT5 exports them."""
    made: list[list[str]] = []
    time, close = datetime(2014, 5, 5, tzinfo=UTC), 1.38
    while len(made) < BARS:
        if time.weekday() < 5:
            opened, close = close, round(1.38 + 0.002 * math.sin(len(made) / 9), 5)
            high, low = max(opened, close) + 0.0003, min(opened, close) - 0.0003
            prices = [f"{price:.5f}" for price in (opened, high, low, close)]
            made.append([f"{time:%Y.%m.%d}", f"{time:%H:%M:%S}", *prices, "100", "0", "12"])
        time += timedelta(hours=1)
    return made


def exported(lines: list[list[str]]) -> str:
    return "\n".join([HEADINGS, *("\t".join(line) for line in lines)]) + "\n"


def damaged(desk: Path, name: str, change: Callable[[list[list[str]]], object]) -> Path:
    lines = rows()
    change(lines)
    path = desk / name
    path.write_text(exported(lines), encoding="utf-8")
    return path


def written(desk: Path, name: str, source: str) -> Path:
    path = desk / name
    path.write_text(source, encoding="utf-8")
    return path


def document(said: Said) -> Any:
    assert said.code == 0, said.err
    return json.loads(said.out)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A book of the test's own."""
    return tmp_path / "book"


# -- 1 to 4: symbols and dates


def test_1_an_unknown_symbol_is_named_with_the_likely_one(refused: Say) -> None:
    for words in (["EURUSD_H1.csv", "--tz", "mt5"], []):
        said = refused("backtest", "ema.py", *words, "--symbol", "EURUSDX")
        assert said.error.startswith('error[E101] symbol "EURUSDX"')
        assert "Did you mean EURUSD?" in said.last


def test_2_reversed_dates_are_to_be_swapped(refused: Say) -> None:
    said = refused("backtest", "ema.py", "--from", "2018-01-01", "--to", "2017-01-01")
    assert said.error == "error[E102] the first date 2018-01-01 is after the last 2017-01-01."
    assert said.last == "Fix: Swap them."


def test_2_a_date_that_is_none_is_refused(refused: Say) -> None:
    said = refused("backtest", "ema.py", "--from", "31.12.2014")
    assert "31.12.2014" in said.error
    assert "2014-05-31" in said.error


def test_3_dates_outside_the_data_are_told_what_the_file_holds(refused: Say) -> None:
    for data in (["EURUSD_H1.csv", "--tz", "mt5"], []):
        said = refused("backtest", "ema.py", *data, "--from", "2030-01-01", "--to", "2031-01-01")
        assert said.error.startswith("error[E103]")
        assert re.search(r"2014-0\d-\d\d\.\.2014-", said.error)
        assert "to use all " in said.last


def test_4_dates_that_are_covered_in_part_are_warned_of(say: Say, kept: Path) -> None:
    said = say(
        "backtest", "ema.py", "--from", "2013-06-01", "--to", "2014-03-31", "--book", kept, "--json", "--no-report"
    )
    warning = next(line for line in document(said)["warnings"] if line.startswith("W104"))
    assert "asked 2013-06-01..2014-03-31, data cover 2014-01-03..2014-03-31" in warning
    assert document(said)["stats"]["start"].startswith("2014-01-03")


# -- 5 to 11: files


def test_5_a_malformed_cell_is_named_by_line_and_column(refused: Say, say: Say, desk: Path, kept: Path) -> None:
    path = damaged(desk, "EURUSD_cell.csv", lambda lines: lines[3].__setitem__(5, "abc"))
    said = refused("backtest", "ema.py", path, "--tz", "mt5")
    assert said.error == 'error[E105] EURUSD_cell.csv line 5, column close: "abc" is not a price.'
    assert "--skip-bad" in said.last
    skipped = say("backtest", "ema.py", path, "--tz", "mt5", "--skip-bad", "--book", kept, "--json", "--no-report")
    assert document(skipped)["rows"] == BARS - 1
    assert any("dropped 1 row that cannot be read" in line for line in document(skipped)["warnings"])


def test_6_an_impossible_bar_is_shown(refused: Say, desk: Path) -> None:
    path = damaged(desk, "EURUSD_bar.csv", lambda lines: lines[810 % BARS].__setitem__(3, "1.30000"))
    said = refused("backtest", "ema.py", path, "--tz", "mt5")
    assert said.error.startswith("error[E106] EURUSD_bar.csv line 12: no EURUSD bar can be like this (1 bar)")
    assert "high 1.3 " in said.error
    assert "--skip-bad" in said.last


def test_7_crossed_quotes_are_counted_and_strict_refuses_them(refused: Say, say: Say, kept: Path) -> None:
    said = say("backtest", "ema.py", "--book", kept, "--json", "--no-report")
    warning = next(line for line in document(said)["warnings"] if line.startswith("W107"))
    assert "389 of 6,288 bars open with ask below bid" in warning
    assert "--strict refuses" in warning
    assert refused("backtest", "ema.py", "--strict").error.startswith("error[W107]")


def test_8_days_without_bars_are_counted_and_none_is_invented(say: Say, kept: Path) -> None:
    found = document(say("backtest", "ema.py", "--book", kept, "--json", "--no-report"))
    warning = next(line for line in found["warnings"] if line.startswith("W108"))
    assert "4 of 261 weekdays have no bars (2014-01-01, 2014-01-02, 2014-12-25, 2014-12-26), 1 more are thin" in warning
    assert found["rows"] == 6_288


def test_9_one_time_with_two_contents_is_refused(refused: Say, desk: Path) -> None:
    path = damaged(desk, "EURUSD_twice.csv", lambda lines: lines.insert(40, [*lines[39][:6], "99", *lines[39][7:]]))
    said = refused("backtest", "ema.py", path, "--tz", "mt5")
    assert said.error.startswith("error[E109] EURUSD_twice.csv line 42: EURUSD 2014-05-06T15:00:00.000 appears twice")


def test_10_a_file_without_a_clock_is_asked_for_one(refused: Say) -> None:
    said = refused("backtest", "ema.py", "EURUSD_H1.csv")
    assert said.error == "error[E110] EURUSD_H1.csv has no time zone."
    assert "--tz utc" in said.last
    assert "--tz mt5" in said.last


def test_11_a_missing_file_is_named_with_where_it_was_looked_for(refused: Say, desk: Path) -> None:
    said = refused("backtest", "ema.py", "data/EURUSD-H1.csv", "--tz", "utc")
    assert said.error.startswith(f"error[E111] no such file data/EURUSD-H1.csv (looked in {desk}")
    assert "demo" in said.last
    assert "no such file nowhere.py" in refused("backtest", "nowhere.py").error


# -- 12 to 15: sizes, prices, money


def test_12_a_negative_size_or_deposit_is_refused(refused: Say, desk: Path) -> None:
    written(desk, "minus.py", SIGNAL.format(lots="-0.10", answer=CROSS))
    said = refused("backtest", "minus.py")
    assert said.error.startswith('error[E112] lots "-0.10" in minus.py:3: size is positive, direction is the signal')
    for words in (["--lots", "0"], ["--lots", "-1"], ["--deposit", "0"], ["--deposit", "-5"], ["--deposit", "lots"]):
        assert refused("backtest", "ema.py", *words).error.startswith("error[E112]")


def test_13_lots_between_two_steps_are_told_the_nearest(refused: Say, desk: Path) -> None:
    written(desk, "odd.py", SIGNAL.format(lots="0.015", answer=CROSS))
    for words in (["odd.py"], ["ema.py", "--lots", "0.015"]):
        said = refused("backtest", *words)
        assert said.error.startswith("error[E113] lots 0.015: EURUSD trades 0.01..100 in steps of 0.01")
        assert said.last == "Fix: Nearest: 0.01, 0.02"


def test_14_a_limit_on_the_wrong_side_is_denied_and_the_run_goes_on(say: Say, desk: Path, kept: Path) -> None:
    source = """\
from tallystick.platform import Strategy

class Above(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_start(self):
        self.asked = False

    def on_bar(self, bar):
        if not self.asked:
            self.asked = True
            self.limit("buy", bar.close + 0.01, "0.10")
"""
    written(desk, "above.py", source)
    found = document(say("backtest", "above.py", "--book", kept, "--json", "--no-report"))
    assert found["rows"] == 6_288
    assert found["stats"]["denied"] == 1
    assert any("10015 INVALID_PRICE: BUY_LIMIT" in line and "is above ask" in line for line in found["warnings"])


def test_15_too_little_margin_is_denied_and_the_run_goes_on(say: Say, desk: Path, kept: Path) -> None:
    written(desk, "greedy.py", SIGNAL.format(lots="9", answer=CROSS))
    found = document(say("backtest", "greedy.py", "--book", kept, "--json", "--no-report"))
    assert found["rows"] == 6_288
    assert found["stats"]["denied"] == found["stats"]["orders"] > 100
    assert any("10019 NO_MONEY: 9 lots need" in line for line in found["warnings"])


# -- 16 to 18: the record


@pytest.fixture
def copied(say: Say, desk: Path, tmp_path: Path) -> Path:
    """A copy of the last book."""
    return Path(shutil.copytree(desk / "tallystick-backtest", tmp_path / "copy"))


def test_16_a_changed_record_is_named_and_nothing_after_it_is_proved(say: Say, copied: Path) -> None:
    number = flip_body(copied / "log").rsplit(" ", 1)[-1]
    before = contents(copied)
    said = say("audit", "verify", copied)
    assert said.code == 3
    assert f"record {re.sub('[^0-9]', '', number)}" in said.out.replace(",", "")
    assert "keep the files untouched" in said.out
    assert contents(copied) == before


def test_17_a_cut_tail_is_told_by_the_checkpoint_that_covers_it(say: Say, copied: Path) -> None:
    cut_tail(copied / "log")
    before = contents(copied)
    said = say("audit", "verify", copied)
    assert said.code == 3
    assert "checkpoint" in said.out
    assert contents(copied) == before


def test_18_no_key_and_a_wrong_key_are_told_apart(say: Say, copied: Path, tmp_path: Path) -> None:
    said = say("audit", "verify", copied, "--home", tmp_path / "nobody")
    assert said.code == 2
    assert said.error.startswith("error[E301] no key to verify with")
    origin = json.loads((copied / "book.json").read_text(encoding="utf-8"))["origin"]
    other = tmp_path / "other.vkey"
    other.write_text(str(Ed25519Signer.generate(origin).vkey), encoding="utf-8")
    said = say("audit", "verify", copied, "--key", other)
    assert said.code == 3
    assert "key" in said.out


# -- 20: strategies


def test_20_a_signal_that_is_none_names_function_and_line(say: Say, desk: Path, kept: Path) -> None:
    written(desk, "five.py", SIGNAL.format(lots="0.10", answer="5"))
    said = say("backtest", "five.py", "--book", kept, "--no-report")
    assert said.code == 2
    assert said.error.startswith("error[E501] five.py:3 ema_cross returned 5; a signal is -1, 0, +1 or None, at row 1")
    assert say("audit", "verify", kept).code == 0, "what happened up to there is recorded and signed"


def test_20_a_misspelt_setting_is_told_the_right_one(refused: Say, desk: Path) -> None:
    written(desk, "misspelt.py", SIGNAL.format(lots="0.10", answer="1").replace("timeframe", "timefram"))
    said = refused("backtest", "misspelt.py")
    assert said.error.startswith('error[E502] unknown setting "timefram" in misspelt.py:3: did you mean "timeframe"?')


def test_20_a_parameter_nobody_knows_is_refused(refused: Say) -> None:
    said = refused("backtest", "ema.py", "--set", "fastt=5")
    assert said.error.startswith('error[E504] ema_cross has no parameter "fastt"')


def test_20_a_clock_in_a_callback_is_refused_with_its_line(refused: Say, desk: Path) -> None:
    source = """\
import time
from tallystick.platform import Strategy

class Clocked(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        if time.time() > 0:
            self.target("0.10")
"""
    written(desk, "clocked.py", source)
    said = refused("backtest", "clocked.py")
    assert "clocked.py:6" in said.error
    assert "time.time" in said.error


def test_20_an_error_of_the_strategy_names_its_line(say: Say, desk: Path, kept: Path) -> None:
    written(desk, "divides.py", SIGNAL.format(lots="0.10", answer="1 // 0"))
    said = say("backtest", "divides.py", "--book", kept, "--no-report")
    assert said.code == 2
    assert "divides.py:4" in said.error
    assert "ZeroDivisionError" in said.error
    assert "Traceback" not in said.err


def test_20_a_file_without_a_strategy_says_what_to_write(refused: Say, desk: Path) -> None:
    written(desk, "empty.py", "x = 1\n")
    said = refused("backtest", "empty.py")
    assert "has no strategy" in said.error
    assert "@strategy" in said.last


def test_20_data_where_the_strategy_belongs_is_told_the_order(refused: Say) -> None:
    said = refused("backtest", "EURUSD_H1.csv", "ema.py", "--tz", "mt5")
    assert said.error.startswith("error[E530]")
    assert said.last == "Fix: The strategy stands first, then its data: tallystick backtest ema.py EURUSD_H1.csv"


def test_20_a_window_longer_than_the_rows_so_far_is_told_of_warm_up(say: Say, desk: Path, kept: Path) -> None:
    written(desk, "breakout.py", SIGNAL.format(lots="0.10", answer="int(bars.close[-1] > bars.high[-49:-1].max())"))
    said = say("backtest", "breakout.py", "--book", kept, "--no-report")
    assert said.code == 2
    assert "breakout.py:4" in said.error
    assert "warm_up=N: 1 row had come in by then" in said.last
