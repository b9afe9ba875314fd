"""`tallystick backtest`: its folder, its options, its document, and what it says to do next."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tallystick.platform.cli.backtest import parameters_of
from tallystick.platform.cli.failure import Failure
from tests.said import Say, saying

SOURCE = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def ema_cross(bars, fast: int = 5, slow: int = 15): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""


@pytest.fixture
def say(
    tmp_path: Path, frame: pd.DataFrame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Say:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ema.py").write_text(SOURCE, encoding="utf-8")
    frame.to_csv(tmp_path / "EURUSD.csv")
    return saying(capsys)


def test_what_a_strategy_prints_stays_out_of_the_document(say: Say, tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(SOURCE.replace("): return", "): print('noise'); return"), encoding="utf-8")
    said = say("backtest", "loud.py", "EURUSD.csv", "--tz", "utc", "--json")
    assert (said.code, said.document["rows"]) == (0, 400)
    assert "noise" in said.err


def test_a_research_log_of_another_key_leaves_the_last_book_alone(say: Say, tmp_path: Path) -> None:
    assert say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc").code == 0
    refused = say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--home", tmp_path / "other")
    assert (refused.code, "error[E577]" in refused.err) == (2, True)
    assert say("audit", "verify", "tallystick-backtest").code == 0


def test_two_files_of_one_symbol_are_refused_and_the_remedy_works(
    say: Say, tmp_path: Path, frame: pd.DataFrame
) -> None:
    frame[:200].to_csv(tmp_path / "EURUSD_1.csv")
    frame[200:].to_csv(tmp_path / "EURUSD_2.csv")
    refused = say("backtest", "ema.py", "EURUSD_1.csv", "EURUSD_2.csv", "--tz", "utc")
    assert refused.code == 2
    assert "error[E119] EURUSD_1.csv and EURUSD_2.csv both hold EURUSD" in refused.err
    assert "Fix: Join files of one symbol: tallystick data import FILE FILE --tz CLOCK --name mine" in refused.err
    assert say("data", "import", "EURUSD_1.csv", "EURUSD_2.csv", "--tz", "utc", "--name", "mine").code == 0
    joined, whole = (
        say("backtest", "ema.py", "mine", "--json"),
        say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--json"),
    )
    assert joined.document["digest"] == whole.document["digest"]


def test_the_catalogue_of_the_home_that_is_named_is_looked_in(say: Say, tmp_path: Path) -> None:
    assert say("data", "import", "EURUSD.csv", "--tz", "utc", "--name", "mine", "--home", tmp_path / "other").code == 0
    said = say("backtest", "ema.py", "mine", "--home", tmp_path / "other", "--json")
    assert (said.code, said.document["rows"]) == (0, 400)
    unknown = say("backtest", "ema.py", "mine")
    assert unknown.code == 2
    assert "error[E111]" in unknown.err


def test_columns_of_other_names_are_mapped_and_a_spread_is_stated(
    say: Say, tmp_path: Path, frame: pd.DataFrame
) -> None:
    kept = frame.rename(columns={"open": "O", "high": "H", "low": "L", "close": "C"}).drop(columns="spread")
    kept.to_csv(tmp_path / "EURUSD.csv", index_label="Kdy")
    assert "Say which they are: --mapping" in say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc").err
    columns = "time=Kdy,open=O,high=H,low=L,close=C"
    stated = ("--tz", "utc", "--mapping", columns, "--spread-points", "12", "--json")
    said = say("backtest", "ema.py", "EURUSD.csv", *stated)
    assert (said.code, said.document["rows"]) == (0, 400)
    assert "W131" not in said.err


def test_a_backtest_says_what_it_came_to_and_what_to_do_next(say: Say) -> None:
    said = say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc")
    assert said.code == 0, said.err
    for words in ("buy and hold ", "equity ", "digest ", "verify OK", "note: the account is in USD", "Next:"):
        assert words in said.out
    assert Path("tallystick-backtest/report.html").is_file()
    for command in [line.strip() for line in said.out.splitlines() if line.startswith("  tallystick ")]:
        assert say(*command.split()[1:]).code == 0, command


def test_the_next_backtest_replaces_the_last_and_a_named_book_stays(say: Say) -> None:
    first = say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--json", "--no-report").document
    second = say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--json", "--no-report", "--set", "fast=7").document
    assert first["book"] == second["book"] == "tallystick-backtest"
    assert first["digest"] != second["digest"]
    kept = ["backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--no-report", "--book", "kept"]
    assert say(*kept, "--json").document["digest"] == first["digest"]
    again = say(*kept)
    assert again.code == 2
    assert "has ended" in again.err


def test_a_folder_that_is_not_a_backtests_is_left_alone(say: Say) -> None:
    Path("tallystick-backtest").mkdir()
    Path("tallystick-backtest/thesis.txt").write_text("years of work", encoding="utf-8")
    said = say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc")
    assert said.code == 2
    assert "error[E830] the backtest does not write here, tallystick-backtest" in said.err
    assert said.err.strip().endswith("Fix: tallystick backtest --book another-folder")
    assert Path("tallystick-backtest/thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_options_mean_what_they_mean_in_python(say: Say, frame: pd.DataFrame) -> None:
    from tallystick.platform import backtest

    options = ["--deposit", "2500.50", "--leverage", "100", "--lots", "0.03", "--seed", "4", "--latency", "250"]
    said = say("backtest", "ema.py", "EURUSD=EURUSD.csv@utc", *options, "--set", "slow=20", "--json", "--no-report")
    same = backtest(
        "ema.py", frame, account="2500.50", leverage=100, lots="0.03", seed=4, latency_ms=250, parameters={"slow": 20}
    )
    assert said.document["digest"] == same.digest
    assert said.document["stats"] == json.loads(json.dumps(dict(same.stats)))


def test_dates_cut_files_that_are_named_with_their_clock(say: Say) -> None:
    dates = ["--from", "2014-05-06", "--to", "2014-05-08", "--json", "--no-report"]
    rows = [
        say("backtest", "ema.py", *data, *dates).document["rows"]
        for data in (["EURUSD=EURUSD.csv@utc"], ["EURUSD.csv", "--tz", "utc"])
    ]
    assert rows == [72, 72]


def test_by_row_decides_the_same(say: Say) -> None:
    plain, by_row = (
        say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--json", "--no-report", *more).document["digest"]
        for more in ([], ["--by-row"])
    )
    assert plain == by_row


def test_strict_and_skip_bad_exclude_each_other(say: Say) -> None:
    said = say("backtest", "ema.py", "--strict", "--skip-bad")
    assert said.code == 2
    assert "exclude each other" in said.err


def test_a_parameter_is_a_number_where_it_reads_like_one() -> None:
    found = parameters_of(["fast=5", "share=0.5", "wild=true", "name=EURUSD", "sum=1=2"])
    assert found == {"fast": 5, "share": 0.5, "wild": True, "name": "EURUSD", "sum": "1=2"}
    for wrong in ("fast", "=5", "fast=", "2fast=5"):
        with pytest.raises(Failure, match="--set names no parameter"):
            parameters_of([wrong])


def test_run_takes_a_strategys_file_too(say: Say) -> None:
    data = "EURUSD=EURUSD.csv@utc"
    tested = say("backtest", "ema.py", data, "--json", "--no-report").document
    ran = say("run", "ema.py", "--data", data, "--mode", "sim", "--book", "ran", "--by-row", "--json", "--no-report")
    assert ran.code == 0, ran.err
    assert ran.document["decision_digest"] == tested["digest"]
    assert say("replay", "ran").code == 0


def test_a_run_whose_strategy_fails_is_a_finding_and_its_book_stays(say: Say) -> None:
    Path("fails.py").write_text(SOURCE.replace("+1 if", "1 // 0 if"), encoding="utf-8")
    said = say("run", "fails.py", "--data", "EURUSD=EURUSD.csv@utc", "--book", "failed", "--no-report")
    assert said.code == 1
    assert "FAILED: ema_cross" in said.out
    assert say("audit", "verify", "failed").code == 0


def test_a_plan_without_data_is_told_to_name_some(say: Say) -> None:
    assert say("backtest", "ema.py", "EURUSD.csv", "--tz", "utc", "--no-report").code == 0
    said = say("run", "tallystick-backtest/plan.json", "--book", "again")
    assert said.code == 2
    assert "error[E840] a plan needs data" in said.err
    same = say("run", "tallystick-backtest/plan.json", "--data", "EURUSD=EURUSD.csv@utc", "--book", "again", "--json")
    assert same.code == 0, same.err


def test_a_run_of_a_strategys_file_looks_there_too(say: Say, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert say("data", "import", "EURUSD.csv", "--tz", "utc", "--name", "mine", "--home", other).code == 0
    said = say("run", "ema.py", "--mode", "sim", "--data", "mine", "--home", other, "--book", tmp_path / "b", "--json")
    assert (said.code, said.document["rows"]) == (0, 400)
