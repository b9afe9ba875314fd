"""A HALT file stops new exposure and nothing else; only the enrolled key lets the book trade again."""

import random
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.errors import LogLocked
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.running import BookHalted, BookResumed, RunStarted
from tallystick.events.types.trading import DealMade, OrderApproved, OrderDenied, OrderRequested, OrderSending
from tallystick.events.writer import LogWriter
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.halt import ask_halt, halt_reason
from tallystick.platform.kernel.people import CommandRefusedError
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.kernel.resume import resume
from tests.acceptance.books import FULL, QUARTER, CutFeed, events, exit_code_of_verify, run, signer
from tests.acceptance.mortal import orders_in_journal

HALF = QUARTER // 2


def traded(folder: Path, *, halt_at: int = 0, stop_at: int = 0) -> RunResult:
    """Go on with the book; somebody puts a HALT file there at one row, and stops the run at another."""
    taken = 0

    def watch(rows: int) -> None:
        nonlocal taken
        taken = rows
        if halt_at and rows >= halt_at and halt_reason(folder) is None:
            ask_halt(folder, "the spread looks wrong")

    return run(folder, feed=CutFeed(QUARTER), progress=watch, stop_asked=lambda: bool(stop_at) and taken >= stop_at)


def after(folder: Path, event_type: type) -> list[Any]:
    """(seq, event) of everything after the first event of that type."""
    told = [(each.seq, each.event) for each in LogReader(folder / "log").envelopes()]
    first = next(seq for seq, event in told if isinstance(event, event_type))
    return [(seq, event) for seq, event in told if seq > first]


def test_after_a_halt_file_no_exposure_is_added_and_reductions_still_pass(tmp_path: Path) -> None:
    result = traded(tmp_path, halt_at=HALF)
    assert result.ended == "end_of_data"
    assert [each.reason for each in events(tmp_path, BookHalted)] == ["the spread looks wrong"]
    requests = {each.order: each for each in events(tmp_path, OrderRequested)}
    later = after(tmp_path, BookHalted)
    sent = [requests[event.order] for _, event in later if isinstance(event, OrderSending)]
    denied = [event for _, event in later if isinstance(event, OrderDenied)]
    assert sent, "a reduction has to pass, or this test shows nothing"
    assert all(each.reduces or each.purpose == "cancel" for each in sent)
    assert any(each.rule == "halt" and "tallystick resume" in each.detail for each in denied)
    openings = [event for _, event in later if isinstance(event, DealMade) and event.entry == "in"]
    sent_before = {each.order for each in events(tmp_path, OrderSending)} - {each.order for each in sent}
    assert all(each.order in sent_before for each in openings)
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal
    assert replay_book(tmp_path, by_row=True).equal


def test_a_halted_book_trades_again_by_a_command_that_its_owner_signed(tmp_path: Path) -> None:
    stopped = traded(tmp_path, halt_at=HALF, stop_at=HALF + 400)
    assert stopped.ended == "stopped"
    head = stopped.head
    done = resume(tmp_path, signer(stopped.origin), reason="looked at it: a roll-over")
    assert done.halt_file == "the spread looks wrong"
    assert halt_reason(tmp_path) is None
    result = traded(tmp_path)
    assert (result.run, result.ended, result.rows) == (1, "end_of_data", QUARTER)
    said = events(tmp_path, BookResumed)
    assert [each.reason for each in said] == ["looked at it: a roll-over"]
    assert said[0].head == head
    requests = {each.order: each for each in events(tmp_path, OrderRequested)}
    approved = [event for _, event in after(tmp_path, BookResumed) if isinstance(event, OrderApproved)]
    assert any(not requests[each.order].reduces for each in approved), "it does trade again"
    assert len(events(tmp_path, RunStarted)) == 2
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal


def test_without_the_command_the_next_run_stays_halted(tmp_path: Path) -> None:
    traded(tmp_path, halt_at=HALF, stop_at=HALF + 400)
    (tmp_path / "HALT").unlink()
    result = traded(tmp_path)
    requests = {each.order: each for each in events(tmp_path, OrderRequested)}
    sent = [event for _, event in after(tmp_path, BookHalted) if isinstance(event, OrderSending)]
    assert all(requests[each.order].reduces for each in sent)
    assert len(events(tmp_path, BookHalted)) == 1
    assert result.ended == "end_of_data"


def test_another_key_cannot_resume(tmp_path: Path) -> None:
    stopped = traded(tmp_path, halt_at=HALF, stop_at=HALF + 400)
    with pytest.raises(CommandRefusedError, match="not signed with the key enrolled for owner") as refused:
        resume(tmp_path, Ed25519Signer(stopped.origin, bytes(32)), reason="let me")
    assert "the book's first run" in refused.value.fix
    with pytest.raises(CommandRefusedError, match="visitor has no key in this book; enrolled are owner"):
        resume(tmp_path, signer(stopped.origin), person="visitor", reason="let me")
    assert halt_reason(tmp_path) == "the spread looks wrong"
    assert events(tmp_path, BookResumed) == []


def test_a_book_at_work_is_resumed_only_after_its_run_has_ended(tmp_path: Path) -> None:
    stopped = traded(tmp_path, halt_at=HALF, stop_at=HALF + 400)
    with LogWriter(tmp_path / "log", stopped.origin), pytest.raises(LogLocked) as locked:
        resume(tmp_path, signer(stopped.origin), reason="now")
    assert "stop it first" in locked.value.fix
    assert halt_reason(tmp_path) is not None


class Killed(BaseException):
    """The process goes no further."""


@pytest.mark.parametrize("seed", range(40 if FULL else 8))
def test_a_book_that_died_and_was_halted_before_it_went_on_decides_otherwise_and_goes_on(
    tmp_path: Path, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    dies_at = chance.randrange(1_000, QUARTER - 200)

    def watch(rows: int) -> None:
        if rows >= dies_at:
            raise Killed

    with pytest.raises(Killed):
        run(tmp_path, feed=CutFeed(QUARTER), progress=watch, batch_records=chance.randrange(100, 500))
    lost = orders_in_journal(tmp_path)
    ask_halt(tmp_path, "who killed it?")
    result = run(tmp_path, feed=CutFeed(QUARTER))
    assert result.ended == "end_of_data"
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal
    sent = [each.order for each in events(tmp_path, OrderSending)]
    assert len(sent) == len(set(sent))
    assert set(sent) <= set(orders_in_journal(tmp_path))
    assert set(lost) <= set(orders_in_journal(tmp_path)), "the journal forgets nothing"
