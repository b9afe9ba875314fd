"""(d) Every return code of the trade server, brought about by a request, or injected where no state brings it about."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from tallystick.market.instrument import LOT
from tests.contract.mt5 import instruments as on
from tests.contract.mt5.desk import Desk
from tests.contract.mt5.provoking import ASSUMED, OF_ITSELF, conditions
from tests.contract.mt5.provoking_with import GIVEN, hedge_prohibited
from tests.contract.mt5.wheel import WHEEL

Trade = Callable[..., Desk]
PREFIX = "TRADE_RETCODE_"
CODES = {name.removeprefix(PREFIX): number for name, number in WHEEL["constants"].items() if name.startswith(PREFIX)}
sim_only = pytest.mark.sim_only
INJECTED = (
    "CANCEL", "ERROR", "TIMEOUT", "PRICE_CHANGED", "ORDER_CHANGED", "LOCKED", "CONNECTION", "ONLY_REAL",
    "CLOSE_ORDER_EXIST", "REJECT_CANCEL",
)  # fmt: skip


def _ids(cases: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "ask"), cases, ids=[f"{name}-{ask.__name__}" for name, ask in cases])


def _same(result: Any, name: str, say: Any) -> None:
    say("answer", [result.retcode, result.comment, result.deal > 0, result.order > 0])
    assert (result.retcode, name) == (CODES[name], name)
    if name not in {"DONE", "DONE_PARTIAL"} and not (name == "PLACED" and result.order):
        assert (result.deal, result.volume, result.price) == (0, 0.0, 0.0)


@_ids(OF_ITSELF)
def test_a_code_that_any_demo_account_gives(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@pytest.mark.to_be_recorded
@_ids(ASSUMED)
def test_a_code_that_is_assumed(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@sim_only("symbol, account or market are given")
@_ids(GIVEN)
def test_a_code_of_givenconditions(trade: Trade, say: Any, name: str, ask: Any) -> None:
    _same(ask(trade), name, say)


@sim_only("no state of a server brings it about: it is injected")
@pytest.mark.parametrize("name", INJECTED)
def test_an_injected_code_changes_nothing_and_comes_once(trade: Trade, say: Any, name: str) -> None:
    from tallystick.platform.mt5.server.faults import Fault

    desk = trade(faults=(Fault(retcode=CODES[name]),))
    _same(desk.buy(), name, say)
    assert (desk.positions(), desk.orders()) == ((), ())
    assert desk.buy().retcode == desk.mt5.TRADE_RETCODE_DONE


@sim_only("the account's rule is given")
def test_10046_has_no_constant_in_the_module(trade: Trade) -> None:
    assert hedge_prohibited(trade).retcode == 10046


def test_every_code_of_the_module_is_reached_by_a_case() -> None:
    reached = {name for name, _ in (*OF_ITSELF, *ASSUMED, *GIVEN)} | set(INJECTED)
    assert reached == set(CODES)


CHECKED = [(name, ask) for name, ask in (*OF_ITSELF,) if name.startswith("INVALID_VOLUME") or name == "NO_MONEY"]


@_ids(CHECKED)
def test_order_check_gives_the_code_that_order_send_would(trade: Trade, say: Any, name: str, ask: Any) -> None:
    desk = trade()
    asked: list[dict[str, Any]] = []
    desk.mt5, module = _Asking(desk.mt5, asked), desk.mt5
    ask(lambda: desk)
    checked = module.order_check(asked[-1])
    say("checked", [checked.retcode, checked.comment])
    assert checked.retcode == CODES[name]
    assert desk.positions() == ()


class _Asking:
    """The module, with an `order_send` that only notes what is asked."""

    def __init__(self, module: Any, asked: list[dict[str, Any]]) -> None:
        self._module, self._asked = module, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def order_send(self, request: dict[str, Any]) -> Any:
        """Note it."""
        self._asked.append(request)


def test_order_check_of_a_good_request_is_0_and_says_what_would_be_left(trade: Trade, say: Any) -> None:
    desk = trade()
    before = desk.mt5.account_info()
    checked = desk.mt5.order_check(desk.request())
    say("checked", [checked.retcode, checked.comment])
    margin = desk.mt5.order_calc_margin(desk.mt5.ORDER_TYPE_BUY, desk.symbol, desk.lot, desk.tick.ask)
    assert (checked.retcode, checked.balance, checked.equity) == (0, before.balance, before.equity)
    assert checked.margin == pytest.approx(before.margin + margin)
    assert checked.margin_free == pytest.approx(checked.equity - checked.margin)
    assert checked.margin_level == pytest.approx(checked.equity / checked.margin * 100)
    assert desk.positions() == ()


def test_the_request_comes_back_as_it_was_asked(trade: Trade) -> None:
    desk = trade()
    request = desk.request(magic=2**63, comment="x" * 29)
    sent = desk.mt5.order_send(request)
    assert {name: getattr(sent.request, name) for name in request} == request
    for position in desk.mt5.positions_get(ticket=sent.order):
        desk.close(position, magic=request["magic"])


def test_request_ids_count_the_requests_of_the_connection(trade: Trade, say: Any) -> None:
    desk = trade()
    ids = [desk.limit(away=-200 - number).request_id for number in range(3)]
    say("steps", [b - a for a, b in pairwise(ids)])
    assert [b - a for a, b in pairwise(ids)] == [1, 1]


@sim_only("liquidity is given")
def test_a_partial_fill_leaves_the_rest_by_its_filling_mode(trade: Trade) -> None:
    cut = trade(filling=1, **conditions(on.THIN)).buy(0.8)
    assert (cut.retcode, cut.volume) == (CODES["DONE_PARTIAL"], 0.5)
    desk = trade(filling=2, **conditions(replace(on.EXCHANGE, liquidity_volume=LOT // 2)))
    first = desk.buy(0.8)
    assert (first.retcode, first.volume) == (CODES["DONE_PARTIAL"], 0.5)
    desk.world.wait(3)
    assert [(one.ticket, one.volume) for one in desk.positions()] == [(first.order, 0.8)]
