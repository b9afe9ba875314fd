"""Close-by, and what a netting reversal does to number and ticket: `docs/fills.md`, sections 8 and 15."""

import pytest

from tallystick.events.types.trading import DealMade, OrderAnswered
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import BUY, CLOSE_BY, LOT, PROTECT, SELL, terms

DONE = 10009


def hedged(first: float = 1.0, second: float = 0.4, **settings: object) -> Scene:
    """Long at 1.20010, then short at 1.20100."""
    scene = Scene(**settings)
    scene.fill(BUY, first)
    scene.fill(SELL, second, bid=120_100)
    return scene


def test_two_positions_close_one_another_each_at_the_other_s_opening_price() -> None:
    scene = hedged()
    told = scene.send(BUY, action=CLOSE_BY, position=1, opposite=2, comment="by", magic=3)
    first, second = all_of(DealMade, told)
    assert (first.entry, first.type, first.position, first.volume, first.price) == (
        "out_by",
        "sell",
        1,
        40 * LOT // 100,
        1.201,
    )
    assert (second.entry, second.type, second.position, second.volume) == ("out_by", "buy", 2, 40 * LOT // 100)
    assert (first.profit, second.profit, second.price) == (3_600, 0, 1.2001)
    assert first.ticket == second.ticket == 3
    assert (first.magic, second.magic, first.comment) == (1_000, 1_001, "by")
    answer = only(OrderAnswered, told)
    assert (answer.retcode, answer.deal, answer.volume) == (DONE, first.deal, 40 * LOT // 100)
    assert scene.lots() == {1: 0.6}


def test_the_smaller_may_come_first_and_equal_ones_leave_nothing() -> None:
    scene = hedged()
    first, second = all_of(DealMade, scene.send(BUY, action=CLOSE_BY, position=2, opposite=1))
    assert (first.price, first.profit, second.profit) == (1.2001, 3_600, 0)
    assert scene.lots() == {1: 0.6}
    equal = hedged(1.0, 1.0)
    equal.send(BUY, action=CLOSE_BY, position=1, opposite=2)
    assert equal.lots() == {}


def test_balance_grows_by_the_difference_less_both_commissions() -> None:
    scene = hedged()
    before = scene.terminal.balance
    scene.send(BUY, action=CLOSE_BY, position=1, opposite=2)
    assert scene.terminal.balance == before + 3_600 - 2 * 140


def test_it_asks_no_price_and_no_margin() -> None:
    scene = hedged(balance=800_000)
    scene.quote(119_900)
    assert scene.code(BUY, action=CLOSE_BY, position=1, opposite=2) == DONE


@pytest.mark.parametrize(
    ("position", "opposite", "code"), [(1, 1, 10013), (1, 3, 10013), (1, 9, 10036), (9, 1, 10036), (0, 0, 10036)]
)
def test_it_takes_two_that_are_there_and_opposite(position: int, opposite: int, code: int) -> None:
    scene = hedged()
    scene.fill(BUY, 0.1)
    assert scene.code(BUY, action=CLOSE_BY, position=position, opposite=opposite) == code


def test_not_while_one_of_them_is_being_closed() -> None:
    scene = hedged()
    scene.send(BUY, 0.1, position=2)
    assert scene.code(BUY, action=CLOSE_BY, position=1, opposite=2) == 10039


def test_not_on_a_netting_account_nor_where_the_symbol_forbids_it() -> None:
    netting = Scene(margin_mode="netting")
    netting.fill(BUY)
    assert netting.code(BUY, action=CLOSE_BY, position=1, opposite=1) == 10013
    assert hedged(instruments=terms(order_modes=63)).code(BUY, action=CLOSE_BY, position=1, opposite=2) == 10035


def test_it_is_carried_out_once_whatever_is_presented_again() -> None:
    scene = hedged()
    told = scene.send(BUY, action=CLOSE_BY, position=1, opposite=2)
    scene.numbers -= 1
    assert scene.send(BUY, action=CLOSE_BY, position=1, opposite=2) == told
    assert scene.lots() == {1: 0.6}


def test_a_reversal_keeps_the_number_and_changes_the_ticket() -> None:
    scene = Scene(margin_mode="netting")
    scene.fill(BUY, comment="first")
    scene.fill(SELL, 3.0, comment="second")
    (position,) = scene.terminal.state.positions.values()
    assert (position.ticket, position.shown_ticket, position.comment) == (1, 2, "second")
    assert (position.direction, position.volume) == (-1, 2 * LOT)
    assert scene.code(BUY, action=PROTECT, position=2, stop=121_000) == DONE
    assert position.stop == 121_000
    assert scene.fill(BUY, 0.5, position=2).retcode == DONE
    assert scene.fill(BUY, 0.5, position=1).retcode == DONE
    scene.fill(SELL, 1.0)
    assert (position.ticket, scene.terminal.state.positions[1].shown_ticket) == (1, 2)


def test_times_of_a_position_are_its_opening_and_its_last_change() -> None:
    scene = Scene()
    scene.fill(BUY)
    opened = scene.now
    position = scene.terminal.state.positions[1]
    assert (position.opened, position.updated) == (opened, opened)
    scene.quote(120_000, after=10)
    scene.send(BUY, action=PROTECT, position=1, stop=119_000)
    assert (position.opened, position.updated) == (opened, scene.now)
    scene.fill(SELL, 0.5, position=1)
    assert (position.opened, position.updated) == (opened, scene.now)
