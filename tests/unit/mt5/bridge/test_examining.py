"""What the doctor says of a terminal, asked through the bridge."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.mt5.bridge.examining import clock_finding, examined
from tallystick.platform.mt5.bridge.process import ChildSettings
from tests.fakes.MetaTrader5.faults import Fault, plan_fault
from tests.fakes.MetaTrader5.ledger import Ledger
from tests.unit.mt5.bridge.kit import SECOND, append_ticks, environment, write


def fake(folder: Path, **said: Any) -> Path:
    """The fake with one fresh tick, its terminal saying this of itself."""
    made = folder / "fake"
    made.mkdir()
    write(made / "clock.json", {"offset_s": 7_200.0})
    write(made / "terminal.json", said)
    append_ticks(made, [(Ledger(made).now_msc(), 1.1, 1.1001, 6)])
    return made


def findings(folder: Path, **said: Any) -> dict[str, tuple[str, str, str]]:
    child = ChildSettings(folder / "lock", environment=environment(fake(folder, **said)))
    return {each.check: (each.status, each.found, each.fix) for each in examined(child)}


def test_a_terminal_that_is_ready_has_every_row(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert {status for status, _, _ in found.values()} == {"ok"}
    assert found["MetaTrader 5"][1] == "package 5.0.6231, in a process of its own"
    assert found["MT5 terminal"][1] == "Fake, build 6231, connected"
    assert found["MT5 account"][1] == "12345678 at Fake-Demo: demo, hedging, USD"
    assert found["EURUSD filling"][1] == "fill or kill, immediate or cancel"
    assert "UTC+02:00" in found["broker's clock"][1]


@pytest.mark.parametrize(
    ("said", "check", "fix"),
    [
        ({"trade_allowed": False}, "AutoTrading", "press Algo Trading in its toolbar"),
        ({"tradeapi_disabled": True}, "AutoTrading", "Tools > Options"),
        ({"connected": False}, "MT5 terminal", "log in"),
    ],
)
def test_what_is_wrong_is_said_with_its_fix(tmp_path: Path, said: dict[str, Any], check: str, fix: str) -> None:
    status, _, told = findings(tmp_path, **said)[check]
    assert status == "wrong"
    assert told.startswith(fix)


def test_a_terminal_that_does_not_answer_is_one_row(tmp_path: Path) -> None:
    made = fake(tmp_path)
    plan_fault(made, "initialize", Fault(error=(-10003, "IPC initialize failed, MetaTrader 5 x64 not found")))
    rows = examined(ChildSettings(tmp_path / "lock", environment=environment(made)))
    assert [(each.check, each.status) for each in rows[2:]] == [("MT5 terminal", "wrong")]
    assert "MetaTrader 5 x64 not found" in rows[2].found


def test_the_brokers_clock_is_told_by_a_fresh_tick_only() -> None:
    summer = 1_782_907_200 * SECOND
    hour = 3_600 * SECOND
    assert "new_york+7 or fixed:+03:00" in clock_finding("EURUSD", summer + 3 * hour - SECOND, summer).found
    assert "may be utc or fixed:+00:00" in clock_finding("EURUSD", summer, summer).found
    assert "UTC-05:30" in clock_finding("EURUSD", summer - 11 * hour // 2, summer).found
    assert clock_finding("EURUSD", summer - 400 * SECOND, summer).status == "note"


def test_the_doctor_has_the_terminals_rows(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tallystick.platform.cli.main", "doctor", "--json"]
    surroundings = {**environment(fake(tmp_path)), "TALLYSTICK_HOME": str(tmp_path / "home")}
    began = time.monotonic()
    done = subprocess.run(words, env=surroundings, check=False, capture_output=True, text=True, cwd=tmp_path)
    checks = {each["check"]: each["status"] for each in json.loads(done.stdout)["checks"]}
    assert checks["AutoTrading"] == "ok"
    assert checks["MT5 bitness"] == "ok"
    assert time.monotonic() - began < 60
