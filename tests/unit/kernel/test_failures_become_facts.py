"""What goes wrong in a module is a fact of the log, and its policy is applied."""

from collections.abc import Sequence
from typing import Any

import pytest

from tallystick.events.event import Event
from tallystick.events.types import running, trading
from tallystick.events.worker import WorkResult
from tallystick.market.rows import BarClosed
from tallystick.platform.kernel.errors import ModuleSilencedError
from tallystick.platform.kernel.simulation import Simulation
from tests.unit.kernel.kit import HOUR, START, Commits, Desk, bars, make_desk


class Script:
    """A module that does what it is told on each bar it hears."""

    role = "strategy"

    def __init__(self, name: str, does: Any, hears: tuple[type, ...] = (BarClosed,), on_failure: Any = "halt") -> None:
        self.name, self.does, self.hears, self.on_failure = name, does, hears, on_failure
        self.heard: list[Any] = []

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        self.heard.append(event)
        answers: Sequence[Event] = self.does(self, event, context)
        return answers

    def freeze(self) -> Any:
        return len(self.heard)

    def thaw(self, state: Any) -> None:
        self.heard = [None] * state


def run(desk: Desk, workers: Any = None, count: int = 3) -> str:
    return Simulation(desk.kernel, iter([bars([1.0] * count)]), Commits(), workers=workers).run()


def signal(name: str) -> trading.SignalRaised:
    return trading.SignalRaised(strategy=name, symbol="EURUSD", direction=1, stop_points=0, take_points=0)


def test_a_module_that_raises_halts_the_book_by_default() -> None:
    def breaks(_self: Script, _event: Any, _context: Any) -> Sequence[Event]:
        message = "no luck"
        raise RuntimeError(message)

    desk = make_desk(Script("bad", breaks))
    run(desk, count=1)
    failed, halted = desk.sink.records[-2:]
    assert failed.event == running.ModuleFailed(module="bad", error="RuntimeError: no luck", policy="halt")
    assert failed.derived
    assert failed.cause_row == 0
    assert type(halted.event) is running.BookHalted
    assert desk.kernel.ledger.state.halted


def test_a_module_that_raises_may_be_bypassed() -> None:
    def breaks_once(self: Script, _event: Any, _context: Any) -> Sequence[Event]:
        if len(self.heard) == 1:
            message = "once"
            raise ValueError(message)
        return [signal("late")] if len(self.heard) == 3 else ()

    desk = make_desk(Script("late", breaks_once, on_failure="bypass"))
    run(desk)
    assert "book.halted" not in desk.sink.names()
    assert desk.sink.names()[-1] == "signal.raised"


def test_a_module_whose_policy_is_to_wait_ends_the_run() -> None:
    def breaks(_self: Script, _event: Any, _context: Any) -> Sequence[Event]:
        message = "stop"
        raise RuntimeError(message)

    desk = make_desk(Script("waits", breaks, on_failure="wait"))
    with pytest.raises(ModuleSilencedError, match="waits"):
        run(desk)
    assert desk.sink.names()[-1] == "module.failed"


def test_a_value_that_may_not_enter_the_log_is_the_fault_of_who_said_it() -> None:
    def says_nan(_self: Script, _event: Any, _context: Any) -> Sequence[Event]:
        return [trading.DecisionExplained(strategy="nan", symbol="EURUSD", values={"x": float("nan")})]

    desk = make_desk(Script("nan", says_nan))
    run(desk, count=1)
    assert "module.failed" in desk.sink.names()
    assert "decision.explained" not in desk.sink.names()


def test_what_somebody_may_not_say_is_refused_and_recorded() -> None:
    approval = trading.OrderApproved(order=1, rule="", limit=0, value=0)
    desk = make_desk(Script("cheeky", lambda _self, _event, _context: [approval]))
    run(desk, count=1)
    assert "order.approved" not in desk.sink.names()
    refused = desk.sink.records[-1].event
    assert type(refused) is running.SayingRefused
    assert (refused.source, refused.type) == ("cheeky", "order.approved")
    assert not desk.kernel.pending


def test_an_endless_cascade_is_cut_and_halts_the_book() -> None:
    def echoes(self: Script, _event: Any, _context: Any) -> Sequence[Event]:
        return [signal(self.name)]

    desk = make_desk(Script("ping", echoes, hears=(BarClosed, trading.SignalRaised)), cascade_limit=50)
    run(desk, count=1)
    assert desk.sink.names()[-2:] == ["cascade.limited", "book.halted"]
    assert desk.sink.names().count("signal.raised") == 49
    run_again = Simulation(desk.kernel, iter([bars([1.0], hours=[5])]), Commits())
    assert run_again.run() == "end_of_data"


class SlowWorker:
    """Needs a stated book time for its work."""

    def __init__(self, took_ns: int) -> None:
        self.took_ns, self.calls = took_ns, 0

    def work(self, request: bytes, seed: int) -> WorkResult:
        self.calls += 1
        return WorkResult(result=request[::-1], engine="slow", version="1", seed=seed, took_ns=self.took_ns)


def asks_once(self: Script, event: Any, context: Any) -> Sequence[Event]:
    if type(event) is BarClosed and len(self.heard) == 1:
        return [
            running.WorkRequested(
                module=self.name,
                worker="slow",
                request=b"abc",
                due=context.time + HOUR,
                deadline=context.time + 2 * HOUR,
            )
        ]
    return ()


def test_book_time_does_not_pass_a_due_time_before_the_result_is_in() -> None:
    desk = make_desk(Script("asks", asks_once, hears=(BarClosed, running.WorkCompleted)))
    run(desk, {"slow": SlowWorker(0)})
    names = desk.sink.names()
    completed = desk.sink.records[names.index("work.completed")]
    assert completed.event.result == b"cba"
    assert completed.time == START + 2 * HOUR
    blocks = [kept.time for kept in desk.sink.records if kept.type.FACT.name == "market.bar_block"]
    assert blocks == [START + HOUR, START + 3 * HOUR]
    assert not completed.derived
    assert [type(event).__name__ for event in desk.kernel.cascades.modules[0].heard] == [
        "BarClosed",
        "WorkCompleted",
        "BarClosed",
        "BarClosed",
    ]


def test_work_asked_for_before_the_data_ended_is_still_answered_at_its_due_time() -> None:
    desk = make_desk(Script("asks", asks_once, hears=(BarClosed, running.WorkCompleted)))
    simulation = Simulation(desk.kernel, iter([bars([1.0])]), Commits(), workers={"slow": SlowWorker(0)})
    assert simulation.run() == "end_of_data"
    assert "work.completed" not in desk.sink.names()
    simulation.finish()
    simulation.finish()
    completed = [kept for kept in desk.sink.records if kept.type is running.WorkCompleted]
    assert [kept.time for kept in completed] == [START + 2 * HOUR]
    assert completed[0].cause == next(kept.seq for kept in desk.sink.records if kept.type is running.WorkRequested)


def test_work_asked_for_in_answer_to_such_work_ends_with_the_data() -> None:
    def asks_on(self: Script, event: Any, context: Any) -> Sequence[Event]:
        due = context.time + HOUR
        return [running.WorkRequested(module=self.name, worker="slow", request=b"abc", due=due, deadline=due)]

    desk = make_desk(Script("asks", asks_on, hears=(BarClosed, running.WorkCompleted)))
    simulation = Simulation(desk.kernel, iter([bars([1.0])]), Commits(), workers={"slow": SlowWorker(0)})
    simulation.run()
    simulation.finish()
    assert desk.sink.names().count("work.completed") == 1


@pytest.mark.parametrize(
    ("policy", "halts", "comes_later"), [("halt", True, False), ("bypass", False, False), ("wait", False, True)]
)
def test_a_missed_deadline_is_an_input_and_its_policy_follows(policy: Any, halts: bool, comes_later: bool) -> None:
    desk = make_desk(Script("asks", asks_once, hears=(BarClosed, running.WorkCompleted), on_failure=policy))
    run(desk, {"slow": SlowWorker(4 * HOUR)}, count=8)
    late = next(kept for kept in desk.sink.records if kept.type is running.ModuleLate)
    assert late.event.policy == policy
    assert late.time == START + 3 * HOUR
    assert ("book.halted" in desk.sink.names()) is halts
    completed = [kept.time for kept in desk.sink.records if kept.type is running.WorkCompleted]
    assert completed == ([START + 5 * HOUR] if comes_later else [])


def test_a_timer_comes_before_a_row_of_the_same_time() -> None:
    def wakes(self: Script, event: Any, context: Any) -> Sequence[Event]:
        if type(event) is BarClosed and len(self.heard) == 1:
            return [running.TimerRequested(module=self.name, timer="wake", due=context.time + HOUR)]
        return ()

    desk = make_desk(Script("sleeper", wakes, hears=(BarClosed, running.TimerFired)))
    run(desk)
    heard = desk.kernel.cascades.modules[0].heard
    assert [type(event).__name__ for event in heard] == ["BarClosed", "TimerFired", "BarClosed", "BarClosed"]
    fired = next(kept for kept in desk.sink.records if kept.type is running.TimerFired)
    assert fired.time == START + 2 * HOUR
