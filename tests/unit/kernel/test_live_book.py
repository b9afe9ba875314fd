"""What arrives from outside is traded in order of receipt, at the gateway's time, and a replay comes out equal."""

import itertools
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types import running, trading
from tallystick.events.types.account import AccountReleased, AccountRestricted, ForeignTradeSeen
from tallystick.events.types.market import QuoteBlock
from tallystick.events.verify import verify
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.control import say
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.halt import halt_reason
from tallystick.platform.kernel.live import Arrived, LiveBook
from tallystick.platform.kernel.resume import resume
from tallystick.platform.kernel.watchdog import EXIT_CODE, Watchdog
from tallystick.platform.mt5.at_most_once import OutcomeUnknownError
from tests.acceptance.books import plan
from tests.unit.kernel.kit import START, bars, declared, quotes
from tests.unit.kernel.live_kit import (
    ORIGIN,
    SECOND,
    SIGNER,
    Clock,
    Crossing,
    ScanningCrossing,
    live,
    live_plan,
    replayed,
    told,
)

ROOT = Path(__file__).resolve().parents[3]
VKEY = str(SIGNER.vkey)


def turns(book: LiveBook, clock: Clock, *script: tuple[int, Sequence[Arrived]]) -> None:
    """Take turns: at each of these seconds after the start these things have arrived."""
    for second, arrived in script:
        clock.at = START + second * SECOND
        for each in arrived:
            book.arrive(each)
        book.turn()


def test_rows_bear_the_time_of_their_receipt_and_wait_to_become_bigger_blocks(tmp_path: Path) -> None:
    clock = Clock()
    waiting = [quotes([1.0, 1.0]), quotes([1.0, 1.0, 1.2]), quotes([1.2, 1.2, 1.2])]
    with live(tmp_path, clock) as book:
        turns(book, clock, (1, [quotes([1.0, 1.0])]), (2, waiting), (3, []), (4, [quotes([1.0])]))
    blocks = [(time - START, block.rows) for time, block in told(tmp_path, QuoteBlock)]
    # A signal, the rest; its fill after the latency, four rows to the next signal, the rest; its fill.
    assert blocks == [(SECOND, 1), (SECOND, 1), (2 * SECOND, 1), (2 * SECOND, 4), (2 * SECOND, 3), (4 * SECOND, 1)]
    assert all((time - START) % SECOND == 0 for time, _ in told(tmp_path, trading.SignalRaised))
    assert len(told(tmp_path, trading.DealMade)) >= 2
    assert verify(tmp_path / "log", VKEY).exit_code == 0


@pytest.mark.parametrize("make", [Crossing, ScanningCrossing])
def test_a_replay_of_a_live_log_comes_out_equal(tmp_path: Path, make: Any) -> None:
    clock = Clock()
    with live(tmp_path, clock, make=make) as book:
        for second in range(1, 40):
            bids = [1.0 + (second * 7 + row) % 5 * 0.05 for row in range(second % 4)]
            turns(book, clock, (second, [quotes(bids)] if bids else []))
    assert len(told(tmp_path, trading.DealMade)) > 10
    for by_row in (False, True):
        result = replayed(tmp_path, make, by_row=by_row)
        assert result.equal, result.message


def test_a_clock_that_steps_back_stands_still_and_says_so_once(tmp_path: Path) -> None:
    clock = Clock()
    with live(tmp_path, clock) as book:
        for second, bid in ((10, 1.0), (4, 1.2), (5, 1.0), (6, 1.2), (3, 1.0), (9, 1.2), (11, 1.0)):
            turns(book, clock, (second, [quotes([bid])]))
    said = [(event.from_time - START, event.to_time - START) for _, event in told(tmp_path, running.ClockSteppedBack)]
    assert said == [(10 * SECOND, 4 * SECOND), (10 * SECOND, 3 * SECOND)]
    times = [time - START for time, _ in told(tmp_path, QuoteBlock)]
    assert times == [10 * SECOND] * 6 + [11 * SECOND]
    result = replayed(tmp_path)
    assert result.equal, result.message
    assert verify(tmp_path / "log", VKEY).exit_code == 0


def test_timers_fire_while_no_row_arrives(tmp_path: Path) -> None:
    class Patient(Crossing):
        hears = (*Crossing.hears, running.TimerFired)

        def react(self, event: Any, context: Any) -> Sequence[Event]:
            if type(event) is running.TimerFired:
                return [
                    trading.SignalRaised(
                        strategy=self.name, symbol="EURUSD", direction=1, stop_points=50_000, take_points=0
                    )
                ]
            return [running.TimerRequested(module=self.name, timer="later", due=context.time + 90 * SECOND)]

    clock = Clock()
    with live(tmp_path, clock, make=Patient) as book:
        turns(book, clock, (1, [quotes([1.0])]), (90, []))
        assert told(tmp_path, running.TimerFired) == []
        turns(book, clock, (100, []))
    ((time, _),) = told(tmp_path, running.TimerFired)
    assert time == START + 91 * SECOND
    assert [time for time, _ in told(tmp_path, trading.SignalRaised)] == [START + 91 * SECOND]
    assert replayed(tmp_path, Patient).equal


class Outside:
    """A terminal outside: it looks into the log when it is called, and answers later or at once."""

    name = "terminal"

    def __init__(self, folder: Path, *, at_once: bool) -> None:
        self.folder, self.at_once = folder, at_once
        self.waiting: list[Event] = []
        self.sent: list[int] = []

    def begin(self, log: LogReader | None, time: int) -> Sequence[Event]:
        """What it states of account and instruments when somebody connects for the first time."""
        terminal = composition_of(live_plan(), [declared(0, "EURUSD", "quote")], [Crossing()]).terminal
        assert terminal is not None
        return terminal.opening() if log is None else ()

    def send(self, sending: trading.OrderSending, time: int) -> Sequence[Event]:
        last = [each.event for each in LogReader(self.folder / "log").envelopes()][-2:]
        assert sending in last, "durable before it leaves"
        assert verify(self.folder / "log", VKEY).exit_code == 0, "and a checkpoint stands over it"
        self.sent.append(sending.order)
        answer = trading.OrderAnswered(
            order=sending.order,
            retcode=10009,
            deal=5_000 + sending.order,
            ticket=5_000 + sending.order,
            volume=sending.volume,
            price=1.1,
            bid=1.1,
            ask=1.1,
            moment=START,
            comment="",
        )
        self.waiting += [] if self.at_once else [answer]
        return [answer] if self.at_once else []

    def news(self, time: int) -> Sequence[Event]:
        """What it had not said at once."""
        news, self.waiting = self.waiting, []
        return news

    def find(self, sending: trading.OrderSending, time: int) -> Sequence[Event] | None:
        """It knows of nothing."""
        return None

    def foreign_deals(self) -> Sequence[ForeignTradeSeen]:
        return ()

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize("at_once", [True, False])
def test_an_effect_leaves_after_its_checkpoint_and_its_answers_are_inputs(tmp_path: Path, at_once: bool) -> None:
    clock, outside = Clock(), Outside(tmp_path, at_once=at_once)
    with live(tmp_path, clock, outside=outside) as book:
        turns(book, clock, (2, [quotes([1.0])]), (3, []), (4, [quotes([1.2, 1.2])]))
    answered = [
        (each.seq, each)
        for each in LogReader(tmp_path / "log").envelopes()
        if isinstance(each.event, trading.OrderAnswered)
    ]
    assert answered
    for _, each in answered:
        assert each.cause is not None
        cause = LogReader(tmp_path / "log").fetch(each.cause)
        assert isinstance(cause.event, trading.OrderSending)
        assert cause.event.order == each.event.order
        assert not each.derived
    result = replayed(tmp_path)
    assert result.equal, result.message


def two_strategies() -> Sequence[Any]:
    """Both signal on the same quote."""
    other = Crossing()
    other.name = "other"
    return [Crossing(), other]


def test_what_was_decided_before_the_process_died_is_not_sent_after_it_and_what_was_sent_is_looked_for(
    tmp_path: Path,
) -> None:
    class Dies(Outside):
        def send(self, sending: trading.OrderSending, time: int) -> Sequence[Event]:
            raise ConnectionAbortedError(sending.order)

    clock, dying, outside = Clock(), Dies(tmp_path, at_once=True), Outside(tmp_path, at_once=True)
    with (
        pytest.raises(ConnectionAbortedError),
        live(tmp_path, clock, make=two_strategies, outside=dying) as book,
    ):
        turns(book, clock, (2, [quotes([1.0])]))
    assert len(told(tmp_path, trading.OrderApproved)) == 2
    with live(tmp_path, clock, make=two_strategies, outside=outside) as book:
        turns(book, clock, (60, [quotes([1.0])]), (119, []), (120, []))
    assert [event.order for _, event in told(tmp_path, trading.OrderSending)] == [1]
    assert [event.order for _, event in told(tmp_path, AccountRestricted)] == [1]
    given_up = [(event.order, event.reason) for _, event in told(tmp_path, trading.OrderAbandoned)]
    assert given_up == [
        (2, "the process ended before the order was sent"),
        (1, "not in the terminal's history for 60 s"),
    ]
    assert len(told(tmp_path, AccountReleased)) == 1
    result = replayed(tmp_path, two_strategies)
    assert result.equal, result.message


def test_an_approval_behind_an_order_of_unknown_outcome_is_withdrawn_and_a_replay_comes_out_equal(
    tmp_path: Path,
) -> None:
    class Silent(Outside):
        def send(self, sending: trading.OrderSending, time: int) -> Sequence[Event]:
            super().send(sending, time)
            message = "no answer"
            raise OutcomeUnknownError(message)

    clock, outside = Clock(), Silent(tmp_path, at_once=True)
    with live(tmp_path, clock, make=two_strategies, outside=outside) as book:
        turns(book, clock, (2, [quotes([1.0])]), (3, [quotes([1.2])]), (70, []), (71, [quotes([1.0])]))
    assert len(set(outside.sent)) == len(outside.sent)
    given_up = [(event.order, event.reason) for _, event in told(tmp_path, trading.OrderAbandoned)]
    assert given_up[:2] == [
        (2, "the outcome of an order became unknown before this one was sent"),
        (1, "not in the terminal's history for 67 s"),
    ]
    result = replayed(tmp_path, two_strategies)
    assert result.equal, result.message


def test_a_person_is_heard_while_nothing_arrives(tmp_path: Path) -> None:
    clock = Clock()
    with live(tmp_path, clock) as book:
        answers: list[Any] = []
        person = threading.Thread(target=lambda: answers.append(say(tmp_path, "halt", reason="lunch")))
        person.start()
        while person.is_alive():
            clock.at += SECOND
            book.turn()
        turns(book, clock, (10**6, [quotes([1.0, 1.2])]))
    assert answers[0]["ok"]
    assert [event.reason for _, event in told(tmp_path, running.BookHalted)] == ["lunch"]
    assert told(tmp_path, trading.OrderSending) == []
    assert told(tmp_path, trading.OrderDenied)
    assert replayed(tmp_path).equal


def test_a_module_that_loops_for_ever_is_ended_with_its_process_and_the_log_stands(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.unit.kernel.live_kit", str(tmp_path), "8.0"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == EXIT_CODE, done.stderr
    assert done.stdout.splitlines() == ["turn", "turn"]
    assert "error[E721] watchdog: module crossing, in react at live_kit.py:" in done.stderr
    assert "limit 8 s" in done.stderr
    assert "tallystick resume" in done.stderr.splitlines()[-1]
    assert str(halt_reason(tmp_path)).startswith("watchdog: module crossing")

    # What did not end was never committed: the log ends before that turn's rows, with whole cascades only.
    stood = LogReader(tmp_path / "log").leaves()
    assert [block.rows for _, block in told(tmp_path, QuoteBlock)][:4] == [1, 1, 1, 1]
    assert max(time for time, _ in told(tmp_path, QuoteBlock)) <= START + 3 * SECOND
    assert verify(tmp_path / "log", VKEY).exit_code in {0, 1}
    assert replayed(tmp_path).equal

    # The mended module goes on from there, halted until a person resumes it; the rows come again from the gateway.
    clock = Clock(START + 60 * SECOND)
    with live(tmp_path, clock) as book:
        assert LogReader(tmp_path / "log").leaves()[: len(stood)] == stood
        turns(book, clock, (61, [quotes([1.2, 1.0, 1.25, 1.0])]))
    assert len(told(tmp_path, running.RunRecovered)) == 1
    assert [event.reason[:8] for _, event in told(tmp_path, running.BookHalted)] == ["watchdog"]
    assert resume(tmp_path, SIGNER.named(ORIGIN), reason="mended").seq > 0
    before = len(told(tmp_path, trading.DealMade))
    clock.at += 60 * SECOND
    with live(tmp_path, clock) as book:
        turns(book, clock, (130, [quotes([1.2, 1.0, 1.25, 1.0])]))
        assert book.run == 1
    assert len(told(tmp_path, trading.DealMade)) > before
    assert verify(tmp_path / "log", VKEY).exit_code == 0
    result = replayed(tmp_path)
    assert result.equal, result.message


def test_the_watchdog_ends_the_process_even_where_no_halt_file_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    ticks = itertools.count()
    with Watchdog(tmp_path / "gone", 0.01, clock=lambda: float(next(ticks)), end=ended.put) as watchdog:
        watchdog.begins("the kernel")
        assert ended.get(timeout=60) == EXIT_CODE
    assert "the HALT file could not be written" in capsys.readouterr().err


def test_what_cannot_be_traded_live_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunConfigurationError, match="no live rows"):
        LiveBook(tmp_path, plan(), [declared(0, "EURUSD", "quote")], SIGNER, Clock())
    with pytest.raises(RunConfigurationError, match="only quotes"):
        LiveBook(tmp_path, live_plan(), [declared(0, "EURUSD")], SIGNER, Clock())
    with pytest.raises(RunConfigurationError, match="needs a terminal outside"):
        LiveBook(tmp_path, live_plan("live"), [declared(0, "EURUSD", "quote")], SIGNER, Clock())
    with live(tmp_path, Clock()) as book, pytest.raises(RunConfigurationError, match="rows of the kind bar") as refused:
        book.arrive(bars([1.0]))
    assert "quotes" in refused.value.fix
