"""Whatever a bot asks for: what adds exposure was judged as a new order of at least that size, on that side."""

import random
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.types.trading import DealMade, OrderAnswered, OrderDenied, OrderRequested, OrderSending
from tallystick.platform.mt5.wire import Answer, Call, Records
from tests.unit.mt5.exec_parent.written_bot import Carried, at, carried, send

PLACED = 10008
ACTIONS = (1, 1, 1, 1, 5, 5, 5, 6, 7, 8, 10, 2, 99)
VOLUMES = (0.01, 0.02, 0.03, 0.05, 0.0, -0.1, 1e-9, 500.0, 1e300)
QUOTES = [(second, 1.1 + second % 11 * 0.0001) for second in range(0, 3_000, 5)]
Calls = Generator[Call, Answer, None]


def anything(seed: int, orders: int) -> Calls:
    """A bot that asks for orders of every kind about what stands, what stood and what never did."""
    chance = random.Random(seed)
    yield at(1, "initialize")
    known = [0, 7, 123_456]
    for place in range(orders):
        second = 10 + place * 10
        for function in ("positions_get", "orders_get"):
            answer = yield at(second, function)
            assert isinstance(answer.value, Records)
            known += [row[0] for row in answer.value.rows]
        known = [0, 7, *known[-12:]]
        action = chance.choice(ACTIONS)
        kind = chance.choice((0, 1)) if action == 1 and chance.random() < 0.9 else chance.choice((*range(-1, 10), 12))
        yield send(
            second,
            action=action,
            type=kind,
            volume=chance.choice(VOLUMES[:4]) if chance.random() < 0.8 else chance.choice(VOLUMES),
            price=chance.choice((0.0, 1.05, 1.0995, 1.102, 1.2, -1.0)),
            stoplimit=chance.choice((0.0, 0.0, 1.08)),
            sl=chance.choice((0.0, 0.0, 0.0, 0.0, 1.0, 1.3)),
            position=chance.choice(known) if action != 1 or chance.random() < 0.3 else 0,
            position_by=chance.choice(known),
            order=chance.choice(known),
            symbol=chance.choice(("EURUSD",) * 8 + ("", "GBPUSD")),
            type_filling=2 if action == 5 else chance.choice((0, 1, 1, 1, 2)),
            type_time=chance.choice((0, 0, 0, 0, 1, 2)),
        )


def growth(deals: list[DealMade], net: int, *, netting: bool) -> int:
    """Volume by which an order's deals let the exposure grow; `net` is the signed volume before them."""
    if not netting:
        return sum(deal.volume for deal in deals if deal.entry == "in")
    after = net + sum(deal.volume if deal.type == "buy" else -deal.volume for deal in deals)
    return max(0, abs(after) - abs(net))


def judged(made: Carried, *, netting: bool) -> tuple[int, int]:
    """Check each order of a run against what it came to; how many added exposure, how many were only changes."""
    requests = {each.order: each for each in made.of(OrderRequested)}
    deals: dict[int, list[DealMade]] = {}
    net, before = 0, {}
    for event in made.of(OrderSending, DealMade):
        if isinstance(event, OrderSending):
            before[event.order] = net
        elif event.type != "balance":
            deals.setdefault(event.order, []).append(event)
            net += event.volume if event.type == "buy" else -event.volume
    adding = lesser = 0
    for order, request in requests.items():
        grown = growth(deals.get(order, []), before.get(order, 0), netting=netting)
        lesser += request.reduces
        if grown:
            adding += 1
            sides = {deal.type for deal in deals[order]}
            assert (request.purpose in {"open", "pending"}, request.reduces) == (True, False), request
            assert request.volume >= grown, request
            assert sides == {request.side}, request
            assert {deal.symbol for deal in deals[order]} == {request.symbol}
    for answer in made.of(OrderAnswered):
        if answer.retcode == PLACED:
            assert requests[answer.order].purpose == "pending"
    return adding, lesser


@pytest.mark.parametrize("margin_mode", ["hedging", "netting"])
@pytest.mark.parametrize("seed", range(4))
def test_what_adds_exposure_was_judged_as_that(tmp_path: Path, seed: int, margin_mode: str) -> None:
    made = carried(tmp_path, lambda: anything(seed, 250), quotes=QUOTES, margin_mode=margin_mode)
    adding, lesser = judged(made, netting=margin_mode == "netting")
    print(f"seed {seed}, {margin_mode}: {adding} orders added exposure, {lesser} could only reduce")
    assert adding >= 5
    assert lesser >= 5


@pytest.mark.parametrize("margin_mode", ["hedging", "netting"])
def test_a_book_that_may_open_nothing_stays_empty_whatever_a_bot_asks(tmp_path: Path, margin_mode: str) -> None:
    nothing: dict[str, Any] = {"symbols": []}
    made = carried(tmp_path, lambda: anything(5, 250), quotes=QUOTES, margin_mode=margin_mode, risk=nothing)
    assert [deal.type for deal in made.of(DealMade)] == ["balance"]
    assert len(made.of(OrderDenied)) > 50
    sent = {each.order: each for each in made.of(OrderSending)}
    requests = {each.order: each for each in made.of(OrderRequested)}
    assert {requests[order].purpose for order in sent} <= {"cancel", "protect"}
