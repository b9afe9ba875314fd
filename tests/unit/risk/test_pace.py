"""Duplicates, message rate, the repeated-execution latch: memory that survives a snapshot."""

from typing import Any

import msgspec
import pytest

from tallystick.events.types.running import BookResumed
from tallystick.events.types.trading import OrderDenied, OrderRequested
from tallystick.platform.risk import Pace, Risk, RiskSettings
from tests.unit.risk.desk import (
    BUY,
    CANCEL,
    CLOSE,
    MONDAY_NOON,
    SECOND_NS,
    FakeContext,
    in_flight,
    like,
    position,
    quote,
)

RESUMED = BookResumed(person="p", reason="looked", head=b"", signature=b"")


class Desk:
    """Risk with its clock: every order has its own number and content unless told otherwise."""

    def __init__(self, **pace: int) -> None:
        self.risk = Risk(RiskSettings(pace=Pace(**pace), position_volume_max=10**15, exposure_value_max=10**15))
        self.number = 100
        self.now = MONDAY_NOON

    def ask(self, request: OrderRequested = BUY, *, after_ns: int = 0, same: bool = False) -> str:
        """Name of the refusing rule, or nothing."""
        self.now += after_ns
        self.number += 1
        stop = 0.0 if same else 1.0 + self.number / 100_000
        quotes = {"EURUSD": quote("EURUSD", 1.3, 1.3001, self.now)}
        pending = {2: in_flight(like(BUY, order=2, purpose="pending", kind="limit"), "placed", ticket=91)}
        desk = FakeContext(time=self.now, quotes=quotes, positions={55: position(volume=10**12)}, orders=pending)
        asked = like(request, order=self.number, stop_loss=request.stop_loss if request.reduces else stop)
        (said,) = self.risk.react(asked, desk)
        self.risk = thawed(self.risk)
        return said.rule if isinstance(said, OrderDenied) else ""


def thawed(risk: Risk) -> Risk:
    """The same risk after a snapshot."""
    again = Risk(risk.limits)
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(risk.freeze())))
    assert again.freeze() == risk.freeze()
    return again


def test_the_same_content_within_the_window_is_a_duplicate_and_after_it_is_not() -> None:
    desk = Desk(duplicate_window_s=5)
    assert desk.ask(same=True) == ""
    assert desk.ask(same=True) == "duplicate"
    assert desk.ask(same=True, after_ns=5 * SECOND_NS - 1) == "duplicate"
    assert desk.ask(same=True, after_ns=1) == ""
    assert desk.ask() == ""


def test_another_side_price_or_strategy_is_no_duplicate() -> None:
    desk = Desk(duplicate_window_s=5)
    assert desk.ask(same=True) == ""
    for other in (like(BUY, side="sell", price=1.3), like(BUY, price=1.30005), like(BUY, strategy="z")):
        assert desk.ask(other, same=True) == ""


def test_the_bucket_holds_its_burst_and_refills_at_its_rate() -> None:
    desk = Desk(messages_per_s=2, messages_burst=3)
    assert [desk.ask() for _ in range(4)] == ["", "", "", "message_throttle"]
    assert desk.ask(after_ns=SECOND_NS // 2 - 1) == "message_throttle"
    assert desk.ask(after_ns=1) == ""
    assert desk.ask() == "message_throttle"
    assert [desk.ask(after_ns=SECOND_NS // 2) for _ in range(5)] == [""] * 5


def test_reductions_and_cancels_count_as_messages_but_are_never_held_back() -> None:
    desk = Desk(messages_per_s=1, messages_burst=2)
    assert [desk.ask(CLOSE) for _ in range(5)] == [""] * 5
    assert [desk.ask(CANCEL) for _ in range(5)] == [""] * 5
    assert desk.ask() == "message_throttle"
    assert desk.ask(after_ns=8 * SECOND_NS) == "message_throttle"
    assert desk.ask(after_ns=SECOND_NS) == ""


def test_too_many_executions_latch_the_strategy_until_a_person_resumes() -> None:
    desk = Desk(repeats_max=3, repeats_window_s=60)
    assert [desk.ask(after_ns=SECOND_NS) for _ in range(3)] == ["", "", ""]
    assert desk.ask(after_ns=SECOND_NS) == "repeated_execution"
    assert desk.risk.latched == {"ema": desk.now}
    assert desk.ask(after_ns=10_000 * SECOND_NS) == "repeated_execution"
    sell = like(BUY, side="sell", price=1.3)
    assert desk.ask(like(sell, stop_loss=0.0), same=True) == "repeated_execution"
    assert desk.ask(like(BUY, strategy="z")) == ""
    assert desk.ask(CLOSE) == ""
    assert desk.risk.react(RESUMED, FakeContext()) == ()
    assert desk.risk.latched == {}
    assert desk.ask() == ""


def test_executions_older_than_the_window_do_not_count() -> None:
    desk = Desk(repeats_max=2, repeats_window_s=60)
    assert [desk.ask(after_ns=30 * SECOND_NS) for _ in range(6)] == [""] * 6
    assert desk.ask(after_ns=30 * SECOND_NS - 1) == "repeated_execution"


def test_denied_orders_count_for_no_pace() -> None:
    desk = Desk(repeats_max=2, messages_burst=2, duplicate_window_s=5)
    too_big = like(BUY, volume=10**12)
    assert [desk.ask(too_big, same=True) for _ in range(5)] == ["volume_max"] * 5
    assert desk.ask(same=True) == ""


def test_the_period_collar_remembers_where_the_period_began() -> None:
    risk = Risk(RiskSettings())

    def ask(bid: float, after_s: int, order: int) -> Any:
        time = MONDAY_NOON + after_s * SECOND_NS
        ask_price = round(bid + 0.0001, 5)
        desk = FakeContext(time=time, quotes={"EURUSD": quote("EURUSD", bid, ask_price, time)})
        (said,) = risk.react(like(BUY, order=order, price=ask_price), desk)
        return said.rule if isinstance(said, OrderDenied) else ""

    assert ask(1.3000, 0, 1) == ""
    assert ask(1.3640, 1_800, 2) == ""
    assert ask(1.3700, 3_599, 3) == "price_collar_period"
    assert ask(1.3700, 3_600, 4) == ""


@pytest.mark.parametrize("seed", range(3))
def test_a_verdict_depends_on_nothing_but_what_it_was_given(seed: int) -> None:
    first, second = Desk(messages_burst=5), Desk(messages_burst=5)
    for step in range(40):
        wait = (seed * 7 + step * 13) % 5 * SECOND_NS // 10
        assert first.ask(after_ns=wait) == second.ask(after_ns=wait)
    assert first.risk.freeze() == second.risk.freeze()
