"""A cancel that the closed market refused: said again at the opening, once, and only while there is what to cancel."""

from typing import Any

import pytest

from tallystick.events.types.trading import IntentRaised, OrderRequested
from tests.unit.orders.broker import MARKET_CLOSED, NO_MONEY, STEP, Broker

HOUR = 3_600 * 10**9
LEFT = ["filled", "expired", "cancelled"]


def sleeping(**how: Any) -> Broker:
    """A desk on which EURUSD opens in seven hours, whenever it is asked."""
    return Broker(opening=lambda symbol, time: time + 7 * HOUR if symbol == "EURUSD" else time, **how)


def intent(action: Any, ticket: int = 0, symbol: str = "EURUSD", strategy: str = "ema") -> IntentRaised:
    return IntentRaised(
        strategy=strategy,
        symbol=symbol,
        action=action,
        side="buy",
        kind="limit",
        volume=5 * STEP if action == "pending" else 0,
        price=1.29 if action == "pending" else 0.0,
        stop_loss=0.0,
        take_profit=0.0,
        ticket=ticket,
        expires=0,
    )


def placed(broker: Broker, symbol: str = "EURUSD") -> int:
    """The ticket of a pending order that stands."""
    broker.hear(intent("pending", symbol=symbol))
    return broker.place()


def refused(broker: Broker, ticket: int, retcode: int = MARKET_CLOSED, symbol: str = "EURUSD") -> None:
    """A cancel of it that the terminal refuses."""
    broker.hear(intent("cancel", ticket, symbol))
    broker.reject(retcode)


def cancels(asked: list[OrderRequested]) -> list[tuple[str, str, int, bool]]:
    return [(one.strategy, one.symbol, one.ticket, one.reduces) for one in asked if one.purpose == "cancel"]


@pytest.mark.parametrize("snapshots", [False, True])
def test_a_cancel_refused_in_known_closed_hours_is_said_again_when_they_end_however_often(snapshots: bool) -> None:
    broker = sleeping()
    broker.snapshots = snapshots
    ticket = placed(broker)
    refused(broker, ticket)
    for _ in range(5):
        assert broker.waiting == []
        assert broker.timers == {f"cancel/{ticket}": broker.now + 7 * HOUR}
        broker.fire()
        assert cancels(broker.waiting) == [("ema", "EURUSD", ticket, True)]
        broker.reject(MARKET_CLOSED)
    broker.fire()
    broker.remove(ticket)
    assert broker.ledger.state.orders == {}
    assert (broker.waiting, broker.timers) == ([], {})
    numbers = [one.order for one in broker.asked]
    assert numbers == list(range(100, 100 + len(numbers))), "each is an order of its own"


@pytest.mark.parametrize("state", LEFT)
@pytest.mark.parametrize("snapshots", [False, True])
def test_an_order_that_is_gone_by_the_opening_is_not_cancelled_again(state: str, snapshots: bool) -> None:
    broker = sleeping()
    broker.snapshots = snapshots
    ticket = placed(broker)
    refused(broker, ticket)
    broker.end(ticket, state)
    broker.fire()
    assert broker.waiting == []
    assert broker.orders.freeze()["cancels"] == []


def test_an_order_whose_cancel_is_on_its_way_is_not_cancelled_a_second_time() -> None:
    broker = sleeping()
    ticket = placed(broker)
    refused(broker, ticket)
    broker.hear(intent("cancel", ticket))
    broker.fire()
    assert cancels(broker.waiting) == [("ema", "EURUSD", ticket, True)]
    broker.remove(ticket)
    assert broker.waiting == []


def test_a_cancel_said_again_and_again_in_closed_hours_is_repeated_once() -> None:
    broker = sleeping()
    first, second = placed(broker), placed(broker)
    for ticket in (first, second, first, first):
        refused(broker, ticket)
    assert sorted(broker.timers) == sorted([f"cancel/{first}", f"cancel/{second}"])
    broker.fire()
    assert sorted(cancels(broker.waiting)) == [("ema", "EURUSD", ticket, True) for ticket in (first, second)]


def test_only_a_closed_market_whose_hours_are_known_is_waited_for() -> None:
    broker = sleeping()
    refused(broker, placed(broker), NO_MONEY)
    refused(broker, placed(broker, "XAUUSD"), symbol="XAUUSD")
    assert (broker.waiting, broker.timers) == ([], {})


def test_a_ticket_that_is_no_pending_order_of_the_symbol_is_not_kept() -> None:
    broker = sleeping()
    refused(broker, placed(broker, "XAUUSD"))
    refused(broker, 4711)
    assert (broker.timers, broker.orders.freeze()["cancels"]) == ({}, [])


def test_a_target_of_the_symbol_goes_on_beside_a_cancel_that_waits() -> None:
    broker = sleeping()
    broker.target(10)
    broker.fill_all()
    ticket = placed(broker)
    broker.target(0)
    broker.reject(MARKET_CLOSED)
    refused(broker, ticket)
    assert sorted(broker.timers) == [f"cancel/{ticket}", "ema/EURUSD"]
    broker.fire()
    assert sorted(one.purpose for one in broker.waiting) == ["cancel", "close"]
