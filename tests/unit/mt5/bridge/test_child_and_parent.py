"""The child alone has the package; the parent gives each call its time and ends what overruns."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tallystick.platform.mt5.bridge.errors import (
    BridgeBusyError,
    BridgeDownError,
    BridgeLostError,
    BridgeProtocolError,
    TerminalFailedError,
    WrongTerminalError,
)
from tallystick.platform.mt5.bridge.line import Login, Patience
from tallystick.platform.mt5.bridge.messages import PROTOCOL
from tallystick.platform.mt5.bridge.process import BridgeProcess, CallTooLate, ChildSettings
from tallystick.platform.mt5.bridge.seen import AccountSeen, seen
from tests.fakes.MetaTrader5.faults import Fault, plan_fault
from tests.fakes.MetaTrader5.ledger import LOGIN, SERVER
from tests.unit.mt5.bridge.kit import environment, line_to

QUICK = Patience(connect_s=20, ask_s=0.6, send_s=0.6)


def test_the_parent_never_imports_the_package(tmp_path: Path) -> None:
    ask = "import sys, tallystick.platform.mt5.bridge.trading; raise SystemExit('MetaTrader5' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], env=environment(tmp_path), check=False)
    assert done.returncode == 0


def test_a_child_says_hello_with_its_protocol_and_the_package_and_ends_with_the_pipe(tmp_path: Path) -> None:
    line = line_to(tmp_path)
    line.connect()
    hello = line.process.hello
    assert hello is not None
    assert (hello.protocol, hello.package, hello.process) == (PROTOCOL, "5.0.6231", line.process.pid)
    assert line.account().login == LOGIN
    began = time.monotonic()
    line.end()
    assert time.monotonic() - began < 4, "it ended by itself"
    assert not line.process.alive


def test_a_call_that_hangs_with_the_interpreters_lock_held_is_ended_by_the_parent_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    line = line_to(tmp_path, QUICK)
    line.connect()
    first = line.process.pid
    plan_fault(tmp_path / "fake", "positions_get", Fault(block_s=30))
    began = time.monotonic()
    with pytest.raises(BridgeLostError, match=r"positions_get took longer than 0.6 s; the child was ended"):
        line.positions()
    assert time.monotonic() - began < 5
    with pytest.raises(BridgeDownError):
        line.positions()
    line.connect()
    assert line.positions() == []
    assert line.process.pid != first
    line.end()


def test_a_child_that_dies_in_a_call_leaves_it_open(tmp_path: Path) -> None:
    line = line_to(tmp_path)
    line.connect()
    plan_fault(tmp_path / "fake", "orders_get", Fault(dies=True))
    with pytest.raises(BridgeLostError, match="died"):
        line.orders()
    line.connect()
    assert line.orders() == []
    line.end()


def test_no_two_children_serve_one_account(tmp_path: Path) -> None:
    one, other = line_to(tmp_path), line_to(tmp_path)
    one.connect()
    with pytest.raises(BridgeBusyError, match="serves this account already"):
        other.connect()
    one.end()
    other.connect()
    other.end()


def test_a_child_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    one, other = line_to(tmp_path), line_to(tmp_path)
    one.connect()
    one.process.kill()
    other.connect()
    other.end()


def test_what_the_package_prints_does_not_disturb_the_pipe(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = line_to(tmp_path)
    line.connect()
    assert line.positions() == []
    line.end()
    assert "the fake is connected" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to one process is Ctrl-C on POSIX only")
def test_ctrl_c_at_the_console_does_not_tear_a_call(tmp_path: Path) -> None:
    line = line_to(tmp_path)
    line.connect()
    plan_fault(tmp_path / "fake", "positions_get", Fault(block_s=0.4))
    timer = threading.Timer(0.1, os.kill, (line.process.pid, signal.SIGINT))
    timer.start()
    assert line.positions() == []
    timer.join()
    line.end()


def test_without_the_package_the_error_names_the_command(tmp_path: Path) -> None:
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "MetaTrader5.py").write_text("raise ImportError('there is no MetaTrader5')\n", encoding="utf-8")
    process = BridgeProcess(ChildSettings(tmp_path, environment={**os.environ, "PYTHONPATH": str(lacking)}))
    with pytest.raises(BridgeDownError, match="the package cannot be imported") as caught:
        process.start()
    assert caught.value.fix == "pip install tallystick[mt5]"


def test_a_child_that_dies_often_is_started_after_longer_and_longer_pauses(tmp_path: Path) -> None:
    line = line_to(tmp_path, pauses_s=(0.0, 60.0))
    for _ in range(2):
        line.connect()
        line.process.kill()
    with pytest.raises(BridgeDownError, match=r"died 2 times; it is started again in (60|59)\."):
        line.connect()


def test_a_call_whose_time_has_passed_is_not_made(tmp_path: Path) -> None:
    line = line_to(tmp_path)
    line.connect()
    with pytest.raises(CallTooLate, match="order_send was not made: its time had passed"):
        line.send({"magic": 1}, time.monotonic_ns() - 1)
    assert (tmp_path / "fake" / "journal.jsonl").read_bytes() == b""
    line.end()


def test_a_failing_call_gives_the_terminals_own_reason(tmp_path: Path) -> None:
    line = line_to(tmp_path)
    line.connect()
    plan_fault(tmp_path / "fake", "account_info", Fault(error=(-10005, "IPC timeout")))
    with pytest.raises(TerminalFailedError, match=r"account_info failed with -10005 'IPC timeout'") as caught:
        line.account()
    assert caught.value.error == (-10005, "IPC timeout")
    line.connect()
    assert line.account().login == LOGIN
    line.end()


@pytest.mark.parametrize("login", [Login(4711, SERVER), Login(LOGIN, "Other-Live")])
def test_a_terminal_on_another_account_is_refused(tmp_path: Path, login: Login) -> None:
    line = line_to(tmp_path, login=login)
    with pytest.raises(WrongTerminalError, match=f"stands on account {LOGIN} at {SERVER}"):
        line.connect()
    with pytest.raises(WrongTerminalError):
        line.connect()
    line.end()


def test_a_row_of_another_shape_is_refused() -> None:
    with pytest.raises(BridgeProtocolError, match="AccountInfo has 27 fields, expected 28"):
        seen(AccountSeen, "AccountInfo", (0,) * 27)
    with pytest.raises(BridgeProtocolError, match="holds what it should not"):
        seen(AccountSeen, "AccountInfo", ("?",) * 28)
