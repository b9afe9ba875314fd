"""How a symbol is executed and which filling modes it takes: `docs/fills.md`, sections 5 and 13."""

import pytest

from tallystick.events.types.trading import DealMade, OrderAnswered
from tests.unit.terminal.scenes import Scene, only
from tests.unit.terminal.server import BUY, BUY_LIMIT, BUY_STOP, BUY_STOP_LIMIT, SELL, SELL_LIMIT, terms

DONE, REQUOTE, INVALID_PRICE, INVALID_FILL, PLACED = 10009, 10004, 10015, 10030, 10008
FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN, BOOK_OR_CANCEL = range(4)


@pytest.mark.parametrize("execution", ["market", "exchange"])
def test_price_and_deviation_are_ignored_where_the_market_makes_the_price(execution: str) -> None:
    scene = Scene(instruments=terms(execution=execution))
    assert scene.fill(BUY, bid=120_900).price == 1.2091
    assert scene.fill(SELL, bid=120_300, price=120_900).price == 1.203


@pytest.mark.parametrize("execution", ["instant", "request"])
@pytest.mark.parametrize(("bid", "code"), [(120_005, DONE), (119_995, DONE), (120_006, REQUOTE), (119_994, REQUOTE)])
def test_a_price_that_moved_further_than_the_deviation_is_quoted_anew(execution: str, bid: int, code: int) -> None:
    scene = Scene(instruments=terms(execution=execution))
    answer = scene.fill(BUY, bid=bid, price=120_010, deviation=5)
    assert answer.retcode == code
    assert (answer.bid, answer.ask) == (bid / 100_000, (bid + 10) / 100_000)
    assert answer.price == (answer.ask if code == DONE else 0.0)


def test_a_requote_is_measured_on_the_side_of_the_order() -> None:
    scene = Scene(instruments=terms(execution="instant"))
    scene.send(SELL, price=120_000)
    answer = only(OrderAnswered, scene.quote(120_000, 120_400))
    assert (answer.retcode, answer.price) == (DONE, 1.2)


@pytest.mark.parametrize("execution", ["instant", "request"])
def test_a_market_order_needs_a_price_where_the_request_names_it(execution: str) -> None:
    assert Scene(instruments=terms(execution=execution)).code(BUY) == INVALID_PRICE


def test_a_requoted_order_is_over_and_another_one_at_the_new_price_is_filled() -> None:
    scene = Scene(instruments=terms(execution="instant"))
    refused = scene.fill(BUY, bid=120_100, price=120_010)
    assert refused.retcode == REQUOTE
    assert not scene.terminal.state.in_flight
    assert scene.fill(BUY, bid=120_100, price=round(refused.ask * 100_000)).retcode == DONE


@pytest.mark.parametrize(
    ("execution", "flags", "allowed"),
    [
        ("market", 3, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL}),
        ("market", 1, {FILL_OR_KILL}),
        ("market", 2, {IMMEDIATE_OR_CANCEL}),
        ("market", 7, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL}),
        ("exchange", 3, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN}),
        ("exchange", 0, {RETURN}),
        ("instant", 0, {FILL_OR_KILL}),
        ("instant", 2, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL}),
        ("request", 0, {FILL_OR_KILL}),
    ],
)
def test_filling_modes_of_market_orders(execution: str, flags: int, allowed: set[int]) -> None:
    for filling in (-1, 0, 1, 2, 3, 4):
        scene = Scene(instruments=terms(execution=execution, filling_modes=flags))
        assert scene.code(BUY, price=120_010, filling=filling) == (0 if filling in allowed else INVALID_FILL)


@pytest.mark.parametrize(
    ("execution", "flags", "kind", "allowed"),
    [
        ("market", 3, BUY_LIMIT, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN}),
        ("market", 0, BUY_LIMIT, {RETURN}),
        ("market", 4, BUY_LIMIT, {RETURN, BOOK_OR_CANCEL}),
        ("exchange", 6, SELL_LIMIT, {IMMEDIATE_OR_CANCEL, RETURN, BOOK_OR_CANCEL}),
        ("market", 4, BUY_STOP_LIMIT, {RETURN, BOOK_OR_CANCEL}),
        ("market", 4, BUY_STOP, {RETURN}),
        ("instant", 4, BUY_LIMIT, {FILL_OR_KILL, RETURN}),
        ("request", 2, BUY_LIMIT, {FILL_OR_KILL, IMMEDIATE_OR_CANCEL, RETURN}),
    ],
)
def test_filling_modes_of_pending_orders(execution: str, flags: int, kind: int, allowed: set[int]) -> None:
    price = {BUY_LIMIT: 119_000, SELL_LIMIT: 121_000, BUY_STOP: 121_000, BUY_STOP_LIMIT: 121_000}[kind]
    for filling in (-1, 0, 1, 2, 3, 4):
        scene = Scene(instruments=terms(execution=execution, filling_modes=flags))
        code = scene.code(kind, price=price, limit=120_500, filling=filling)
        assert code == (PLACED if filling in allowed else INVALID_FILL)


def test_a_book_or_cancel_order_rests_and_is_filled_at_its_price_or_better() -> None:
    scene = Scene(instruments=terms(filling_modes=4))
    assert scene.code(BUY_LIMIT, price=119_900, filling=BOOK_OR_CANCEL) == PLACED
    assert only(DealMade, scene.quote(119_880)).price == 1.1989
