"""Trading hours and an account's limits, stated in a plan, a config file or in Python: met in a backtest, replayed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.events.types.account import AccountOpened
from tallystick.events.types.market import InstrumentDeclared
from tallystick.events.types.running import RiskRulesDeclared, RunStarted
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderDenied, OrderEnded, OrderRequested
from tallystick.market.instrument import Instrument
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, HOUR_NS
from tallystick.platform import backtest
from tallystick.platform.backtesting.printed import lines_of
from tallystick.platform.data import demo
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.definitions.week import sessions_from
from tests.acceptance.books import events
from tests.said import Say, saying

STRATEGY = """\
from tallystick.platform import Strategy

HOUR_NS = 3_600_000_000_000


class Presses(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    def on_bar(self, bar):
        hour = bar.time // HOUR_NS
        if hour % 5 == 0:
            self.close()
        if hour % 3 == 0:
            self.buy()
        if hour % 11 == 0:
            self.limit("buy", bar.close - self.points(1000))
        if hour % 97 == 0:
            self.cancel()
"""
NIGHTS = """\
from tallystick.platform import Strategy


class Nights(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    def on_bar(self, bar):
        hour = bar.time // 3_600_000_000_000 % 24
        if hour == 12:
            self.target("0.10")
        if hour == 21:
            self.target("0")
"""
EVENINGS = """\
from tallystick.platform import Strategy


class Evenings(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    def on_bar(self, bar):
        hour = bar.time // 3_600_000_000_000 % 24
        if hour == 12:
            self.limit("buy", bar.close - self.points(1000))
        if hour == 21:
            self.cancel()
"""
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SESSIONS: dict[str, Any] = {
    "EURUSD": {day: [["02:00", "12:00"], ["13:00", "20:00"]] for day in WORKDAYS} | {"holidays": ["2014-01-20"]}
}
LIMITS = {"limit_orders": 2, "limit_positions": 4}
ACCOUNT = {"deposit": 10_000, **LIMITS}
TOML = """\
[account]
limit_orders = 2
limit_positions = 4

[data]
end = 2014-02-14

[data.sessions.EURUSD]
monday = [["02:00", "12:00"], ["13:00", "20:00"]]
tuesday = [["02:00", "12:00"], ["13:00", "20:00"]]
wednesday = [["02:00", "12:00"], ["13:00", "20:00"]]
thursday = [["02:00", "12:00"], ["13:00", "20:00"]]
friday = [["02:00", "12:00"], ["13:00", "20:00"]]
holidays = [2014-01-20]

[[strategy]]
file = "presses.py"
"""
HOURS = sessions_from("EURUSD", SESSIONS["EURUSD"])


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder with the strategy and the config."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TALLYSTICK_RESEARCH", raising=False)
    (tmp_path / "presses.py").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "tallystick.toml").write_text(TOML, encoding="utf-8")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Say a command in this process."""
    return saying(capsys)


def pressed(folder: Path, **how: Any) -> Any:
    """A backtest of six weeks into a book in `folder`."""
    told = {"account": ACCOUNT, "sessions": SESSIONS, "end": "2014-02-14", **how}
    return backtest("presses.py", "EURUSD", book=folder, research=False, **told)


def test_a_backtest_meets_the_closed_market_and_each_limit_and_is_replayed(tmp_path: Path) -> None:
    book = tmp_path / "book"
    pressed(book)
    answered = {each.order: each.retcode for each in events(book, OrderAnswered)}
    assert {retcodes.DONE, retcodes.MARKET_CLOSED, retcodes.LIMIT_ORDERS, retcodes.LIMIT_POSITIONS} <= set(
        answered.values()
    )
    asked = {each.order: each for each in events(book, OrderRequested)}
    closed = [asked[order] for order, code in answered.items() if code == retcodes.MARKET_CLOSED]
    assert {each.purpose for each in closed} == {"close", "cancel"}, "risk lets reductions through, the server does not"
    refused = {asked[order].purpose for order, code in answered.items() if code == retcodes.LIMIT_ORDERS}
    assert refused == {"pending"}
    denied = [each for each in events(book, OrderDenied) if each.rule == "market_state"]
    assert {asked[each.order].purpose for each in denied} == {"open", "pending"}
    assert all("out of its trading hours (the plan's `sessions`)" in each.detail for each in denied)
    assert replay_book(book).equal
    assert replay_book(book, by_row=True).equal


def test_the_summaries_count_what_the_server_refused_by_its_codes(say: Say, tmp_path: Path) -> None:
    result = pressed(tmp_path / "book", end=None)
    codes = Counter(each.retcode for each in events(tmp_path / "book", OrderAnswered))
    refused = {code: count for code, count in codes.items() if code not in {retcodes.PLACED, retcodes.DONE}}
    assert refused[retcodes.LIMIT_POSITIONS] > 0
    assert result.summary.refusals == {str(code): count for code, count in refused.items()}
    (line,) = [each for each in lines_of(result) if "refused by the server" in each]
    assert line.startswith(f"{sum(refused.values()):,} refused by the server (")
    assert f"10040 LIMIT_POSITIONS {refused[10040]}" in line
    (tmp_path / "plan.json").write_text(result.plan.as_json(), encoding="utf-8")
    run = ("run", "plan.json", "--data", shipped("EURUSD"), "--no-report", "--book")
    assert line in say(*run, "in-words").out.replace("\n", " ")
    told = say(*run, "as-json", "--json").document
    assert (told["refused"], told["refusals"]) == (sum(refused.values()), result.summary.refusals)


def test_a_position_to_be_left_in_closed_hours_is_left_when_they_end(tmp_path: Path) -> None:
    (tmp_path / "nights.py").write_text(NIGHTS, encoding="utf-8")
    book = tmp_path / "book"
    backtest("nights.py", "EURUSD", end="2014-02-14", sessions=SESSIONS, book=book, research=False)
    walls = [
        (each.entry, (each.moment + offset_ns(each.moment, "new_york+7")) % DAY_NS // HOUR_NS)
        for each in events(book, DealMade)
        if each.type != "balance"
    ]
    assert len(walls) > 40
    assert {hour for entry, hour in walls if entry == "in"} == {14}
    assert {hour for entry, hour in walls if entry == "out"} == {2}
    assert Counter(each.retcode for each in events(book, OrderAnswered))[retcodes.MARKET_CLOSED] > 10
    assert replay_book(book).equal


def test_an_order_to_be_cancelled_in_closed_hours_is_cancelled_once_when_they_end(tmp_path: Path) -> None:
    (tmp_path / "evenings.py").write_text(EVENINGS, encoding="utf-8")
    book = tmp_path / "book"
    backtest("evenings.py", "EURUSD", end="2014-02-14", sessions=SESSIONS, book=book, research=False)
    answered = {each.order: each.retcode for each in events(book, OrderAnswered)}
    cancelled = {each.ticket: each.moment for each in events(book, OrderEnded) if each.state == "cancelled"}
    assert len(cancelled) > 20
    assert {(at + offset_ns(at, "new_york+7")) % DAY_NS for at in cancelled.values()} == {2 * HOUR_NS}
    codes: dict[int, list[int | None]] = {}
    for each in events(book, OrderRequested):
        if each.purpose == "cancel":
            codes.setdefault(each.ticket, []).append(answered.get(each.order))
    assert all(codes[ticket][-1] == retcodes.DONE for ticket in cancelled)
    said = Counter(code for of_ticket in codes.values() for code in of_ticket)
    assert set(said) == {retcodes.MARKET_CLOSED, retcodes.DONE}, "none went to a ticket that was gone"
    assert said[retcodes.DONE] == len(cancelled)
    assert replay_book(book).equal
    assert replay_book(book, by_row=True).equal


def test_nothing_is_dealt_out_of_session(tmp_path: Path) -> None:
    inside, outside = pressed(tmp_path / "a"), pressed(tmp_path / "b", sessions=None)
    for result, all_open in ((inside, True), (outside, False)):
        times = [each.moment for each in events(Path(result.log).parent, DealMade) if each.type != "balance"]
        assert len(times) > 50
        assert all(HOURS.open_at(at + offset_ns(at, "new_york+7")) for at in times) == all_open


def test_a_volume_limit_of_the_symbol_is_held(tmp_path: Path) -> None:
    (eurusd,) = pressed(tmp_path / "a", account=None).plan.instruments
    limited = Instrument(**{**eurusd, "volume_limit": 25_000_000})
    pressed(tmp_path / "b", account=None, instruments=limited)
    denied = [each for each in events(tmp_path / "b", OrderDenied) if each.rule == "position"]
    assert {each.limit for each in denied} == {25_000_000}


def test_what_is_stated_stands_in_the_log(tmp_path: Path) -> None:
    book = tmp_path / "book"
    result = pressed(book)
    (started,), (opened,) = events(book, RunStarted), events(book, AccountOpened)
    plan = msgspec.json.decode(started.settings["plan"])
    assert plan["sessions"] == SESSIONS
    assert started.settings_hash == result.plan.hash() != pressed(tmp_path / "other", sessions=None).plan.hash()
    assert {name: getattr(opened, name) for name in LIMITS} == LIMITS
    assert [each.sessions for each in events(book, InstrumentDeclared)] == ["EURUSD"]
    assert events(book, RiskRulesDeclared)[0].limits["market_state"] == "hours of EURUSD"


def test_python_a_plan_and_a_config_say_the_same(say: Say, tmp_path: Path) -> None:
    in_python = pressed(tmp_path / "book", end=None)
    path = tmp_path / "tallystick.toml"
    path.write_text(TOML.replace("end = 2014-02-14", ""), encoding="utf-8")
    of_config = say("run", "--no-report", "--json")
    assert of_config.code == 0, of_config.err
    assert of_config.document["decision_digest"] == in_python.digest
    (tmp_path / "plan.json").write_text(in_python.plan.as_json(), encoding="utf-8")
    of_plan = say("run", "plan.json", "--data", shipped("EURUSD"), "--book", "of-plan", "--no-report", "--json")
    assert of_plan.code == 0, of_plan.err
    assert of_plan.document["decision_digest"] == in_python.digest
    assert say("replay", "of-plan").code == 0


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        ({"GBPUSD": {"monday": []}}, "E121", "sessions.GBPUSD"),
        ({"EURUSD": {"mondays": []}}, "E131", "no weekday is called mondays"),
        ({"EURUSD": {"monday": [["9:00", "10:00"]]}}, "E131", "9:00"),
        (
            {"default": {"monday": [["10:00", "12:00"], ["11:00", "13:00"]]}},
            "E131",
            "the plan's sessions.default.monday does not fit",
        ),
        ({"EURUSD": {"holidays": ["christmas"]}}, "E131", "christmas"),
        ({"EURUSD": {}}, "E131", "the plan's sessions.EURUSD says no hours"),
        ({"default": {"monday": []}}, "E131", "the plan's sessions.default is closed all week"),
    ],
)
def test_hours_that_no_plan_can_have_leave_no_book(
    say: Say, tmp_path: Path, wrong: dict[str, Any], code: str, named: str
) -> None:
    plan = json.loads(pressed(tmp_path / "book").plan.as_json())
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "sessions": wrong}), encoding="utf-8")
    said = say("run", "plan.json", "--data", shipped("EURUSD"), "--book", "wrong", "--no-report")
    assert said.code == 2
    assert said.error.startswith(f"error[{code}]")
    assert named in said.err
    assert not (tmp_path / "wrong").exists()


def test_a_config_tells_wrong_hours_and_limits_by_line_and_shows_right_ones(say: Say, tmp_path: Path) -> None:
    shown = say("config", "show")
    assert "[data.sessions.EURUSD]" in shown.out
    assert 'monday = [["02:00", "12:00"], ["13:00", "20:00"]]' in shown.out
    assert "limit_positions = 4" in shown.out
    path = tmp_path / "tallystick.toml"
    wrong = TOML.replace("limit_orders = 2", "limit_orders = -2").replace('[["02:00"', '[["26:00"', 1)
    path.write_text(wrong + "[data.sessions.GBPUSD]\nholidays = []\n", encoding="utf-8")
    checked = say("config", "check").out
    assert "error[E143] a value that does not fit, tallystick.toml line 2, account.limit_orders" in checked
    assert "tallystick.toml line 9, data.sessions.EURUSD.monday" in checked
    assert "error[E101] hours of a symbol that no series has, tallystick.toml line 18" in checked


def shipped(symbol: str) -> str:
    """The demo's file of a symbol, as `--data` names one."""
    one = next(each for each in demo.SHIPPED if each.symbol == symbol)
    return f"{symbol}={demo.FOLDER / one.file}@{one.time_rule}"


@pytest.mark.parametrize(("key", "code"), [("trade_allowed", 10017), ("trade_expert", 10026)])
def test_an_account_that_may_not_trade_answers_each_order_by_its_code(
    say: Say, tmp_path: Path, key: str, code: int
) -> None:
    path = tmp_path / "tallystick.toml"
    path.write_text(TOML.replace("limit_orders = 2", f"{key} = false"), encoding="utf-8")
    told = say("run", "--no-report", "--json", "--book", "book")
    assert told.code == 0, told.err
    assert set(told.document["refusals"]) == {str(code)}
    (opened,) = events(tmp_path / "book", AccountOpened)
    assert getattr(opened, key) is False
    assert not [each for each in events(tmp_path / "book", DealMade) if each.type != "balance"]
