"""Bots that know nothing of Tallystick run unchanged, give one decision digest anywhere, and leave a book that holds.

Every run takes a few of them over a day; TALLYSTICK_FULL=1 (nightly) takes all of tests/acceptance/bots.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.reader import LogReader
from tallystick.events.types.mt5 import BotEnded, BotWarned
from tallystick.platform.kernel.replaying import replay_book
from tests.said import Say, saying

BOTS = Path(__file__).parent / "bots"
FULL = os.environ.get("TALLYSTICK_FULL") == "1"
CHOSEN = ("stubborn.py", "async_bot.py")
EVERY = tuple(sorted(path.name for path in BOTS.glob("*.py")))
TOLD: dict[str, tuple[str, ...]] = {"three_threads.py": ("--threads", "turns")}
"""What is said with a bot."""
DAY = ("--data", "EURUSD", "--history-from", "2014-02-24", "--from", "2014-03-03", "--to", "2014-03-03")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Says commands in this process."""
    return saying(capsys)


def executed(
    script: Path, folder: Path, *words: object, world: Mapping[str, str] | None = None, said_to_it: str = ""
) -> Any:
    """The document of `mt5 exec` in a process of its own, with another world around it."""
    command = [sys.executable, "-m", "tallystick.platform.cli.main", "mt5", "exec", script, *DAY]
    command += ["--book", folder / "book", "--home", folder / "home", "--no-report", "--json", *words]
    made = subprocess.run(
        [str(word) for word in command],
        input=said_to_it,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **(world or {})},
        cwd=folder,
    )
    assert made.stdout.startswith("{"), made.stderr
    return {**json.loads(made.stdout), "exit": made.returncode, "said": made.stderr}


@pytest.mark.parametrize("name", EVERY if FULL else CHOSEN)
def test_a_bot_gives_one_decision_digest_in_three_time_zones_and_its_replay_is_equal(name: str, tmp_path: Path) -> None:
    digests, books = set(), []
    for place, (zone, seed) in enumerate((("UTC", "0"), ("Asia/Tokyo", "17"), ("America/Caracas", "random"))):
        folder = tmp_path / str(place)
        folder.mkdir()
        told = executed(
            BOTS / name, folder, *TOLD.get(name, ()), world={"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        )
        assert told["exit"] == 0, told
        digests.add(told["decision_digest"])
        books.append(folder / "book")
    assert len(digests) == 1
    again = replay_book(books[0])
    assert again.equal, again.message


@pytest.mark.parametrize("seed", range(24 if FULL else 2))
def test_calls_of_any_kind_in_any_order_over_weekends_are_replayed(seed: int, tmp_path: Path) -> None:
    over = ("--data", "NZDUSD", "--to", "2014-03-20", "--", seed, 250)
    told = executed(BOTS / "every_call.py", tmp_path, *(("--margin-mode", "netting") if seed % 2 else ()), *over)
    assert told["exit"] == 0, told
    assert told["deals"] > 10
    for by_row in (False, True):
        again = replay_book(tmp_path / "book", by_row=by_row)
        assert again.equal, f"seed {seed}: {again.message}"


def test_a_book_of_a_bot_is_verified_reported_and_explained_like_any_other(tmp_path: Path, say: Say) -> None:
    home, book = ("--home", tmp_path / "home"), tmp_path / "book"
    told = executed(BOTS / "stubborn.py", tmp_path)
    assert told["bot"]["how"] == "data_over"
    assert told["deals"] > 2
    assert say("audit", "verify", book, *home).code == 0
    assert say("replay", book, *home).code == 0
    assert say("replay", book, "--by-row", *home).code == 0
    report = say("report", book, *home)
    assert "path from H1" in report.out
    assert "Modelling quality: EURUSD: path from H1" in (book / "report.html").read_text(encoding="utf-8")
    deal = say("events", "tail", book, "--type", "deal.made", "-n", "1", "--json", *home).document["records"][0]["seq"]
    assert "mt5.order_asked by bot" in say("why", deal, book, *home).out
    calls = say("events", "tail", book, "--type", "mt5.calls_made", "-n", "1", "--json", *home)
    shown = say("events", "show", calls.document["records"][0]["seq"], book, *home)
    assert "symbol_info_tick(symbol='EURUSD')" in shown.out
    assert say("audit", "tamper-test", book, *home).code == 0


@pytest.mark.parametrize(
    ("end", "how"), [('raise ValueError("c\ud800d")', "raised"), ('sys.exit("c\ud800d")', "exited")]
)
def test_text_that_no_utf8_holds_breaks_neither_order_nor_log(end: str, how: str, tmp_path: Path) -> None:
    text = f"""
import sys
import MetaTrader5 as mt5
mt5.initialize()
price = mt5.symbol_info_tick("EURUSD").ask
order = {{"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "price": price, "comment": "a\\ud800b"}}
assert mt5.order_send(order).retcode == 10009, mt5.last_error()
assert mt5.positions_get()[0].comment == "a\\ufffdb"
assert mt5.symbol_info("\\udfff") is None
{end.encode("ascii", "backslashreplace").decode()}
"""
    told = executed(bot(tmp_path, text), tmp_path)
    (ended,) = (each.event for each in LogReader(tmp_path / "book" / "log").envelopes() if type(each.event) is BotEnded)
    assert (told["exit"], told["bot"]["how"], ended.how) == (1, how, how)
    assert "c\\ud800d" in ended.detail
    assert replay_book(tmp_path / "book").equal


def test_rows_on_sundays_open_no_saturday(tmp_path: Path) -> None:
    text = """
import time
import MetaTrader5 as mt5
mt5.initialize()
def buy():
    price = mt5.symbol_info_tick("EURUSD").ask
    order = {"action": 1, "symbol": "EURUSD", "volume": 0.01, "type": 0, "price": price}
    return mt5.order_send(order).retcode
found = [buy()]
time.sleep(4 * 86400 + 3600)
found.append(buy())
time.sleep(34 * 3600)
found.append(buy())
assert found == [10009, 10018, 10018], found
time.sleep(11 * 3600)
assert buy() == 10009
"""
    span = ("--from", "2014-03-04", "--to", "2014-03-10", "--server-time", "utc")
    assert executed(bot(tmp_path, text), tmp_path, *span)["exit"] == 0
    assert replay_book(tmp_path / "book").equal


def test_an_argument_of_other_bytes_than_utf8_is_refused_before_anything_runs(tmp_path: Path) -> None:
    told = executed(bot(tmp_path, "print(1)"), tmp_path, "--", "\udcff")
    assert (told["exit"], told["error"]["code"]) == (2, "E586")
    assert not (tmp_path / "book").exists()


def test_the_manifest_holds_the_script_and_what_it_was_told(tmp_path: Path) -> None:
    told = executed(BOTS / "pytz_free.py", tmp_path, "--tz", "Asia/Kolkata", "--seed", "5", "--", "--fast", "3")
    reader = LogReader(tmp_path / "book" / "log")
    started: Any = next(each.event for each in reader.envelopes() if each.event.FACT.name == "run.started")
    plan = json.loads(started.settings["plan"])
    assert "pytz_free.py" in started.sources
    assert (plan["bot"]["tz"], plan["bot"]["argv"], plan["seed"]) == ("Asia/Kolkata", ["--fast", "3"], 5)
    assert told["modelling"] == plan["bot"]["modelling"]


def bot(folder: Path, text: str) -> Path:
    """A script."""
    script = folder / "bot.py"
    script.write_text(f"import MetaTrader5 as mt5, time, sys, os\nmt5.initialize()\n{text}\n", encoding="utf-8")
    return script


@pytest.mark.parametrize(
    ("text", "how", "code", "leaves"),
    [
        ("", "returned", 0, 0),
        ("sys.exit(0)", "exited", 0, 0),
        ("sys.exit(7)", "exited", 7, 1),
        ("raise ValueError('my own mistake')", "raised", 1, 1),
        ("while True: time.sleep(60)", "data_over", 0, 0),
        ("while True:\n    try: mt5.symbol_info_tick('EURUSD'); time.sleep(60)\n    except: pass", "swallowed", 3, 0),
        ("os.kill(os.getpid(), 9)", "died", -9, 1),
    ],
)
def test_how_a_bot_ended_is_in_the_log_and_in_the_exit_code(
    text: str, how: str, code: int, leaves: int, tmp_path: Path
) -> None:
    told = executed(bot(tmp_path, text), tmp_path)
    ended = last_words(tmp_path / "book")
    assert (told["exit"], told["bot"]["how"], ended.how) == (leaves, how, how)
    if how not in {"data_over", "swallowed"}:
        assert ended.code == code
    if how == "raised":
        assert "my own mistake" in ended.detail
        assert "my own mistake" in told["said"]
    again = replay_book(tmp_path / "book")
    assert again.equal, again.message


def test_a_bot_is_told_what_stands_on_standard_input_and_its_trader_which_prices_are_missing(tmp_path: Path) -> None:
    asks = """
symbol, lots = input("symbol? "), float(input("lots? "))
print(symbol, lots, mt5.symbol_info(symbol), mt5.copy_rates_from_pos(symbol, mt5.TIMEFRAME_H1, 0, 5))"""
    told = executed(bot(tmp_path, asks), tmp_path, said_to_it="GBPJPY\n0.1\n")
    assert told["exit"] == 0, told
    assert "\nGBPJPY 0.1 None None\n" in told["said"]
    assert told["said"].count("--data GBPJPY=FILE") == 1
    assert told["not_repeatable"] == ["builtins.input: waits for a person"]


def test_a_bot_that_makes_no_call_is_ended_and_its_stack_is_shown(tmp_path: Path) -> None:
    told = executed(bot(tmp_path, "def stuck():\n    while True: pass\nstuck()"), tmp_path, "--limit-s", "1")
    assert told["exit"] == 2
    assert told["bot"]["how"] == "silent"
    assert "in stuck" in told["bot"]["detail"]


def test_ctrl_c_ends_the_bot_and_seals_the_log(tmp_path: Path) -> None:
    script = bot(tmp_path, "while True: time.sleep(0.01); mt5.symbol_info_tick('EURUSD')")
    command = [sys.executable, "-m", "tallystick.platform.cli.main", "mt5", "exec", script, *DAY, "--no-report"]
    command += ["--book", tmp_path / "book", "--home", tmp_path / "home", "--speed", "real"]
    process = subprocess.Popen([str(word) for word in command], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    for _ in range(600):
        if (tmp_path / "book" / "control.json").exists():
            break
        time.sleep(0.1)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert last_words(tmp_path / "book").how == "stopped"
    assert replay_book(tmp_path / "book").equal


def test_using_the_network_is_warned_of_and_recorded(tmp_path: Path) -> None:
    text = "import socket\ntry: socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept OSError: pass"
    told = executed(bot(tmp_path, text), tmp_path)
    warned = [each.event for each in LogReader(tmp_path / "book" / "log").envelopes() if type(each.event) is BotWarned]
    assert any("socket" in each.name for each in warned), warned
    assert any("socket" in line for line in told["not_repeatable"])


def test_a_limit_of_risk_is_told_to_the_bot(tmp_path: Path) -> None:
    (tmp_path / "risk.toml").write_text("order_volume_max = 1000000\n", encoding="utf-8")
    text = "print(mt5.Buy('EURUSD', 0.5))"
    told = executed(bot(tmp_path, text), tmp_path, "--risk", tmp_path / "risk.toml")
    assert told["denials"] == {"volume_max": 1}
    assert "10006" in told["said"]


def last_words(book: Path) -> BotEnded:
    """How the log says a bot ended."""
    found = [each.event for each in LogReader(book / "log").envelopes() if type(each.event) is BotEnded]
    assert len(found) == 1
    ended = found[0]
    assert isinstance(ended, BotEnded)
    return ended
