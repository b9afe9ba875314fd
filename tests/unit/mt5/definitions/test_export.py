"""The exporter, run against the simulated terminal under the name `MetaTrader5`: what it writes is read again."""

import ast
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.mt5 import simulated
from tallystick.platform.mt5.answering.demo import demo_terminal
from tallystick.platform.mt5.connecting import connect, disconnect
from tallystick.platform.mt5.definitions import export
from tallystick.platform.mt5.definitions.fields import ACCOUNT_FIELDS, SYMBOL_FIELDS
from tallystick.platform.mt5.definitions.file import definition_from

WHEEL = Path(__file__).parents[3] / "golden" / "vectors" / "mt5" / "mt5_constants.json"
SCRIPT = Path(export.__file__)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo's terminal behind the module's name."""
    monkeypatch.setitem(sys.modules, "MetaTrader5", simulated)
    connect(demo_terminal())
    yield
    disconnect()


def test_what_is_exported_is_read_again_as_the_same_terms(terminal: None, tmp_path: Path) -> None:
    path = tmp_path / "my_terminal.json"
    assert export.main(["-o", str(path)]) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [tuple(one) for one in written["symbols"]] == [SYMBOL_FIELDS] * 3
    assert tuple(written["account"]) == ACCOUNT_FIELDS
    written["server_time_rule"] = "new_york+7"
    written["commission"] |= dict.fromkeys(["EURUSD", "NZDUSD", "XAUUSD"], 3.5)
    path.write_text(json.dumps(written), encoding="utf-8")
    read = definition_from(path)
    assert {name: read.instrument(name) for name in demo_instruments()} == demo_instruments()
    assert list(tmp_path.iterdir()) == [path]


def test_symbols_are_those_in_market_watch_those_named_or_all(terminal: None, tmp_path: Path) -> None:
    path = tmp_path / "named.json"
    assert export.main(["-o", str(path), "--symbols", "XAUUSD, EURUSD,XAUUSD"]) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [one["name"] for one in written["symbols"]] == ["XAUUSD", "EURUSD"]
    assert {name: one for name, one in written["sessions"].items() if name != "_sessions"} == {
        "XAUUSD": {},
        "EURUSD": {},
    }
    assert written["commission"]["EURUSD"] is None
    assert simulated.initialize()
    assert simulated.symbol_select("NZDUSD", False)
    assert export.main(["-o", str(path)]) == 0
    assert len(json.loads(path.read_text(encoding="utf-8"))["symbols"]) == 2
    assert export.main(["-o", str(path), "--symbols", "*"]) == 0
    assert len(json.loads(path.read_text(encoding="utf-8"))["symbols"]) == 3


def test_a_file_as_it_is_exported_is_read_but_for_the_clock_when_no_tick_was_fresh(
    terminal: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fresh.json"
    export.main(["-o", str(path)])
    assert "server_time_rule empty: say it" in capsys.readouterr().out
    with pytest.raises(ValueError, match="server_time_rule is empty"):
        definition_from(path)


def test_an_anonymous_export_leaves_out_who_the_account_is(terminal: None, tmp_path: Path) -> None:
    path = tmp_path / "nobody.json"
    assert export.main(["-o", str(path), "--anonymous"]) == 0
    account = json.loads(path.read_text(encoding="utf-8"))["account"]
    assert (account["login"], account["name"]) == (0, "")
    assert account["leverage"] == 30


def failed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert export.main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("error[E532] ")
    assert "\nFix: " in said
    return said


def test_an_unknown_symbol_is_named_and_an_old_file_stays(
    terminal: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.json"
    path.write_text("before", encoding="utf-8")
    assert "no symbol GBPUSD" in failed(["-o", str(path), "--symbols", "EURUSD,GBPUSD"], capsys)
    assert path.read_text(encoding="utf-8") == "before"


def test_a_folder_that_is_not_there_is_told(terminal: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be written" in failed(["-o", str(tmp_path / "none" / "my.json")], capsys)


class Unwell(ModuleType):
    """A module whose terminal does not answer, or has no account or no symbols."""

    def __init__(self, *, answers: bool, account: Any = None) -> None:
        super().__init__("MetaTrader5")
        self.answers, self.account, self.shut = answers, account, False

    def initialize(self) -> bool:
        return self.answers

    def last_error(self) -> tuple[int, str]:
        return (-10003, "IPC initialize failed, MetaTrader 5 x64 not found")

    def account_info(self) -> Any:
        return self.account

    def symbols_get(self) -> tuple[Any, ...]:
        return ()

    def shutdown(self) -> None:
        self.shut = True


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (Unwell(answers=False), "no terminal answers: last_error .-10003"),
        (Unwell(answers=True), "the terminal has no account"),
        (Unwell(answers=True, account=SimpleNamespace()), "no symbol is in Market Watch"),
    ],
)
def test_a_terminal_that_cannot_be_exported_says_why_and_is_let_go(
    module: Unwell, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "MetaTrader5", module)
    said = failed(["-o", str(tmp_path / "no.json")], capsys)
    assert told.replace(".-", "(-") in said
    assert module.shut is module.answers
    assert not list(tmp_path.iterdir())


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    words = [sys.executable, "-I", "-S", str(SCRIPT), "-o", str(tmp_path / "no.json")]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert "pip install MetaTrader5" in ran.stderr


def test_it_is_one_file_of_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    found = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in found} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("now", "ahead_h", "rule"),
    [
        ("2014-05-05T10:00", 3, "new_york+7"),
        ("2014-01-06T10:00", 2, "new_york+7"),
        ("2014-03-09T06:59", 2, "new_york+7"),
        ("2014-03-09T07:00", 3, "new_york+7"),
        ("2014-11-02T05:59", 3, "new_york+7"),
        ("2014-11-02T06:00", 2, "new_york+7"),
        ("2014-05-05T10:00", 0, "utc"),
        ("2014-05-05T10:00", 2, "fixed:+02:00"),
        ("2014-05-05T10:00", -5.5, "fixed:-05:30"),
        ("2014-05-05T10:00", -30, ""),
        ("2014-05-05T10:00", 2.9, ""),
    ],
)
def test_the_servers_clock_is_told_by_a_fresh_tick(
    now: str, ahead_h: float, rule: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC).timestamp()
    monkeypatch.setattr("time.time", lambda: machine + 1.5)
    fields = {"name": "EURUSD", "swap_long": float("inf")}
    symbol = SimpleNamespace(select=True, _asdict=lambda: dict(fields))
    module = Unwell(answers=True, account=SimpleNamespace(_asdict=lambda: {"login": 7}))
    tick = SimpleNamespace(time=int(machine + ahead_h * 3_600))
    for name, answer in (("symbols_get", (symbol,)), ("symbol_info_tick", tick), ("version", (5, 6231, "x"))):
        setattr(module, name, lambda *_given, answer=answer: answer)
    monkeypatch.setitem(sys.modules, "MetaTrader5", module)
    path = tmp_path / "clock.json"
    assert export.main(["-o", str(path)]) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["server_time_rule"] == rule
    assert written["symbols"] == [{"name": "EURUSD", "swap_long": 0.0}]


def test_the_fields_of_a_definition_are_those_of_the_wheel() -> None:
    structs = json.loads(WHEEL.read_text(encoding="utf-8"))["structs"]
    assert list(SYMBOL_FIELDS) == structs["SymbolInfo"]["fields"]
    assert list(ACCOUNT_FIELDS) == structs["AccountInfo"]["fields"]
