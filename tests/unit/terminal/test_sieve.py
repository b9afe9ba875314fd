"""The sieve of few rows: what it lets pass, the compiled scan lets pass too, so scans find the same row either way."""

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.events.types.trading import OrderSending
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.money import point_money
from tallystick.market.rows import BAR_COLUMNS, Rows
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, InFlight, Pending, Position
from tallystick.platform.mt5.server.sieve import Sieve, Spans
from tallystick.platform.mt5.server.tables import Tables
from tallystick.platform.mt5.server.worth import Worth

HOUR = 3_600 * 10**9
MIDDLE = 110_000
NAMES = ("EURUSD", "GBPUSD")
INSTRUMENTS = {
    name: Instrument(
        symbol=name,
        digits=5,
        contract_size=100_000.0,
        volume_min=LOT // 100,
        volume_max=100 * LOT,
        volume_step=LOT // 100,
        currency_base=name[:3],
        currency_margin=name[:3],
    )
    for name in NAMES
}


def bars(chance: random.Random, count: int, lies: float) -> Rows:
    """Hourly bars around the middle; of some the low is not the lowest price."""
    columns: dict[str, NDArray[Any]] = {name: np.zeros(count, dtype=np.int64) for name in BAR_COLUMNS}
    points = MIDDLE
    prices = np.zeros((count, 8))
    for row in range(count):
        opened = points + chance.randint(-30, 30)
        close = opened + chance.randint(-200, 200)
        low, high = min(opened, close) - chance.randint(0, 100), max(opened, close) + chance.randint(0, 100)
        if chance.random() < lies:
            low, high = max(opened, close), min(opened, close)
        bid = np.array([opened, high, low, close])
        prices[row] = np.concatenate([bid, bid + chance.randint(0, 20)]) / 1e5
        points = close
    parts = ("open", "high", "low", "close")
    columns |= {f"bid_{part}": prices[:, at].copy() for at, part in enumerate(parts)}
    columns |= {f"ask_{part}": prices[:, 4 + at].copy() for at, part in enumerate(parts)}
    time = np.arange(1, count + 1, dtype=np.int64) * HOUR
    series = np.zeros(count, dtype=np.uint16)
    return Rows("bar", time, series, columns["bid_close"], columns["ask_close"], columns)


def quotes(chance: random.Random, count: int) -> Rows:
    """Quotes that walk from the middle."""
    bid = (MIDDLE + np.cumsum([chance.randint(-60, 60) for _ in range(count)])) / 1e5
    ask = bid + np.array([chance.randint(0, 20) for _ in range(count)]) / 1e5
    time = np.arange(1, count + 1, dtype=np.int64) * HOUR
    return Rows("quote", time, np.zeros(count, dtype=np.uint16), bid, ask, {"bid": bid, "ask": ask})


def sending(kind: int) -> OrderSending:
    """A request of a type; only type and symbol matter here."""
    return OrderSending(
        order=1, account="demo", action=5, type=kind, symbol="EURUSD", volume=LOT, price=0.0, stop_loss=0.0,
        take_profit=0.0, deviation=0, filling=0, expires=0, position=0, ticket=0, magic=0, comment="", stop_limit=0.0,
        time_type=0, opposite=0,
    )  # fmt: skip


def any_state(chance: random.Random) -> AccountState:
    """Up to two positions, two pending orders and an order in flight; often little money."""
    state = AccountState(balance=chance.choice((100_000_000, 1_200_000, 400_000)))
    state.bids["EURUSD"], state.asks["EURUSD"] = MIDDLE, MIDDLE + 5
    for ticket in range(1, chance.randint(0, 2) + 1):
        direction, away = chance.choice((-1, 1)), chance.randint(50, 900)
        state.positions[ticket] = Position(
            ticket=ticket,
            symbol="EURUSD",
            direction=direction,
            volume=LOT,
            units=100,
            point_units=(MIDDLE + chance.randint(-100, 100)) * 100,
            stop=MIDDLE - direction * away if chance.random() < 0.5 else 0,
            take=MIDDLE + direction * away if chance.random() < 0.5 else 0,
            swap=chance.randint(-500, 500),
            magic=0,
        )
    for ticket in range(3, chance.randint(0, 2) + 3):
        kind = chance.choice((0, 2, 3, 4, 5, 6, 7))
        away = chance.randint(50, 900) * (1 if kind in {3, 4, 6} else -1)
        live = chance.randint(0, 40) * HOUR
        state.pendings[ticket] = Pending(
            ticket=ticket, sending=sending(kind), kind=kind, price=MIDDLE + away, stop=0, take=0, expires=0, live=live
        )
    if chance.random() < 0.2:
        state.in_flight[5] = InFlight(ticket=5, sending=sending(0), due=chance.randint(1, 60) * HOUR)
    return state


def tables_over(names: tuple[str, ...], state: AccountState) -> Tables:
    """Tables of a server with these symbols; with more than one there is no sieve."""
    instruments = {name: INSTRUMENTS[name] for name in names}
    money = {name: point_money(one, 2) for name, one in instruments.items()}
    worth = Worth(AccountSettings(), instruments, money, state)
    tables = Tables(instruments, money, [(name, "bar", HOUR) for name in names], worth)
    tables.from_state()
    tables.changed()
    return tables


@pytest.mark.parametrize("kind", ["bar", "quote"])
def test_the_sieve_changes_no_scan(kind: str) -> None:
    chance = random.Random(kind)
    passed, found = 0, 0
    for number in range(300):
        rows = bars(chance, 60, lies=0.1 * (number % 2)) if kind == "bar" else quotes(chance, 60)
        state = any_state(chance)
        sieved, compiled = tables_over(NAMES[:1], state), tables_over(NAMES, state)
        start = 0
        while start < len(rows):
            part = rows.part(start, start + chance.randint(1, 20))
            hit = sieved.scan(part)
            assert hit == compiled.scan(part)
            if hit >= 0:
                found += 1
                break
            passed += 1
            for tables in (sieved, compiled):
                tables.advance(part)
            start += len(part)
            if chance.random() < 0.3:
                for position in state.positions.values():
                    position.swap -= chance.randint(0, 40_000)
                sieved.charged()
                compiled.changed()
    assert passed > 100
    assert found > 100


def test_most_quiet_bars_pass_the_sieve_itself() -> None:
    chance = random.Random(5)
    rows, spans = bars(chance, 400, lies=0.0), Spans()
    state = AccountState(balance=100_000_000)
    state.positions[1] = Position(
        ticket=1, symbol="EURUSD", direction=1, volume=LOT, units=100, point_units=MIDDLE * 100, stop=0, take=0,
        swap=0, magic=0,
    )  # fmt: skip
    sieve = Sieve.over(state, point_money(INSTRUMENTS["EURUSD"], 2), 1e5, (100_000_000, 400_000, 5_000))
    assert all(sieve.lets_pass(rows.part(start, start + 16), spans) for start in range(0, 384, 16))
