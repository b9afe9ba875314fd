"""What happened on the account is told once, in order, with its money, whoever did it and whenever it shows."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.types.account import (
    AccountOpened,
    AccountReleased,
    AccountRestricted,
    ForeignTradeSeen,
    PositionProtected,
)
from tallystick.events.types.trading import (
    DealMade,
    OrderAbandoned,
    OrderAnswered,
    OrderDenied,
    OrderEnded,
    OrderSending,
    OrderTriggered,
)
from tallystick.market.instrument import LOT
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.mt5.bridge.errors import ServerClockError, WrongTerminalError
from tallystick.platform.mt5.bridge.line import Patience
from tallystick.platform.mt5.bridge.outcomes import FRESH_PRICE, REFUSED, STATE_CHECK, outcome_of
from tallystick.platform.mt5.retcodes import CARRIED_OUT
from tallystick.platform.plan import plan_from_json
from tests.fakes.MetaTrader5.faults import Fate, Fault, plan_fate, plan_fault
from tests.fakes.MetaTrader5.ledger import CLOSE_BY, DEAL, Ledger
from tests.unit.kernel.kit import quotes
from tests.unit.kernel.live_kit import Crossing
from tests.unit.mt5.bridge.kit import Bench, bench, wish, write

SL = 4


def deals(desk: Bench) -> list[DealMade]:
    """Deals the log holds, without the account as the book began."""
    return desk.told(DealMade)[1:]


def position(desk: Bench) -> int:
    return next(iter(desk.book.kernel.ledger.state.positions))


def test_an_order_and_its_deal_are_told_with_the_balance_to_the_cent(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.tick(wish("open", stop_loss=1.08))
        desk.tick(wish("close", ticket=position(desk)))
        assert [(each.entry, each.profit, each.commission, each.balance) for each in deals(desk)] == [
            ("in", 0, -35, 999_965),
            ("out", -100, -35, 999_830),
        ]
        assert [each.retcode for each in desk.told(OrderAnswered)] == [10009, 10009]
        assert desk.told(AccountRestricted, PositionProtected, ForeignTradeSeen) == []
        assert desk.book.kernel.ledger.state.positions == {}


def test_a_deal_that_shows_late_holds_its_answer_back(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(deal_late_s=3600))
        desk.tick(wish("open"))
        assert desk.told(OrderAnswered) == []
        desk.turn(5)
        assert desk.told(OrderAnswered) == []
        desk.turn(6)
        assert [each.retcode for each in desk.told(OrderAnswered)] == [10009], (
            "after ten seconds it is told all the same"
        )
        assert desk.told(AccountRestricted) == []


def test_a_deal_that_shows_late_has_the_balance_of_its_own(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(deal_late_s=0.5))
        desk.tick(wish("open"))
        for _ in range(6):
            desk.turn()
        assert deals(desk) == []
        time.sleep(0.5)
        desk.turn()
        assert [each.balance for each in deals(desk)] == [999_965]
        assert [type(each) for each in desk.told(DealMade, OrderAnswered)[1:]] == [DealMade, OrderAnswered]


@pytest.mark.parametrize("call", ["history_deals_get", "account_info"])
def test_a_deal_is_told_although_the_terminal_fell_silent_while_it_was_looked_for(tmp_path: Path, call: str) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(deal_late_s=0.1))
        desk.tick(wish("open", stop_loss=1.08))
        time.sleep(0.2)
        plan_fault(desk.fake, call, Fault(error=(-10005, "IPC timeout")))
        desk.turn()
        assert deals(desk) == []
        desk.turn()
        assert [each.deal for each in deals(desk)] == [each["ticket"] for each in desk.server.deals()]


def test_a_call_of_an_order_that_hangs_is_ended_and_the_order_is_never_sent_again(tmp_path: Path) -> None:
    with bench(tmp_path, patience=Patience(send_s=0.5)) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(before_s=30))
        desk.tick(wish("open"))
        (restricted,) = desk.told(AccountRestricted)
        assert restricted.reason == "order_send took longer than 0.5 s; the child was ended"
        for _ in range(3):
            desk.turn(31)
        assert [each.order for each in desk.told(OrderAbandoned)] == [1]
        assert desk.server.deals() == []


@pytest.mark.parametrize("error", [(-10001, "IPC send failed"), (-10002, "IPC recv failed"), (-10005, "IPC timeout")])
@pytest.mark.parametrize("executes", [True, False])
def test_a_lost_answer_restricts_the_account_until_the_history_says_what_came_of_it(
    tmp_path: Path, error: tuple[int, str], executes: bool
) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(error=error, executes=executes))
        desk.tick(wish("open"))
        (restricted,) = desk.told(AccountRestricted)
        assert str(error[0]) in restricted.reason
        if not executes:
            desk.tick(wish("open", side="sell"))
            assert [each.rule for each in desk.told(OrderDenied)] == ["halt"]
            desk.turn(30)
            assert desk.told(OrderAbandoned) == []
            desk.turn(31)
            assert [each.order for each in desk.told(OrderAbandoned)] == [1]
        desk.turn()
        assert [each.comment for each in desk.told(OrderAnswered)] == (["found in the history"] if executes else [])
        assert len(deals(desk)) == executes
        assert len(desk.told(AccountReleased)) == 1


@pytest.mark.parametrize("code", [10011, 10012, 10024, 10028, 10031, 10099])
def test_a_return_code_that_leaves_it_open_is_followed_by_a_look_at_the_history(tmp_path: Path, code: int) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(retcode=code))
        desk.tick(wish("open"))
        assert [each.reason for each in desk.told(AccountRestricted)] == [f"return code {code} leaves it open"]
        desk.turn()
        assert [(each.retcode, each.comment) for each in desk.told(OrderAnswered)] == [(10009, "found in the history")]
        assert len(deals(desk)) == 1


def test_an_order_the_terminal_refused_or_never_took_ends_at_once(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(retcode=10004, executes=False))
        desk.tick(wish("open"))
        assert [each.retcode for each in desk.told(OrderAnswered)] == [10004]
        plan_fate(desk.fake, Fate(error=(-10004, "No IPC connection"), executes=False))
        desk.tick(wish("open"))
        (abandoned,) = desk.told(OrderAbandoned)
        assert abandoned.reason == "not sent: the terminal has not taken it: -10004 'No IPC connection'"
        assert desk.told(AccountRestricted) == []


def test_a_refused_price_is_tried_again_as_a_new_order_at_most_three_times(tmp_path: Path) -> None:
    with bench(tmp_path, strategy=Crossing()) as desk:
        for _ in range(8):
            plan_fate(desk.fake, Fate(retcode=10020, executes=False))
            desk.tick()
            plan_fate(desk.fake, Fate(retcode=10020, executes=False))
            desk.turn(61)
        numbers = [each.order for each in desk.told(OrderSending)]
        assert numbers == [1, 2, 3, 4]
        assert [each.retcode for each in desk.told(OrderAnswered)] == [10020] * 4


def test_while_the_terminal_is_away_nothing_is_sent_and_what_happened_is_told_afterwards(tmp_path: Path) -> None:
    with bench(tmp_path, pauses_s=(0.0, 3600.0), remembered_s=2.0) as desk:
        desk.tick()
        desk.tick(wish("open"))
        ticket = position(desk)
        desk.line.process.kill()
        desk.line.connect()
        desk.line.process.kill()  # the second death: the next start is an hour away, or when the first is forgotten
        desk.server.executed(desk.server.request(DEAL, position=ticket, type=1), reason=SL)
        desk.wishes.waiting.append(wish("open", side="sell"))
        desk.book.arrive(quotes([1.1]))
        desk.turn()
        (given_up,) = desk.told(OrderAbandoned)
        assert given_up.reason.startswith("not sent: the terminal is away: the bridge's child has died 2 times")
        assert len(deals(desk)) == 1
        time.sleep(2.1)
        desk.turn()
        assert [each.reason for each in deals(desk)] == ["expert", "sl"]


def test_what_the_terminal_does_by_itself_is_told_with_its_reason(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.tick(wish("open", stop_loss=1.08))
        magic = desk.told(OrderSending)[0].magic
        close = desk.server.request(DEAL, position=position(desk), type=1, magic=magic, volume=0.04)
        desk.server.executed(close, reason=SL)
        desk.server.executed({**close, "volume": 0.06, "magic": 0}, reason=0)
        desk.turn()
        told = [(each.order, each.reason, each.entry, each.volume) for each in deals(desk)[1:]]
        assert told == [(-1, "sl", "out", LOT * 4 // 100), (-1, "client", "out", LOT * 6 // 100)]
        assert desk.book.kernel.ledger.state.positions == {}
        assert desk.told(ForeignTradeSeen) == []


def test_a_pending_order_that_fills_or_lapses_is_ended_after_its_deal(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.tick(wish("pending", kind="limit", price=1.09, stop_loss=1.08))
        ticket = desk.told(OrderAnswered)[0].ticket
        desk.server.filled(ticket)
        desk.turn()
        facts = desk.told(DealMade, OrderEnded)[1:]
        assert [type(each) for each in facts] == [DealMade, OrderEnded]
        assert (facts[0].order, facts[1].state) == (1, "filled")
        held = desk.book.kernel.ledger.state.positions[ticket]
        assert (held.strategy, held.stop_loss) == ("wishes", 1.08)


def test_trades_of_others_and_money_paid_in_are_told_and_the_balance_stays_right(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.server.executed(desk.server.request(DEAL, magic=4711))
        desk.server.paid_in(500.0)
        desk.turn()
        (foreign,) = desk.told(ForeignTradeSeen)
        assert (foreign.magic, foreign.type, foreign.volume) == (4711, "buy", LOT // 10)
        (paid,) = deals(desk)
        assert (paid.type, paid.profit, paid.balance) == ("balance", 50_000, 1_049_965)
        assert desk.book.kernel.ledger.state.balance == round(desk.server.account()["balance"] * 100)


def test_what_stood_before_the_book_began_is_foreign_and_counts_and_old_deals_are_not_told(tmp_path: Path) -> None:
    (tmp_path / "fake").mkdir()
    write(tmp_path / "fake" / "clock.json", {"offset_s": 7_200.0})
    server = Ledger(tmp_path / "fake")
    server.executed(server.request(DEAL, magic=77, volume=0.3))
    with bench(tmp_path) as desk:
        desk.tick()
        (seen,) = desk.told(ForeignTradeSeen)
        assert (seen.magic, seen.volume, seen.deal) == (77, 3 * LOT // 10, 0)
        assert deals(desk) == []
        assert [each.volume for each in desk.book.kernel.ledger.state.positions.values()] == [3 * LOT // 10]


def test_an_order_that_is_executed_after_it_was_abandoned_is_accounted_all_the_same(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        plan_fate(desk.fake, Fate(die="before"))
        desk.tick(wish("open"))
        for _ in range(3):
            desk.turn(31)
        assert [each.order for each in desk.told(OrderAbandoned)] == [1]
        sending = desk.told(OrderSending)[0]
        desk.server.executed(desk.server.request(DEAL, magic=sending.magic))
        desk.turn()
        (made,) = deals(desk)
        assert (made.order, made.magic) == (1, sending.magic)
        assert [each.volume for each in desk.book.kernel.ledger.state.positions.values()] == [LOT // 10]


class BookDied(BaseException):
    """The book's process ends here."""


@pytest.mark.parametrize("executed", [True, False])
def test_a_book_whose_process_died_goes_on_from_its_log(tmp_path: Path, executed: bool) -> None:
    with pytest.raises(BookDied), bench(tmp_path) as desk:  # noqa: PT012 -- where it dies is the point
        desk.tick()
        desk.tick(wish("open", stop_loss=1.08))
        plan_fate(desk.fake, Fate(die="after" if executed else "before"))
        desk.tick(wish("open", side="sell"))
        assert len(desk.told(AccountRestricted)) == 1
        raise BookDied
    server = Ledger(tmp_path / "fake")
    server.executed(server.request(DEAL, magic=4711))  # meanwhile
    with bench(tmp_path, strategy=desk.wishes, clock=replace(desk.clock)) as later:
        assert later.book.kernel.ledger.state.restricted
        for _ in range(3):
            later.turn(31)
        assert sorted(each.deal for each in deals(later)) + [each.deal for each in later.told(ForeignTradeSeen)] == [
            each["ticket"] for each in later.server.deals()
        ]
        assert [each.order for each in later.told(OrderAbandoned)] == ([] if executed else [2])
        assert not later.book.kernel.ledger.state.restricted
        assert later.told(PositionProtected) == []
        later.tick(wish("open"))
        assert [each.order for each in later.told(OrderSending)] == [1, 2, 3]


def test_a_replay_of_a_book_at_a_terminal_with_faults_comes_out_equal(tmp_path: Path) -> None:
    fates = [Fate(), Fate(error=(-10005, "IPC timeout")), Fate(die="before"), Fate(die="after"), Fate(retcode=10018)]
    with bench(tmp_path, strategy=Crossing()) as desk:
        for number, fate in enumerate([*fates, *fates]):
            plan_fate(desk.fake, replace(fate, executes=fate.retcode == 0))
            desk.tick(bid=1.0999 if number % 2 else 1.1001)
            desk.server.executed(desk.server.request(DEAL, magic=4711))
            desk.turn()
            desk.turn(61)
            desk.turn(1)
    assert {type(each) for each in desk.told(OrderAbandoned, AccountReleased, DealMade, ForeignTradeSeen)} == {
        OrderAbandoned,
        AccountReleased,
        DealMade,
        ForeignTradeSeen,
    }

    def compose(run: RunSeen) -> Composition:
        started = run.started
        a_plan = plan_from_json(started.settings["plan"])
        return composition_of(a_plan, run.series, [Crossing()], first_order=started.next_order)

    result = replay_book(tmp_path / "book", composing=compose)
    assert result.equal, result.message


@pytest.mark.parametrize(
    ("file", "said", "words"),
    [
        ("symbol.json", {"digits": 3}, "digits 3 at the terminal, 5 in the plan"),
        ("symbol.json", {"volume_step": 0.1}, "volume_step 0.1 lots at the terminal, 0.01 lots in the plan"),
    ],
)
def test_an_instrument_that_is_another_at_the_terminal_is_refused(
    tmp_path: Path, file: str, said: dict[str, Any], words: str
) -> None:
    (tmp_path / "fake").mkdir()
    write(tmp_path / "fake" / file, said)
    with pytest.raises(WrongTerminalError, match=words), bench(tmp_path):
        pass


def test_a_book_that_began_without_its_terminal_is_opened_when_the_terminal_is_right(tmp_path: Path) -> None:
    (tmp_path / "fake").mkdir()
    write(tmp_path / "fake" / "symbol.json", {"digits": 3})
    with pytest.raises(WrongTerminalError), bench(tmp_path):
        pass
    (tmp_path / "fake" / "symbol.json").unlink()
    with bench(tmp_path) as desk:
        desk.tick()
        assert [each.account for each in desk.told(AccountOpened)] == ["fake"]
        desk.tick(wish("open"))
        assert len(deals(desk)) == 1


def test_a_broker_whose_clock_jumps_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(ServerClockError, match=r"about \+60 minutes"), bench(tmp_path) as desk:  # noqa: PT012 -- the desk's end is part of it
        desk.tick()
        write(desk.fake / "clock.json", {"offset_s": 10_800.0})
        desk.tick()


def test_a_stop_limit_order_that_is_triggered_is_told_once(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.tick(wish("pending", kind="limit", price=1.09))
        like = desk.told(OrderSending)[0]
        fields = {name: getattr(like, name) for name in like.__struct_fields__}
        changed = {"order": 900_001, "magic": 1_000_900_001, "type": 6, "price": 1.11, "stop_limit": 1.105}
        desk.sending(OrderSending(**{**fields, **changed}))
        ticket = desk.told(OrderAnswered)[-1].ticket
        desk.turn()
        assert desk.told(OrderTriggered) == []
        desk.server.triggered(ticket)
        desk.turn()
        desk.turn()
        assert [(each.order, each.ticket, each.price) for each in desk.told(OrderTriggered)] == [
            (900_001, ticket, 1.105)
        ]


def test_every_return_code_means_one_thing() -> None:
    known: Sequence[frozenset[int]] = (CARRIED_OUT, FRESH_PRICE, STATE_CHECK, REFUSED)
    assert len(frozenset().union(*known)) == sum(map(len, known))
    assert frozenset().union(*known) == {10004, *range(10006, 10037), *range(10038, 10047)}
    assert [outcome_of(code) for code in (10009, 10004, 10019, 10031, 20000)] == [
        "done",
        "refused",
        "refused",
        "open",
        "open",
    ]


def test_nothing_of_a_close_by_is_left_out(tmp_path: Path) -> None:
    with bench(tmp_path) as desk:
        desk.tick()
        desk.tick(wish("open"))
        desk.tick(wish("open", side="sell"))
        one, other = desk.book.kernel.ledger.state.positions
        desk.server.executed(desk.server.request(CLOSE_BY, position=one, position_by=other))
        desk.turn()
        assert [(each.entry, each.reason, each.position) for each in deals(desk)[2:]] == [
            ("out_by", "client", one),
            ("out_by", "client", other),
        ]
        assert desk.book.kernel.ledger.state.positions == {}
