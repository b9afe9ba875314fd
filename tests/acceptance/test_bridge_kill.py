"""`kill -9` of the bridge's child during `order_send`, all six actions, each at 100 [10] random moments.

The fake server's journal is the truth: no order comes in twice, every deal it made is in the book's log, and an order
is abandoned exactly when the server did not carry it out.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.events.types.account import ForeignTradeSeen, PositionProtected
from tallystick.events.types.trading import DealMade, IntentRaised, OrderAbandoned, OrderAnswered, OrderSending
from tests.acceptance.books import FULL
from tests.fakes.MetaTrader5.faults import Fate, plan_fate
from tests.unit.kernel.live_kit import Crossing
from tests.unit.mt5.bridge.kit import SECOND, Bench, Clock, bench, wish

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 100 if FULL else 10
BEFORE_S, AFTER_S, LATE_S = 0.04, 0.04, 0.3
LONGEST_S = 0.14
"""A turn with an order: the quote, the checkpoint, the call itself (at least 0.08 s), the history."""
DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_killed_bridge_sends_nothing_twice_and_leaves_no_deal_out(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    print(f"seed {seed}")
    with bench(tmp_path) as desk:
        desk.tick()
        for action in chance.sample(list(ACTIONS), len(ACTIONS)):
            order_as_killed(desk, action, chance)
        require_accounted(desk)
        assert desk.line.process.starts >= 1


def order_as_killed(desk: Bench, action: int, chance: random.Random) -> None:
    """One order of this action, the child killed at a random moment of it; then the book finds out what came of it."""
    say = ACTIONS[action](desk)
    before = len(desk.told(OrderSending))
    plan_fate(desk.fake, Fate(before_s=BEFORE_S, after_s=AFTER_S, deal_late_s=chance.choice((0.0, 0.0, LATE_S))))
    moment = chance.uniform(0, LONGEST_S)
    with desk.killing(moment):
        say()
    (desk.fake / "fate.json").unlink(missing_ok=True)  # the child may have died before it was asked
    come_to_rest(desk)
    sent = desk.told(OrderSending)[before:]
    assert [each.action for each in sent] == [action]
    require_truth(desk, sent[0])
    print(f"action {action}: killed after {moment * 1000:.0f} ms, {what_came(desk, sent[0])}")


def come_to_rest(desk: Bench) -> None:
    """Turns until nothing is unknown any more; a minute of quiet passes where the terminal knows of nothing."""
    desk.turn()
    time.sleep(LATE_S)  # the server's own time, in which a deal may still be on its way into the history
    for _ in range(3):
        desk.turn(31)
    assert not desk.book.kernel.ledger.state.restricted


def require_truth(desk: Bench, sending: OrderSending) -> None:
    """Answered as done when the server carried it out; abandoned, or refused, when it did not."""
    answers = [each.retcode for each in desk.told(OrderAnswered) if each.order == sending.order]
    abandoned = [each.order for each in desk.told(OrderAbandoned) if each.order == sending.order]
    if sending.magic in magics(desk, "executed"):
        assert (len(answers), abandoned) == (1, [])
        assert answers[0] in {10008, 10009}
    else:
        assert (answers, abandoned) == ([], [sending.order])


def require_accounted(desk: Bench) -> None:
    """Nothing twice, no deal left out, the balance to the cent, the stops as they stand."""
    received = Counter(magics(desk, "received"))
    assert set(received.values()) == {1}
    assert set(received) <= {each.magic for each in desk.told(OrderSending)}
    deals = desk.told(DealMade)[1:]  # the first is the account as the book began
    assert sorted(each.deal for each in deals) == sorted(each["ticket"] for each in desk.server.deals())
    assert desk.told(ForeignTradeSeen) == []
    assert deals[-1].balance == round(desk.server.account()["balance"] * 100)
    held = {each["ticket"]: (each["sl"], each["tp"]) for each in desk.server.positions()}
    ours = desk.book.kernel.ledger.state.positions
    assert {ticket: (each.stop_loss, each.take_profit) for ticket, each in ours.items()} == held


def what_came(desk: Bench, sending: OrderSending) -> str:
    facts = [*desk.told(OrderAnswered, OrderAbandoned)]
    last = next(each for each in reversed(facts) if each.order == sending.order)
    return f"abandoned: {last.reason}" if isinstance(last, OrderAbandoned) else f"{last.retcode} {last.comment}"


def magics(desk: Bench, kind: str) -> list[int]:
    """Magic numbers of the requests that the server's journal holds."""
    lines = (desk.fake / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [line[kind]["magic"] for line in map(json.loads, lines) if kind in line]


# -- what has to stand before each action, and how it is said


def position(desk: Bench, side: str = "buy") -> int:
    """A new position, opened in peace."""
    before = set(desk.book.kernel.ledger.state.positions)
    desk.tick(wish("open", side=side))
    desk.turn()
    (ticket,) = set(desk.book.kernel.ledger.state.positions) - before
    return ticket


def pending(desk: Bench) -> int:
    """A new pending order, placed in peace."""
    desk.tick(wish("pending", kind="limit", price=1.09))
    ticket: int = desk.told(OrderAnswered)[-1].ticket
    return ticket


def saying(desk: Bench, intent: IntentRaised) -> Callable[[], None]:
    return lambda: desk.tick(intent)


def protecting(desk: Bench) -> Callable[[], None]:
    return saying(desk, wish("protect", ticket=position(desk), stop_loss=1.08, take_profit=1.12))


def modifying(desk: Bench) -> Callable[[], None]:
    ticket = pending(desk)
    return saying(desk, wish("protect", ticket=ticket, kind="limit", price=1.085, stop_loss=1.07))


def closing_by(desk: Bench) -> Callable[[], None]:
    one, other = position(desk), position(desk, "sell")
    number = 900_000 + desk.ticked
    like = desk.told(OrderSending)[-1]
    sending = OrderSending(
        **{
            **{name: getattr(like, name) for name in like.__struct_fields__},
            "order": number,
            "magic": 1_000_000_000 + number,
            "action": CLOSE_BY,
            "position": one,
            "opposite": other,
            "price": 0.0,
            "comment": f"tallystick {number}",
        }
    )
    return lambda: desk.sending(sending)


ACTIONS: dict[int, Callable[[Bench], Callable[[], None]]] = {
    DEAL: lambda desk: saying(desk, wish("open", stop_loss=1.08)),
    PENDING: lambda desk: saying(desk, wish("pending", kind="limit", price=1.095)),
    SLTP: protecting,
    MODIFY: modifying,
    REMOVE: lambda desk: saying(desk, wish("cancel", ticket=pending(desk))),
    CLOSE_BY: closing_by,
}


@pytest.mark.parametrize("seed", range(MOMENTS // 3))
def test_a_book_that_is_killed_beside_its_bridge_goes_on_without_a_second_call(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    words = [sys.executable, "-m", "tests.unit.mt5.bridge.doomed_book", str(tmp_path)]
    book = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE)
    assert book.stdout is not None
    assert book.stdout.readline() == b"ready\n"
    moment = chance.uniform(0.2, 2.0)
    time.sleep(moment)
    book.kill()  # its bridge's child is at its last call, perhaps, and ends after it
    book.communicate()
    with bench(tmp_path, strategy=Crossing(), clock=Clock(100_000 * SECOND)) as desk:
        open_before = desk.book.kernel.ledger.state.restricted
        come_to_rest(desk)
        require_accounted(desk)
        sent = [each.order for each in desk.told(OrderSending)]
        over = [each.order for each in desk.told(OrderAnswered, OrderAbandoned)]
        assert sorted(over) == sorted(set(over))
        assert set(sent) <= set(over)
        print(f"seed {seed}: killed after {moment:.2f} s, {len(sent)} orders, one of them open: {open_before}")


def test_stops_that_a_person_moves_are_told(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        ticket = position(desk)
        moved = {"action": SLTP, "magic": 0, "position": ticket, "sl": 1.01, "tp": 0.0}
        desk.server.executed(moved)
        desk.turn()
        assert [(each.position, each.stop_loss) for each in desk.told(PositionProtected)] == [(ticket, 1.01)]
