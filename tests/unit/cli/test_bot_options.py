"""What `mt5 exec` is told that cannot be: said by its own options' names, exit 2, and nothing is written."""

from pathlib import Path

import pytest

from tallystick.platform.data.demo import FOLDER
from tests.said import Said, Say

DAY = ("--data", "EURUSD", "--from", "2014-03-03", "--to", "2014-03-03")
NZDUSD = FOLDER / "fxcm_hour_nzdusd_2014.zip"
BARS = "time,open,high,low,close\n" + "".join(
    f"2024-01-03 {hour:02}:00:00,1.10000,1.10100,1.09900,1.10050\n" for hour in range(10, 20)
)


def ready_bot(folder: Path, text: str = "") -> Path:
    """A script."""
    path = folder / "bot.py"
    path.write_text(text, encoding="utf-8")
    return path


def refused(say: Say, folder: Path, *words: object, text: str = "") -> Said:
    """Said, and refused before anything was written."""
    folder.mkdir(exist_ok=True)
    book = folder / "book"
    told = say("mt5", "exec", ready_bot(folder, text), *words, "--book", book, "--no-report")
    assert told.code == 2, told
    assert not book.exists()
    return told


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--leverage", "0"),
        ("--leverage", "-5"),
        ("--call-cost-ms", "0"),
        ("--call-cost-ms", "nan"),
        ("--latency-ms", "-1"),
        ("--latency-ms", "inf"),
        ("--limit-s", "0"),
        ("--limit-s", "nan"),
        ("--seed", "99999999999999999999"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_the_options_own_name(
    say: Say, tmp_path: Path, option: str, value: str
) -> None:
    told = refused(say, tmp_path, *DAY, option, value)
    assert f"'{option}'" in told.error


@pytest.mark.parametrize("balance", ["0", "-1", "abc", "nan", "10USD5"])
def test_a_balance_that_is_none_is_answered_in_the_options_own_words(say: Say, tmp_path: Path, balance: str) -> None:
    told = refused(say, tmp_path, *DAY, "--balance", balance)
    assert "error[E112]" in told.error
    assert "--balance" in told.last
    assert "--deposit" not in told.err


def test_the_clock_of_a_file_is_asked_for_by_the_option_that_says_it(say: Say, tmp_path: Path) -> None:
    told = refused(say, tmp_path, "--data", f"NZDUSD={NZDUSD}")
    assert "error[E110]" in told.error
    assert "--clock utc" in told.last
    assert "--tz" not in told.err


def test_a_named_file_is_read_by_the_clock_option(say: Say, tmp_path: Path) -> None:
    words = ("--data", f"NZDUSD={NZDUSD}", "--history-from", "2014-03-02", "--from", "2014-03-04", "--no-report")
    text = (
        "import MetaTrader5 as mt5\nmt5.initialize()\n"
        "bar = mt5.copy_rates_from_pos('NZDUSD', mt5.TIMEFRAME_H1, 3, 1)[0]\n"
        f"open({str(tmp_path / 'open')!r}, 'w').write(str(bar['open']))\n"
    )
    opens = []
    for place, clock in enumerate(("fixed:-05:00", "utc")):
        book = tmp_path / str(place)
        assert say("mt5", "exec", ready_bot(tmp_path, text), *words, "--clock", clock, "--book", book).code == 0
        opens.append((tmp_path / "open").read_text())
    assert opens[0] != opens[1]


def test_one_document_is_given_also_where_standard_error_is_no_file(say: Say, tmp_path: Path) -> None:
    words = (*DAY, "--json", "--no-report", "--book", tmp_path / "book")
    told = say("mt5", "exec", ready_bot(tmp_path, "print('hello')"), *words)
    assert told.document["bot"]["how"] == "returned", told


def test_a_file_whose_name_holds_an_at_sign_is_found(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "me@home.csv"
    file.write_text(BARS, encoding="utf-8")
    words = ("--data", f"EURUSD={file}", "--clock", "utc", "--no-report", "--book", tmp_path / "book")
    assert say("mt5", "exec", ready_bot(tmp_path), *words).code == 0


@pytest.mark.parametrize("named", [False, True])
def test_the_spread_of_bars_without_one_is_what_was_said(say: Say, tmp_path: Path, named: bool) -> None:
    file = tmp_path / "EURUSD_H1.csv"
    file.write_text(BARS, encoding="utf-8")
    text = (
        "import MetaTrader5 as mt5, time\nmt5.initialize()\ntime.sleep(7200)\ntick = mt5.symbol_info_tick('EURUSD')\n"
        f"open({str(tmp_path / 'spread')!r}, 'w').write(str(round((tick.ask - tick.bid) * 1e5)))\n"
    )
    words = ("--data", f"EURUSD={file}" if named else file, "--clock", "utc", "--spread-points", "37", "--no-report")
    told = say("mt5", "exec", ready_bot(tmp_path, text), *words, "--book", tmp_path / "book")
    assert told.code == 0, told
    assert (tmp_path / "spread").read_text() == "37"


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = 1\nif True print(1)\n", "line 2: invalid syntax"), ("x = 1\0", "null bytes"), ("(" * 300, "nested")],
)
def test_a_script_that_is_no_python_is_said_before_anything_is_written(
    say: Say, tmp_path: Path, text: str, said: str
) -> None:
    told = refused(say, tmp_path, *DAY, text=text)
    assert "error[E587]" in told.error
    assert said in told.error


@pytest.mark.parametrize(("option", "value"), [("--currency", "EUR"), ("--server-time", "utc")])
def test_what_a_terminals_definition_says_is_not_said_twice(say: Say, tmp_path: Path, option: str, value: str) -> None:
    file = tmp_path / "terminal.json"
    file.write_text("{}", encoding="utf-8")
    told = refused(say, tmp_path, *DAY, "--terminal", file, option, value)
    assert "error[E586]" in told.error
    assert option in told.error


def test_a_server_clock_that_is_none_is_refused(say: Say, tmp_path: Path) -> None:
    told = refused(say, tmp_path, *DAY, "--server-time", "moon")
    assert "error[E586]" in told.error
    assert "--server-time utc" in told.last


@pytest.mark.parametrize("named", [False, True])
def test_a_file_that_ends_in_the_middle_of_a_row_is_read_without_it_when_asked(
    say: Say, tmp_path: Path, named: bool
) -> None:
    file = tmp_path / "EURUSD_H1.csv"
    file.write_text(BARS[:-30], encoding="utf-8")
    words = ("--data", f"EURUSD={file}" if named else file, "--clock", "utc")
    told = refused(say, tmp_path, *words)
    assert "error[E105]" in told.error
    assert "--skip-bad" in told.last
    book = ("--book", tmp_path / "book", "--no-report")
    assert say("mt5", "exec", ready_bot(tmp_path), *words, "--skip-bad", *book).code == 0
    refused(say, tmp_path / "none", *words, "--skip-bad", "--strict")
