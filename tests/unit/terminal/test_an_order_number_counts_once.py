"""Idempotent on the order number, across freezing, restarts and killed processes; the journal shows it from outside."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tallystick.events.types.trading import DealMade
from tallystick.platform.mt5.server import JournalConflictError, SimulatedTerminal
from tests.unit.terminal.server import (
    BUY_LIMIT,
    HOUR,
    MONDAY,
    bar,
    bars,
    order,
    server,
    settle,
)

FLAT = bars([bar(1, 120_000, 120_000, 120_000, 120_000)])
NEXT = bars([bar(2, 120_000, 120_000, 120_000, 120_000)])


def seen(journal: Path | None = None) -> SimulatedTerminal:
    """A terminal that has seen the flat hour."""
    terminal = server(journal=journal)
    terminal.settle(FLAT)
    return terminal


def lines(journal: Path) -> list[int]:
    """Order numbers in the journal's file."""
    return [json.loads(line)["order"] for line in journal.read_text(encoding="utf-8").splitlines()]


def test_a_market_order_presented_again_is_executed_once() -> None:
    terminal = seen()
    assert terminal.send(order(0), MONDAY + HOUR) == terminal.send(order(0), MONDAY + HOUR) == ()
    assert len([fact for fact in settle(terminal, NEXT) if isinstance(fact, DealMade)]) == 1
    assert terminal.send(order(0), MONDAY + 2 * HOUR) == ()
    assert not settle(terminal, bars([bar(3, 120_000, 120_000, 120_000, 120_000)]))


def test_a_placed_order_presented_again_gets_the_same_answer_and_no_second_place() -> None:
    terminal = seen()
    first = terminal.send(order(0, BUY_LIMIT, price=119_000), MONDAY + HOUR)
    assert terminal.send(order(0, BUY_LIMIT, price=119_000), MONDAY + 5 * HOUR) == first
    assert len(terminal.state.pendings) == 1


@pytest.mark.parametrize("thawed", [False, True])
def test_a_number_with_another_content_is_an_error_that_says_what_to_do(*, thawed: bool) -> None:
    terminal = seen()
    terminal.send(order(0), MONDAY + HOUR)
    if thawed:
        frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(terminal.freeze()))
        terminal = server()
        terminal.thaw(frozen)
    with pytest.raises(JournalConflictError, match=r"order 0 .* do not go on"):
        terminal.send(order(0, lots=2.0), MONDAY + HOUR)
    assert terminal.send(order(0), MONDAY + HOUR) == ()


def test_the_journal_has_one_line_a_number_whatever_is_presented_again(tmp_path: Path) -> None:
    journal = tmp_path / "terminal.journal"
    first = seen(journal)
    first.send(order(0), MONDAY + HOUR)
    first.send(order(1, lots=0.015), MONDAY + HOUR)
    first.close()
    again = seen(journal)
    assert again.send(order(0), MONDAY + HOUR) == ()
    assert len(settle(again, NEXT)) == 2
    assert lines(journal) == [0, 1]
    again.send(order(2), MONDAY + 2 * HOUR)
    again.close()
    assert lines(journal) == [0, 1, 2]


def test_an_order_that_the_log_lost_may_be_replaced_and_the_journal_says_so(tmp_path: Path) -> None:
    journal = tmp_path / "terminal.journal"
    first = seen(journal)
    first.send(order(0), MONDAY + HOUR)
    first.close()
    lost = json.loads(journal.read_text(encoding="utf-8"))["request"]
    again = seen(journal)
    again.send(order(0, lots=3.0), MONDAY + HOUR)
    again.close()
    entries = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [entry.get("instead_of") for entry in entries] == [None, lost]
    with pytest.raises(JournalConflictError):
        again.send(order(0), MONDAY + HOUR)


@pytest.mark.parametrize("torn", [b'{"order": 1, "requ', b"\x00\x00", b"{"])
def test_a_torn_last_line_is_one_that_was_never_acted_upon(tmp_path: Path, torn: bytes) -> None:
    journal = tmp_path / "terminal.journal"
    first = seen(journal)
    first.send(order(0), MONDAY + HOUR)
    first.close()
    whole = journal.read_bytes()
    journal.write_bytes(whole + torn)
    terminal = seen(journal)
    assert journal.read_bytes() == whole
    terminal.send(order(1), MONDAY + HOUR)
    terminal.close()
    assert lines(journal) == [0, 1]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.terminal.server import HOUR, MONDAY, bar, bars, order, server
terminal = server(journal=Path(sys.argv[1]))
terminal.settle(bars([bar(1, 120_000, 120_000, 120_000, 120_000)]))
for number in range(7):
    terminal.send(order(number), MONDAY + HOUR)
os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
"""


def test_the_journal_survives_a_killed_process(tmp_path: Path) -> None:
    journal = tmp_path / "terminal.journal"
    root = Path(__file__).parents[3]
    code = subprocess.run([sys.executable, "-c", KILLED, str(journal)], cwd=root, check=False).returncode
    assert code != 0
    assert sys.platform == "win32" or code == -signal.SIGKILL
    assert lines(journal) == list(range(7))
