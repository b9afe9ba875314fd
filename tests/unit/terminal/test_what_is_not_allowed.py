"""What account, symbol and hour do not allow, and how much they do: `docs/fills.md`, section 4, each code reached."""

from typing import Any

import pytest

from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded
from tests.unit.terminal.scenes import Scene, all_of, only
from tests.unit.terminal.server import (
    BUY,
    BUY_LIMIT,
    BUY_STOP,
    BUY_STOP_LIMIT,
    CLOSE_BY,
    LOT,
    MODIFY,
    MONDAY,
    PROTECT,
    REMOVE,
    SECOND,
    SELL,
    SELL_LIMIT,
    terms,
)

DONE, PLACED = 10009, 10008


# -- the account


@pytest.mark.parametrize(("setting", "code"), [("trade_allowed", 10017), ("trade_expert", 10026)])
def test_an_account_without_the_permission_trades_nothing(setting: str, code: int) -> None:
    scene = Scene(**{setting: False})
    assert scene.code(BUY) == scene.code(BUY_LIMIT, price=119_000) == scene.code(BUY, action=REMOVE, ticket=1) == code
    assert scene.code(BUY, symbol="NOBODY") == 10013


def test_no_more_requests_a_second_than_the_account_takes() -> None:
    scene = Scene(message_limit=2)
    assert scene.code(BUY, 0.0) == 10014
    assert scene.code(BUY) == 0
    assert scene.code(BUY) == 10024
    scene.quote(120_000)
    assert scene.code(BUY) == 0


def test_no_more_pending_orders_than_the_account_may_have() -> None:
    scene = Scene(limit_orders=2)
    codes = [scene.code(BUY_LIMIT, price=119_000 - number) for number in range(3)]
    assert codes == [PLACED, PLACED, 10033]
    assert scene.code(BUY) == 0
    scene.send(BUY_LIMIT, action=REMOVE, ticket=1)
    assert scene.code(BUY_LIMIT, price=119_000) == PLACED


def test_a_hedging_account_counts_positions_orders_and_what_is_on_its_way() -> None:
    scene = Scene(limit_positions=3)
    scene.fill(BUY)
    scene.send(BUY_LIMIT, price=119_000)
    scene.send(BUY)
    assert scene.code(BUY) == scene.code(BUY_LIMIT, price=119_000) == 10040
    assert scene.code(SELL, position=1) == 0


def test_a_netting_account_counts_positions_where_another_would_be_opened() -> None:
    both = {**terms(), "EUR2": terms(symbol="EUR2")["EURUSD"]}
    scene = Scene(limit_positions=1, margin_mode="netting", instruments=both)
    scene.terminal.state.bids["EUR2"], scene.terminal.state.asks["EUR2"] = 120_000, 120_010
    scene.send(BUY_LIMIT, price=119_000)
    scene.fill(BUY)
    assert scene.code(BUY, symbol="EUR2") == scene.code(BUY_LIMIT, symbol="EUR2", price=119_000) == 10040
    assert scene.code(BUY) == 0
    assert scene.code(SELL_LIMIT, price=121_000) == PLACED


def test_an_account_without_hedging_holds_one_side_of_a_symbol() -> None:
    scene = Scene(hedge_prohibited=True)
    scene.fill(BUY)
    assert scene.code(SELL) == 10046
    assert scene.code(BUY) == 0
    assert scene.code(SELL, position=1) == 0
    assert scene.code(SELL_LIMIT, price=120_100) == PLACED


def test_a_side_that_came_to_be_held_meanwhile_prohibits_it_at_execution() -> None:
    scene = Scene(hedge_prohibited=True)
    scene.send(BUY)
    scene.send(SELL)
    assert [answer.retcode for answer in all_of(OrderAnswered, scene.quote(120_000))] == [DONE, 10046]


def test_a_triggered_order_that_would_hedge_is_rejected() -> None:
    scene = Scene(hedge_prohibited=True)
    scene.fill(BUY)
    scene.send(SELL_LIMIT, price=120_100)
    (ended,) = scene.quote(120_200)
    assert isinstance(ended, OrderEnded)
    assert ended.state == "rejected"


def test_a_fifo_account_closes_the_oldest_position_of_a_symbol_first() -> None:
    scene = Scene(fifo_close=True)
    scene.fill(BUY)
    scene.fill(SELL)
    assert scene.code(BUY, position=2) == 10045
    assert scene.code(BUY, action=CLOSE_BY, position=2, opposite=1) == 10045
    assert scene.fill(SELL, position=1).retcode == DONE
    assert scene.fill(BUY, position=2).retcode == DONE


# -- the symbol


def test_a_disabled_symbol_is_not_traded_at_all() -> None:
    scene = Scene(instruments=terms(trade_mode="disabled"))
    assert {scene.code(kind, price=119_000) for kind in (BUY, SELL, BUY_LIMIT)} == {10017}


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (MONDAY + SECOND, 0, 0),
        (MONDAY + 2 * SECOND, 0, 10017),
        (0, MONDAY + 2 * SECOND, 0),
        (0, MONDAY + SECOND, 10017),
    ],
)
def test_a_symbol_is_traded_from_its_first_moment_to_before_its_last(since: int, until: int, code: int) -> None:
    assert Scene(instruments=terms(trades_from=since, trades_until=until)).code(BUY) == code


@pytest.mark.parametrize(
    ("mode", "buys", "sells"), [("long_only", 0, 10042), ("short_only", 10043, 0), ("close_only", 10044, 10044)]
)
def test_a_symbol_of_one_side_takes_no_other(mode: str, buys: int, sells: int) -> None:
    scene = Scene(instruments=terms(trade_mode=mode))
    assert (scene.code(BUY), scene.code(SELL)) == (buys, sells)
    assert scene.code(BUY_LIMIT, price=119_000) == (buys or PLACED)
    assert scene.code(SELL_LIMIT, price=121_000) == (sells or PLACED)


def closing_market(mode: str, margin_mode: str) -> Scene:
    """A scene with a long position of one lot, its symbol since then in another trade mode."""
    before = Scene(margin_mode=margin_mode)
    before.fill(BUY)
    scene = Scene(margin_mode=margin_mode, instruments=terms(trade_mode=mode))
    scene.terminal.thaw(before.terminal.freeze())
    scene.numbers = 10
    return scene


@pytest.mark.parametrize("mode", ["long_only", "close_only"])
def test_a_position_can_always_be_closed(mode: str) -> None:
    assert closing_market(mode, "hedging").code(SELL, position=1) == 0
    assert closing_market(mode, "netting").code(SELL, 0.5) == 0
    assert closing_market(mode, "netting").code(SELL) == 0


@pytest.mark.parametrize(("mode", "code"), [("long_only", 10042), ("close_only", 10044)])
def test_but_not_turned_over(mode: str, code: int) -> None:
    assert closing_market(mode, "netting").code(SELL, 1.5) == code


@pytest.mark.parametrize(
    ("kind", "changes", "needed"),
    [
        (BUY, {}, 1),
        (BUY_LIMIT, {"price": 119_000}, 2),
        (BUY_STOP, {"price": 121_000}, 4),
        (BUY_STOP_LIMIT, {"price": 121_000, "limit": 120_500}, 8),
        (BUY, {"stop": 119_000}, 17),
        (BUY, {"take": 121_000}, 33),
        (BUY_LIMIT, {"price": 119_000, "stop": 118_000, "take": 120_000}, 50),
    ],
)
def test_a_symbol_takes_the_orders_of_its_flags_only(kind: int, changes: dict[str, Any], needed: int) -> None:
    assert Scene(instruments=terms(order_modes=needed)).code(kind, **changes) in {0, PLACED}
    for bit in range(7):
        if needed & 1 << bit:
            assert Scene(instruments=terms(order_modes=127 & ~(1 << bit))).code(kind, **changes) == 10035


def test_prices_stay_within_the_symbol_s_limits() -> None:
    bounds = terms(price_limit_min=1.1, price_limit_max=1.3)
    assert Scene(instruments=bounds).code(BUY_LIMIT, price=109_999) == 10015
    assert Scene(instruments=bounds).code(BUY_LIMIT, price=110_000) == PLACED
    assert Scene(instruments=bounds).code(SELL_LIMIT, price=130_001) == 10015
    assert Scene(instruments=bounds).code(BUY_STOP_LIMIT, price=121_000, limit=109_999) == 10015


def test_volume_on_one_side_stays_within_the_symbol_s_limit() -> None:
    scene = Scene(instruments=terms(volume_limit=2 * LOT))
    scene.fill(BUY)
    scene.send(BUY_LIMIT, 0.5, price=119_000)
    assert scene.code(BUY, 0.51) == scene.code(BUY_LIMIT, 0.51, price=119_000) == 10034
    assert scene.code(SELL, 2.0) == 0
    assert scene.code(BUY, 0.5) == 0


# -- what stands


def test_closes_on_their_way_may_not_exceed_the_position() -> None:
    scene = Scene()
    scene.fill(BUY)
    assert scene.code(SELL, 0.6, position=1) == 0
    assert scene.code(SELL, 0.5, position=1) == 10039
    assert scene.code(SELL, 0.4, position=1) == 0
    scene.quote(120_000)
    assert scene.code(SELL, position=1) == 10036


def test_a_position_near_its_stop_is_frozen() -> None:
    scene = Scene(instruments=terms(freeze_level=20))
    scene.fill(BUY, stop=119_900)
    scene.fill(SELL)
    assert scene.code(SELL, 0.5, position=1) == 0
    scene.quote(119_920)
    assert scene.code(SELL, 0.5, position=1) == 10029
    assert scene.code(BUY, action=PROTECT, position=1) == 10029
    assert scene.code(BUY, action=CLOSE_BY, position=2, opposite=1) == 10029


def test_an_order_near_the_market_is_frozen() -> None:
    scene = Scene(instruments=terms(freeze_level=30))
    scene.send(BUY_LIMIT, price=119_980)
    assert scene.code(BUY_LIMIT, action=REMOVE, ticket=1) == 10029
    assert scene.code(BUY_LIMIT, action=MODIFY, ticket=1, price=119_000) == 10029
    scene.quote(120_100)
    assert scene.code(BUY_LIMIT, action=REMOVE, ticket=1) == DONE


@pytest.mark.parametrize(
    ("action", "code"), [(PROTECT, 10036), (CLOSE_BY, 10036), (MODIFY, 10035), (REMOVE, 10035), (1, 10013), (5, 10013)]
)
def test_a_request_without_a_symbol_that_names_nothing_says_what_is_missing(action: int, code: int) -> None:
    kind = BUY if action == 1 else BUY_LIMIT
    assert Scene().code(kind, action=action, symbol="", position=7, opposite=8, ticket=9, price=119_000) == code


def test_what_a_request_names_gives_its_symbol() -> None:
    scene = Scene()
    scene.fill(BUY)
    scene.send(BUY_LIMIT, price=119_000)
    assert scene.code(BUY, action=PROTECT, symbol="", position=1, stop=119_000) == DONE
    assert scene.code(BUY_LIMIT, action=MODIFY, symbol="", ticket=2, price=118_000) == DONE
    assert scene.code(BUY_LIMIT, action=REMOVE, symbol="", ticket=2) == DONE


def test_on_a_netting_account_stops_need_no_position_number() -> None:
    scene = Scene(margin_mode="netting")
    scene.fill(BUY)
    assert scene.code(BUY, action=PROTECT, stop=119_000) == DONE
    assert scene.terminal.state.positions[1].stop == 119_000
    assert Scene().code(BUY, action=PROTECT, stop=119_000) == 10036


@pytest.mark.parametrize("action", [0, 2, 3, 4, 9, 11, -1])
def test_an_action_that_nobody_knows_is_invalid(action: int) -> None:
    assert Scene().code(BUY, action=action) == 10013


def test_a_deal_says_what_was_asked_for() -> None:
    scene = Scene()
    scene.send(BUY, comment="grid 7", magic=-5)
    deal = only(DealMade, scene.quote(120_000))
    assert (deal.comment, deal.magic, deal.reason) == ("grid 7", -5, "expert")
