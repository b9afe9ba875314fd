"""A market with every complication: sessions, thin volume, requotes, accounts with limits; and orders of every kind."""

from random import Random
from typing import Any

from tallystick.events.types.trading import OrderSending
from tallystick.market.sessions import Range, Sessions
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.server import (
    BUY_STOP_LIMIT,
    CLOSE_BY,
    DEAL,
    HOUR,
    LOT,
    SELL_STOP_LIMIT,
    order,
    random_order,
    server,
    terms,
)


def rough_server(random: Random, series: Any, **settings: Any) -> SimulatedTerminal:
    """A terminal whose EURUSD and account differ from draw to draw."""
    instruments = terms(
        execution=random.choice(("market", "exchange", "exchange", "instant")),
        filling_modes=7,
        gtc_mode=random.choice(("gtc", "gtc", "daily")),
        liquidity_volume=random.choice((0, LOT // 2, 2 * LOT)),
        sessions=random.choice(("", "days")),
    )
    return server(
        series,
        instruments=instruments,
        calendars={"days": _week(random)},
        hedge_prohibited=random.random() < 0.1,
        fifo_close=random.random() < 0.1,
        credit=random.choice((0, 100_000)),
        keep_history=True,
        **settings,
    )


def _week(random: Random) -> Sessions:
    """Seven days of one or two ranges, and a holiday now and then."""
    edges = [sorted(random.sample(range(0, 86_401, 1_200), 4)) for _ in range(7)]
    week = tuple((Range(one[0], one[1]), Range(one[2], one[3])) for one in edges)
    return Sessions(week, frozenset({16_078} if random.random() < 0.3 else ()))


def rough_order(random: Random, number: int, terminal: SimulatedTerminal, time: int) -> OrderSending:
    """As `random_order`, and stop-limit orders, close-bys, every filling mode and time type too."""
    state, chance = terminal.state, random.random()
    if chance < 0.1 and len(state.positions) > 1:
        first, second = random.sample(sorted(state.positions), 2)
        return order(number, action=CLOSE_BY, symbol="", position=first, opposite=second)
    filling, deviation = random.choice((0, 1, 2, 2, 3)), random.choice((0, 50, 1_000))
    if chance < 0.3 and "EURUSD" in state.bids:
        kind = random.choice((BUY_STOP_LIMIT, SELL_STOP_LIMIT))
        away = (1 if kind == BUY_STOP_LIMIT else -1) * random.randint(10, 200)
        price = state.bids["EURUSD"] + away
        prices = {"price": price, "limit": price - away // random.choice((1, 2, 4))}
        return order(number, kind, 0.7, filling=filling, **prices, **_end(random, time))
    plain = random_order(random, number, terminal, time)
    if plain.action == DEAL and random.random() < 0.9:
        exchange = terminal.instruments["EURUSD"].execution == "exchange" and plain.symbol == "EURUSD"
        filling = random.choice((0, 1, 2) if exchange else (0, 1))
    changes: dict[str, Any] = {"filling": filling, "deviation": deviation} | (
        _end(random, time) if chance > 0.9 else {}
    )
    if plain.action == DEAL and plain.symbol in state.bids:
        changes["price"] = state.bids[plain.symbol] / (100_000 if plain.symbol == "EURUSD" else 100)
    fields = {name: getattr(plain, name) for name in plain.__struct_fields__}
    return type(plain)(**(fields | changes))


def _end(random: Random, time: int) -> dict[str, int]:
    return {"time_type": random.choice((0, 0, 1, 2, 3)), "expires": time + random.randint(0, 60) * HOUR}
