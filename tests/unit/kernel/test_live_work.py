"""What a strategy asks of a worker in a live book: another process does it, and its answer is an input of the log.

A worker that raises, dies, never answers or answers late; a book that is killed meanwhile; a replay of it all.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.module import OnFailure
from tallystick.events.reader import LogReader
from tallystick.events.types import optimisation, running, trading
from tallystick.events.types.market import QuoteBlock
from tallystick.events.verify import verify
from tallystick.events.worker import WorkResult
from tallystick.platform.kernel.deadlines import PendingWork
from tallystick.platform.kernel.errors import ModuleSilencedError, RunConfigurationError, WorkerMissing
from tallystick.platform.kernel.live import LiveBook
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.kernel.workshop import Told
from tests.acceptance.mortal import orders_in_journal
from tests.unit.kernel.kit import START
from tests.unit.kernel.live_kit import SECOND, SIGNER, Clock, replayed, told
from tests.unit.kernel.odd_worker import GATE, begun
from tests.unit.kernel.work_kit import (
    ODD,
    SERIES,
    Asking,
    AtTheGate,
    lives,
    paper,
    rebalancing,
    turn,
    turns_until,
)

ROOT = Path(__file__).resolve().parents[3]
VKEY = str(SIGNER.vkey)


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where work waits until the file is there."""
    path = tmp_path / "gate"
    monkeypatch.setenv(GATE, str(path))
    monkeypatch.chdir(tmp_path)  # where nothing is found: the worker's process looks where this one does
    return path


def begun_at(gate: Path) -> list[int]:
    """Process ids of those who began work at the gate."""
    lines = begun(gate)
    return [int(line) for line in lines.read_text(encoding="utf-8").split()] if lines.exists() else []


def stands(folder: Path, make: Any) -> None:
    """The log verifies, and a replay comes out equal without anybody working."""
    assert verify(folder / "log", VKEY).exit_code == 0
    result = replayed(folder, make)
    assert result.equal, result.message


def test_the_book_goes_on_while_another_process_works_and_the_answer_is_an_input_of_the_turn_that_takes_it_in(
    tmp_path: Path, gate: Path
) -> None:
    folder, clock = tmp_path / "book", Clock()
    with paper(folder, clock, lambda: Asking(b"gate")) as book:
        for second in (1, 2, 3, 9):
            turn(book, clock, second)
        turns_until(book, lambda: begun_at(gate))
        assert told(folder, running.WorkCompleted) == []
        gate.touch()
        turns_until(book, lambda: told(folder, running.WorkCompleted))
        turn(book, clock, 10)
    assert len(told(folder, QuoteBlock)) >= 4
    (request,) = (each for each in LogReader(folder / "log").envelopes() if type(each.event) is running.WorkRequested)
    (answer,) = (each for each in LogReader(folder / "log").envelopes() if type(each.event) is running.WorkCompleted)
    assert (answer.time - START, answer.cause, answer.derived) == (9 * SECOND, request.seq, False)
    assert len(told(folder, trading.OrderSending)) == 1
    stands(folder, lambda: Asking(b"gate"))
    assert len(begun_at(gate)) == 1


@pytest.mark.parametrize("policy", ["halt", "bypass"])
@pytest.mark.parametrize(
    ("word", "error"),
    [(b"raise", "ArithmeticError: no such matrix"), (b"die", "its process ended before it answered, exit status 7")],
)
def test_work_that_fails_is_said_with_the_policy_and_the_next_request_is_answered(
    tmp_path: Path, gate: Path, word: bytes, error: str, policy: OnFailure
) -> None:
    def make() -> Asking:
        return Asking(word, b"answer", on_failure=policy)

    folder, clock = tmp_path / "book", Clock()
    with paper(folder, clock, make) as book:
        turn(book, clock, 1)
        turns_until(book, lambda: told(folder, running.WorkCompleted))
        turn(book, clock, 2)
    ((at, failed),) = told(folder, running.WorkFailed)
    assert (failed.module, failed.worker, failed.error, failed.policy) == ("asking", ODD, error, policy)
    assert at == START + SECOND
    reasons = [event.reason for _, event in told(folder, running.BookHalted)]
    assert reasons == ([f"the work that module asking asked for failed: {error}"] if policy == "halt" else [])
    # A halted book takes on nothing new, whatever an answer says.
    assert bool(told(folder, trading.OrderSending)) == (policy == "bypass")
    assert told(folder, running.ModuleLate) == []
    stands(folder, make)


def test_a_failure_of_one_that_waits_for_a_person_ends_the_book_and_the_next_process_asks_again(
    tmp_path: Path, gate: Path
) -> None:
    def make() -> Asking:
        return Asking(b"raise", on_failure="wait")

    folder = tmp_path / "book"

    def trades() -> None:
        clock = Clock()
        with paper(folder, clock, make) as book:
            turn(book, clock, 1)
            turns_until(book, lambda: False)

    for _ in range(2):
        with pytest.raises(ModuleSilencedError, match="asking asked for failed"):
            trades()
    failed = [event for _, event in told(folder, running.WorkFailed)]
    assert len(failed) == 2
    assert len({event.request for event in failed}) == len(told(folder, running.WorkRequested)) == 1
    result = replayed(folder, make)
    assert result.equal, result.message


def test_who_never_answers_is_late_at_the_deadline_and_ended_and_the_next_request_has_another_process(
    tmp_path: Path, gate: Path
) -> None:
    def make() -> Asking:
        return Asking(b"gate", b"answer", on_failure="bypass", given_s=20)

    folder, clock = tmp_path / "book", Clock()
    with paper(folder, clock, make) as book:
        turn(book, clock, 1)
        turns_until(book, lambda: begun_at(gate))
        (process,) = begun_at(gate)
        assert lives(gate, process)
        clock.at = START + 20 * SECOND
        book.turn()
        assert told(folder, running.ModuleLate) == []
        clock.at = START + 23 * SECOND
        turns_until(book, lambda: told(folder, running.WorkCompleted) or told(folder, running.ModuleLate)[1:])
        assert not lives(gate, process)
    (first, second) = told(folder, running.ModuleLate)
    # Both were asked at one quote's time, so the second had waited as long as the first.
    assert [at - START for at, _ in (first, second)] == [21 * SECOND] * 2
    assert told(folder, trading.OrderRequested) == []
    stands(folder, make)


class ByHand:
    """A workshop in which the test itself works; it looks into the log when it is asked."""

    at_hand: "ByHand"
    folder: Path

    def __init__(self) -> None:
        self.asked: list[PendingWork] = []
        self.given_up: list[int] = []
        self.waiting: list[Told] = []
        ByHand.at_hand = self

    def ask(self, work: PendingWork, seed: int) -> None:
        request = LogReader(self.folder / "log").fetch(work.seq).event
        assert isinstance(request, running.WorkRequested | optimisation.OptimisationRequested), (
            "durable before it leaves"
        )
        self.asked.append(work)

    def give_up(self, work: PendingWork) -> None:
        self.given_up.append(work.seq)

    def told(self) -> list[Told]:
        told, self.waiting = self.waiting, []
        return told

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[ByHand]:
    ByHand.folder = tmp_path
    monkeypatch.setattr("tallystick.platform.kernel.live.Workshop", ByHand)
    return ByHand


ANSWER = WorkResult(result=b"buy", engine="hand", version="1")


@pytest.mark.parametrize("policy", ["halt", "bypass"])
def test_an_answer_after_the_deadline_is_refused_in_the_log_and_nothing_follows_from_it(
    tmp_path: Path, by_hand: type[ByHand], policy: OnFailure
) -> None:
    def make() -> Asking:
        return Asking(b"gate", on_failure=policy, given_s=20)

    clock = Clock()
    with paper(tmp_path, clock, make) as book:
        turn(book, clock, 1)
        (work,) = by_hand.at_hand.asked
        by_hand.at_hand.waiting.append(Told(work, ANSWER))  # it came, but nobody took it in before the deadline
        turn(book, clock, 22)
        turn(book, clock, 23)
        assert by_hand.at_hand.given_up == []
    ((late_at, late),) = told(tmp_path, running.ModuleLate)
    assert (late_at - START, late.request, late.policy) == (21 * SECOND, work.seq, policy)
    ((refused_at, refused),) = told(tmp_path, running.SayingRefused)
    assert (refused_at - START, refused.source, refused.type) == (22 * SECOND, ODD, "work.completed")
    assert refused.reason == f"the answer to record {work.seq} came after its deadline; nothing follows from it"
    assert len(told(tmp_path, running.BookHalted)) == (policy == "halt")
    assert told(tmp_path, running.WorkCompleted) == told(tmp_path, trading.OrderRequested) == []
    stands(tmp_path, make)


def test_one_that_waits_takes_its_answer_however_late_and_says_that_it_was(
    tmp_path: Path, by_hand: type[ByHand]
) -> None:
    def make() -> Asking:
        return Asking(b"gate", on_failure="wait", given_s=20)

    clock = Clock()
    with paper(tmp_path, clock, make) as book:
        turn(book, clock, 1)
        turn(book, clock, 50)
        (work,) = by_hand.at_hand.asked
        by_hand.at_hand.waiting.append(Told(work, ANSWER))
        turn(book, clock, 60)
        turn(book, clock, 61)
        assert (len(by_hand.at_hand.asked), by_hand.at_hand.given_up) == (1, [])
    assert [at - START for at, _ in told(tmp_path, running.ModuleLate)] == [21 * SECOND]
    assert [at - START for at, _ in told(tmp_path, running.WorkCompleted)] == [60 * SECOND]
    assert len(told(tmp_path, trading.OrderSending)) == 1
    stands(tmp_path, make)


def test_an_answer_that_is_none_is_a_failure(tmp_path: Path, by_hand: type[ByHand]) -> None:
    clock = Clock()
    with paper(tmp_path, clock, AtTheGate) as book:
        for second in range(70):
            turn(book, clock, second)
        (work,) = by_hand.at_hand.asked
        by_hand.at_hand.waiting.append(Told(work, ANSWER))
        turn(book, clock, 70)
    ((_, failed),) = told(tmp_path, running.WorkFailed)
    assert failed.error.startswith("its answer is none: ")
    ((_, withheld),) = told(tmp_path, optimisation.DecisionWithheld)
    assert "the optimiser failed: its answer is none" in withheld.reason
    assert len(told(tmp_path, running.BookHalted)) == 1
    stands(tmp_path, AtTheGate)


def test_a_rebalancing_on_paper_is_answered_by_the_optimiser_and_trades_what_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    folder, clock = tmp_path / "book", Clock()
    with paper(folder, clock) as book:
        for second in range(1, 150):
            turn(book, clock, second)
            asked, answered = (
                len(told(folder, each))
                for each in (optimisation.OptimisationRequested, optimisation.OptimisationCompleted)
            )
            if asked > answered:
                turns_until(book, lambda: told(folder, optimisation.OptimisationCompleted)[answered:])  # noqa: B023 -- called at once
    answers = told(folder, optimisation.OptimisationCompleted)
    requests = told(folder, optimisation.OptimisationRequested)
    assert len(answers) == len(requests) == 2
    assert [at for at, _ in answers] == [at for at, _ in requests]
    assert all(event.outcome == "lots" and event.lots_proved for _, event in answers)
    targets = {(event.symbol, event.volume) for _, event in told(folder, trading.TargetSet)}
    assert {
        (symbol, volume) for symbol, volume in zip(answers[0][1].symbols, answers[0][1].volumes, strict=True) if volume
    } <= targets
    assert len(told(folder, trading.DealMade)) >= 2
    assert verify(folder / "log", VKEY).exit_code == 0
    monkeypatch.setitem(sys.modules, "tallystick.quantum.worker", None)  # nobody is there to compute it again
    for by_row in (False, True):
        result = replay_book(folder, by_row=by_row)
        assert result.equal, result.message


@pytest.fixture
def killed(tmp_path: Path, gate: Path) -> Path:
    """A book whose process was killed between a request and its answer."""
    folder = tmp_path / "book"
    command = [sys.executable, "-m", "tests.unit.kernel.work_kit", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == [b"begun"]
        process.kill()
    (worker,) = begun_at(gate)
    until = time.monotonic() + 60
    while lives(gate, worker):
        assert time.monotonic() < until, "the worker of a book that is gone ends by itself"
    assert len(told(folder, optimisation.OptimisationRequested)) == 1
    assert told(folder, optimisation.OptimisationCompleted) == []
    return folder


def test_after_kill_9_the_recovery_asks_again_exactly_once_and_nothing_is_ordered_twice(
    killed: Path, gate: Path
) -> None:
    clock = Clock(START + 80 * SECOND)
    with paper(killed, clock, AtTheGate) as book:
        turns_until(book, lambda: begun_at(gate)[1:])
        gate.touch()
        turns_until(book, lambda: told(killed, optimisation.OptimisationCompleted))
        for second in range(81, 100):
            turn(book, clock, second)
    assert len(begun_at(gate)) == 2
    assert len(told(killed, running.RunRecovered)) == 1
    ((_, request),) = told(killed, optimisation.OptimisationRequested)
    ((at, answer),) = told(killed, optimisation.OptimisationCompleted)
    assert at == START + 80 * SECOND < request.deadline
    sent = [event.order for _, event in told(killed, trading.OrderSending)]
    wanted = {(symbol, volume) for symbol, volume in zip(answer.symbols, answer.volumes, strict=True) if volume}
    assert {(event.symbol, event.volume) for _, event in told(killed, trading.OrderSending)} == wanted
    assert len(sent) == len(set(sent)) == len(wanted)
    assert orders_in_journal(killed) == sent
    stands(killed, AtTheGate)


def test_a_recovery_after_the_deadline_says_late_at_the_deadline_and_asks_nobody(killed: Path, gate: Path) -> None:
    gate.touch()
    clock = Clock(START + 3_600 * SECOND)
    with paper(killed, clock, AtTheGate) as book:
        book.turn()
        book.turn()
    ((_, request),) = told(killed, optimisation.OptimisationRequested)
    ((at, late),) = told(killed, running.ModuleLate)
    assert (at, late.policy) == (request.deadline, "halt")
    ((_, withheld),) = told(killed, optimisation.DecisionWithheld)
    assert "had not answered by its deadline" in withheld.reason
    assert len(begun_at(gate)) == 1
    assert told(killed, trading.OrderRequested) == []
    stands(killed, AtTheGate)


@pytest.mark.parametrize(
    ("changes", "message", "fix"),
    [
        ({"source": "bars"}, "minutely reads bars, and only quotes arrive live", 'set its source to "quotes"'),
        ({"due_s": 0}, "minutely gives its work no time", "give the seconds"),
    ],
)
def test_what_could_never_be_answered_live_is_refused_before_anything_is_written(
    tmp_path: Path, changes: dict[str, Any], message: str, fix: str
) -> None:
    with pytest.raises(RunConfigurationError, match=message) as refused:
        LiveBook(tmp_path, rebalancing(**changes), SERIES, SIGNER, Clock())
    assert fix in refused.value.fix
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_is_not_installed_is_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tallystick.quantum.worker", None)
    with pytest.raises(WorkerMissing, match="minutely asks the worker") as missing:
        LiveBook(tmp_path, rebalancing(), SERIES, SIGNER, Clock())
    assert missing.value.fix == 'pip install "tallystick[quantum]"'
    assert list(tmp_path.iterdir()) == []
