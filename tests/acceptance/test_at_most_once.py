"""At most once, and no fill unaccounted: an order whose outcome is unknown at a terminal that cannot be asked twice."""

from pathlib import Path

import pytest

from tallystick.events.reader import LogReader
from tallystick.events.types.account import AccountReleased, AccountRestricted, ForeignTradeSeen
from tallystick.events.types.trading import DealMade, OrderAbandoned, OrderAnswered, OrderDenied, OrderSending
from tallystick.market.instrument import LOT
from tallystick.platform.mt5.at_most_once import unanswered
from tests.acceptance.outside import Desk, Fate, ProcessDied

UP = ("EURUSD", 1)


def test_an_answered_order_is_accounted_and_nothing_is_restricted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.trade(10, UP)
    assert desk.outside.calls == [1]
    assert [each.volume for each in desk.kernel.ledger.state.positions.values()] == [LOT // 10]
    assert desk.told(AccountRestricted, OrderAbandoned) == []
    assert desk.once.unknown == []


@pytest.mark.parametrize("fate", ["answer lost", "never reached", "timeout code"])
def test_an_order_of_unknown_outcome_is_never_sent_again_and_the_account_only_reduces(
    tmp_path: Path, fate: Fate
) -> None:
    desk = Desk(tmp_path, "answered", fate)
    desk.trade(30, ("XAUUSD", 1))
    desk.trade(30, UP)
    assert desk.once.unknown == [2]
    assert [each.order for each in desk.told(AccountRestricted)] == [2]
    desk.trade(30, ("NZDUSD", -1))
    denied = desk.told(OrderDenied)
    assert [each.rule for each in denied] == ["halt"]
    assert "may only reduce until the outcome of an order is known" in denied[0].detail
    desk.trade(30, ("XAUUSD", 0))
    assert [each.entry for each in desk.told(DealMade) if each.symbol == "XAUUSD"] == ["in", "out"]
    assert desk.outside.calls == [1, 2, desk.told(OrderSending)[-1].order]
    assert len(set(desk.outside.calls)) == 3


def test_an_order_that_was_certainly_not_sent_is_abandoned_at_once_and_nothing_is_restricted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "not sent")
    desk.trade(10, UP)
    assert [each.reason for each in desk.told(OrderAbandoned)] == ["not sent: the terminal is away"]
    assert desk.told(AccountRestricted) == []
    desk.trade(30, ("EURUSD", -1))
    assert desk.outside.calls[0] == 1
    assert len(set(desk.outside.calls)) == len(desk.outside.calls) == 2


def test_an_order_found_by_its_magic_is_accounted_and_the_account_released(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "answer lost")
    desk.trade(10, UP)
    assert desk.kernel.ledger.state.positions == {}
    desk.look(5)
    assert [each.symbol for each in desk.kernel.ledger.state.positions.values()] == ["EURUSD"]
    sending = desk.told(OrderSending)[0]
    told = list(LogReader(tmp_path).envelopes())
    seq = next(each.seq for each in told if each.event == sending)
    facts = [each for each in told if isinstance(each.event, OrderAnswered | DealMade) and each.event.order == 1]
    assert [(each.cause, each.source) for each in facts] == [(seq, "mt5")] * 2
    assert len(desk.told(AccountReleased)) == 1
    desk.trade(30, ("NZDUSD", -1))
    assert desk.outside.calls == [1, 2]


def test_an_order_found_nowhere_is_abandoned_after_the_quiet_period(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "never reached")
    desk.trade(10, UP)
    desk.look(0)
    desk.look(59)
    assert desk.told(OrderAbandoned) == []
    assert desk.once.unknown == [1]
    desk.look(1)
    assert [each.order for each in desk.told(OrderAbandoned)] == [1]
    assert "not in the terminal's history" in desk.told(OrderAbandoned)[0].reason
    assert [each.order for each in desk.told(AccountReleased)] == [1]
    assert desk.outside.calls.count(1) == 1


def test_strategies_decide_anew_after_an_abandoned_order(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "never reached")
    desk.trade(10, UP)
    desk.look(0)
    desk.look(60)
    desk.trade(30, ("EURUSD", -1))
    assert desk.outside.calls[0] == 1
    assert len(desk.outside.calls) == 2
    assert [each.direction for each in desk.kernel.ledger.state.positions.values()] == [-1]


def test_a_terminal_that_cannot_be_asked_extends_the_quiet_period(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "never reached")
    desk.trade(10, UP)
    for _ in range(10):
        desk.look(50)
        desk.look(50, reachable=False)
    desk.look(0)
    desk.look(59)
    assert desk.told(OrderAbandoned) == []
    desk.look(1)
    assert len(desk.told(OrderAbandoned)) == 1


def test_the_account_is_released_only_when_no_order_is_unknown_any_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "answered", "answered", "answer lost", "never reached")
    desk.trade(30, UP, ("XAUUSD", 1))
    desk.trade(30, ("EURUSD", 0), ("XAUUSD", 0))
    assert desk.once.unknown == [3, 4]
    desk.look(5)
    assert desk.once.unknown == [4]
    assert desk.told(AccountReleased) == []
    desk.look(60)
    assert len(desk.told(AccountReleased)) == 1


def test_a_sending_that_a_crash_left_unanswered_is_looked_for_and_not_sent_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "process dies")
    with pytest.raises(ProcessDied):
        desk.trade(10, UP)
    desk.die()
    assert [each.order for each in unanswered(LogReader(tmp_path))] == [1]
    later = Desk(tmp_path, after=desk)
    assert later.outside.calls == [1], "recovery does not call the terminal"
    later.once.after_crash(LogReader(tmp_path))
    assert [each.order for each in later.told(AccountRestricted)] == [1]
    later.trade(30, ("NZDUSD", -1))
    assert [each.rule for each in later.told(OrderDenied)] == ["halt"]
    later.look(5)
    assert later.outside.calls == [1]
    assert [each.symbol for each in later.kernel.ledger.state.positions.values()] == ["EURUSD"]
    assert len(later.told(AccountReleased)) == 1
    assert unanswered(LogReader(tmp_path)) == []


def test_what_others_did_on_the_account_is_recorded_and_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    seen = ForeignTradeSeen(
        account="demo", deal=9, position=77, symbol="EURUSD", type="buy", volume=LOT, price=1.37, magic=4711
    )
    desk.outside.foreign.append(seen)
    desk.look(0)
    assert desk.told(ForeignTradeSeen) == [seen]
    positions = desk.kernel.ledger.state.positions
    assert [(each.ticket, each.direction, each.volume, each.strategy) for each in positions.values()] == [
        (77, 1, LOT, "")
    ]
    account = desk.kernel.cascades.contexts[0].account
    assert account is not None
    assert account.margin > 0
    sold = ForeignTradeSeen(
        account="demo", deal=10, position=77, symbol="EURUSD", type="sell", volume=LOT // 4, price=1.38, magic=4711
    )
    desk.outside.foreign.append(sold)
    desk.look(0)
    assert [each.volume for each in positions.values()] == [LOT - LOT // 4]
    desk.trade(20, ("EURUSD", 0))
    assert desk.outside.calls == [], "what others hold is not ours to close"
