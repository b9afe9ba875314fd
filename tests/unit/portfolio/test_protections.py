"""Protections: stops follow and lock by the rules, never loosen, and `scan` finds exactly the rows `react` answers."""

import random
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.types.account import PositionProtected
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import IntentRaised, OrderAnswered, OrderApproved, OrderDenied, ProtectionAsked
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.portfolio import Protection, Protections, protection_from
from tests.unit.portfolio.told import DEAL
from tests.unit.risk.desk import BUY, FakeContext, in_flight, like, position

SECOND = 1_000_000_000


def at(price: float, time: int = 0) -> Quote:
    """A quote whose ask is one point above the bid."""
    return Quote(0, "EURUSD", time, price, round(price + 0.00001, 5), 0, 0)


def declared(number: int = 0, kind: str = "quote") -> SeriesDeclared:
    return SeriesDeclared(
        series=number, symbol="EURUSD", kind=kind, period_ns=0, time_rule="utc", source="", rows=-1, data_hash=""
    )


def holding(*positions: PositionView, time: int = 0) -> FakeContext:
    return FakeContext(time=time, positions={one.ticket: one for one in positions})


def watching(context: FakeContext, **points: int) -> Protections:
    made = Protections({"ema": Protection(**points)})
    made.react(declared(), context)
    made.react(DEAL, context)
    return made


def stops(said: Any) -> list[float]:
    assert all(isinstance(one, IntentRaised) and one.action == "protect" for one in said)
    return [one.stop_loss for one in said]


def moved(protections: Protections, held: PositionView, stop: float) -> FakeContext:
    """The terminal has moved the stop."""
    context = holding(msgspec.structs.replace(held, stop_loss=stop))
    protections.react(PositionProtected(position=held.ticket, stop_loss=stop, take_profit=0.0, moment=0), context)
    protections.react(ANSWERED, context)
    return context


def test_a_trailing_stop_follows_by_whole_steps_and_never_goes_back() -> None:
    held = position(stop_loss=1.299)
    context = holding(held)
    protections = watching(context, trail_points=100, step_points=20)
    assert stops(protections.react(at(1.30019), context)) == []  # 1.29919 would be 19 points better
    assert stops(protections.react(at(1.3002), context)) == [1.2992]
    context = moved(protections, held, 1.2992)
    assert stops(protections.react(at(1.295), context)) == []
    assert stops(protections.react(at(1.3005), context)) == [1.2995]


def test_a_short_is_followed_at_the_ask() -> None:
    held = position(direction=-1, stop_loss=1.301)
    context = holding(held)
    protections = watching(context, trail_points=100, step_points=20)
    assert stops(protections.react(at(1.2998), context)) == []  # the ask is 1.29981
    assert stops(protections.react(at(1.29979), context)) == [1.3008]


def test_a_position_without_a_stop_gets_one_at_the_first_row() -> None:
    context = holding(position())
    (said,) = watching(context, trail_points=100).react(at(1.3), context)
    assert isinstance(said, IntentRaised)
    assert (said.stop_loss, said.ticket, said.strategy, said.side) == (1.299, 55, "ema", "buy")


def test_break_even_locks_once_and_is_no_trailing() -> None:
    held = position(stop_loss=1.29)
    context = holding(held)
    protections = watching(context, break_even_points=100, lock_points=10)
    assert stops(protections.react(at(1.30099), context)) == []
    assert stops(protections.react(at(1.301), context)) == [1.3001]
    context = moved(protections, held, 1.3001)
    assert stops(protections.react(at(1.31), context)) == []


def test_the_better_of_trailing_and_break_even_counts() -> None:
    context = holding(position(stop_loss=1.29))
    protections = watching(context, trail_points=500, break_even_points=100, lock_points=10)
    assert stops(protections.react(at(1.301), context)) == [1.3001]
    protections = watching(context, trail_points=50, break_even_points=100, lock_points=10)
    assert stops(protections.react(at(1.301), context)) == [1.3005]


def test_no_stop_comes_nearer_than_the_stops_level() -> None:
    context = holding(position(stop_loss=1.29))  # EURUSD here has a stops level of 20 points
    assert stops(watching(context, trail_points=5).react(at(1.3), context)) == [1.2998]
    protections = watching(context, break_even_points=10, lock_points=10)
    assert stops(protections.react(at(1.30029), context)) == []
    assert stops(protections.react(at(1.3003), context)) == [1.3001]


def test_a_bar_counts_at_its_close_only() -> None:
    context = holding(position(stop_loss=1.299))
    protections = watching(context, trail_points=100, step_points=20)
    bar = BarClosed(0, "EURUSD", 0, 0, 1.3, 1.4, 1.2, 1.30019, 1.3, 1.4, 1.2, 1.3002, 1)
    assert stops(protections.react(bar, context)) == []


def test_another_symbol_and_strategy_are_left_alone() -> None:
    context = holding(position(), msgspec.structs.replace(position(ticket=56), strategy="other"))
    protections = watching(context, trail_points=100)
    assert stops(protections.react(msgspec.structs.replace(at(1.3), symbol="XAUUSD"), context)) == []
    assert [one.ticket for one in protections.react(at(1.3), context) if isinstance(one, IntentRaised)] == [55]


def test_what_a_strategy_asks_for_a_position_comes_before_what_it_asks_for_all_and_before_the_plan() -> None:
    context = holding(position(), position(ticket=56), position(ticket=57))
    protections = watching(context, trail_points=100)

    def ask(ticket: int, trail: int) -> None:
        asked = ProtectionAsked(
            strategy="ema", symbol="EURUSD", position=ticket, trail_points=trail, break_even_points=0, lock_points=0
        )
        assert protections.react(asked, context) == ()

    ask(0, 200)
    ask(56, 300)
    ask(57, 0)
    assert stops(protections.react(at(1.3), context)) == [1.298, 1.297]


MOVE = like(BUY, purpose="protect", position=55, order=9)
APPROVED = OrderApproved(order=9, rule="", limit=0, value=0)
DENIED = OrderDenied(order=9, rule="permission", limit=0, value=1, detail="")
ANSWERED = OrderAnswered(
    order=9, retcode=10009, deal=0, ticket=0, volume=0, price=0.0, bid=0.0, ask=0.0, moment=0, comment=""
)


def test_while_a_move_is_on_its_way_no_other_is_asked_and_a_refused_one_waits_a_minute() -> None:
    held = position(stop_loss=1.29)
    context = holding(held)
    protections = watching(context, trail_points=100)
    assert len(protections.react(at(1.3), context)) == 1
    assert len(protections.react(at(1.3), context)) == 0  # the same moment, another series
    flying = replace(context, orders={9: in_flight(MOVE)})
    protections.react(APPROVED, flying)
    assert len(protections.react(at(1.31), flying)) == 0
    assert protections.scan(rows_of([1.31])) == -1
    protections.react(DENIED, holding(held, time=5 * SECOND))
    assert len(protections.react(at(1.31, 65 * SECOND - 1), context)) == 0
    assert protections.scan(rows_of([1.31, 1.31], [65 * SECOND - 1, 65 * SECOND])) == 1
    assert stops(protections.react(at(1.31, 65 * SECOND), context)) == [1.309]


def test_another_orders_fate_does_not_concern_a_move() -> None:
    context = holding(position(stop_loss=1.29))
    protections = watching(context, trail_points=100)
    protections.react(at(1.3), context)
    flying = replace(context, orders={9: in_flight(MOVE)})
    protections.react(APPROVED, flying)
    protections.react(msgspec.structs.replace(DENIED, order=3), flying)
    assert len(protections.react(at(1.31), flying)) == 0


def test_an_answer_that_says_done_frees_the_next_move_at_once() -> None:
    held = position(stop_loss=1.29)
    context = holding(held)
    protections = watching(context, trail_points=100)
    protections.react(at(1.3), context)
    protections.react(APPROVED, replace(context, orders={9: in_flight(MOVE)}))
    moved_now = replace(holding(msgspec.structs.replace(held, stop_loss=1.299)), orders={9: in_flight(MOVE)})
    protections.react(PositionProtected(position=55, stop_loss=1.299, take_profit=0.0, moment=0), moved_now)
    context = replace(moved_now, orders={})
    protections.react(ANSWERED, context)
    assert stops(protections.react(at(1.301), context)) == [1.3]


def test_a_position_that_is_gone_is_watched_no_more() -> None:
    context = holding(position())
    protections = watching(context, trail_points=100)
    protections.react(DEAL, holding())
    assert protections.react(at(1.4), holding()) == []
    assert protections.scan(rows_of([1.4])) == -1


def rows_of(bids: list[float], times: list[int] | None = None, series: list[int] | None = None) -> Rows:
    bid = np.array(bids)
    time = np.array(times if times is not None else range(len(bids)), dtype=np.int64)
    number = np.array(series if series is not None else [0] * len(bids), dtype=np.uint16)
    return Rows("quote", time, number, bid, np.round(bid + 0.00001, 5), {})


@pytest.mark.parametrize("seed", range(60))
def test_scan_names_exactly_the_first_row_that_react_answers(seed: int) -> None:
    chance = random.Random(seed)
    held = [
        position(
            ticket=ticket,
            direction=(side := chance.choice((-1, 1))),
            stop_loss=chance.choice((0.0, round(1.3 - side * chance.randrange(30, 200) / 1e5, 5))),
        )
        for ticket in range(50, 50 + chance.randrange(1, 4))
    ]
    context = holding(*held)
    points = {
        "trail_points": chance.choice((0, chance.randrange(1, 150))),
        "break_even_points": chance.randrange(0, 120),
        "step_points": chance.randrange(0, 40),
    }
    made = watching(context, **points, lock_points=chance.randrange(0, points["break_even_points"] + 1))
    made.react(declared(2), context)
    price, bids, series = 130_000, [], []
    for _ in range(120):
        price += chance.randrange(-12, 13)
        bids.append(price / 100_000)
        series.append(chance.choice((0, 1, 2)))  # 1 is another symbol's
    rows, again = rows_of(bids, series=series), Protections({})
    again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(made.freeze())))
    assert again.freeze() == made.freeze()
    found = made.scan(rows)
    assert again.scan(rows) == found
    first = next(
        (
            row
            for row, (bid, number) in enumerate(zip(bids, series, strict=True))
            if number != 1 and made.react(at(bid, row), context)
        ),
        -1,
    )
    assert found == first


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"trail": 1}, 'a field "trail"'),
        ({"trail_points": -1}, "trail_points: got -1"),
        ({"trail_points": True}, "trail_points: got True"),
        ({"trail_points": 1.5}, "got 1.5"),
        ({"lock_points": 5, "break_even_points": 4}, "at most break_even_points, 4"),
    ],
)
def test_a_protection_that_cannot_be_is_refused(plan: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="E117") as error:
        protection_from(plan)
    assert words in str(error.value)
