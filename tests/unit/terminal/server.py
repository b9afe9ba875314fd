"""A small simulated server to test against: two instruments, hand-made and random rows, orders in one line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server import AccountSettings, SimulatedTerminal

HOUR = 3_600_000_000_000
SECOND = 1_000_000_000
MONDAY = 1_388_966_400 * SECOND
"""Monday 2014-01-06 00:00 UTC."""
LOT = 100_000_000
BUY, SELL, BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP, BUY_STOP_LIMIT, SELL_STOP_LIMIT = range(8)
DEAL, PENDING, PROTECT, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10

EURUSD = Instrument(
    symbol="EURUSD",
    digits=5,
    contract_size=100_000.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="EUR",
    stops_level=10,
    swap_long=-6.5,
    swap_short=1.2,
    margin_hedged=100_000.0,
    commission_per_lot=350,
)
XAUUSD = Instrument(
    symbol="XAUUSD",
    digits=2,
    contract_size=100.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="XAU",
    calc_mode="cfd_leverage",
    swap_mode="currency",
    swap_long=-3.333,
    swap_short=-1.0,
    margin_hedged=0.0,
)
INSTRUMENTS = {one.symbol: one for one in (EURUSD, XAUUSD)}
BARS = (("EURUSD", "bar", HOUR), ("XAUUSD", "bar", HOUR))
QUOTES = (("EURUSD", "quote", 0), ("XAUUSD", "quote", 0))
SCALES = (100_000, 100)

BarPoints = tuple[int, int, tuple[int, int, int, int], tuple[int, int, int, int]]
"""Series, number of the hour that closes it, bid OHLC and ask OHLC in points."""


def server(series: Sequence[tuple[str, str, int]] = BARS, **settings: Any) -> SimulatedTerminal:
    """A terminal with a million dollars, no latency and a hedging account unless told otherwise."""
    own = {name: settings.pop(name) for name in OF_THE_TERMINAL if name in settings}
    instruments = settings.pop("instruments", INSTRUMENTS)
    account = AccountSettings(**{"balance": 100_000_000, **settings})
    return SimulatedTerminal(account, instruments, series, **own)


OF_THE_TERMINAL = ("latency_ns", "server_time", "journal", "calendars", "keep_history", "opened")


def terms(**changes: Any) -> dict[str, Instrument]:
    """The two instruments, EURUSD on other terms."""
    return {**INSTRUMENTS, "EURUSD": replace(EURUSD, **changes)}


def bars(points: Iterable[BarPoints]) -> Rows:
    """Rows of bars; hour h closes at MONDAY + h hours."""
    listed = list(points)
    series = np.array([one[0] for one in listed], dtype=np.uint16)
    time = np.array([MONDAY + one[1] * HOUR for one in listed], dtype=np.int64)
    columns: dict[str, Any] = {"time_msc": (time - HOUR) // 1_000_000, "series": series}
    for side, prices in (("bid", [one[2] for one in listed]), ("ask", [one[3] for one in listed])):
        for part, name in enumerate(("open", "high", "low", "close")):
            values = [sides[part] / SCALES[one[0]] for one, sides in zip(listed, prices, strict=True)]
            columns[f"{side}_{name}"] = np.array(values, dtype=np.float64)
    columns["volume"] = np.ones(len(listed), dtype=np.uint64)
    return Rows("bar", time, series, columns["bid_close"], columns["ask_close"], columns)


def bar(hour: int, opened: int, high: int, low: int, close: int, spread: int = 10) -> BarPoints:
    """One EURUSD bar in points, the ask `spread` above the bid."""
    bid = (opened, high, low, close)
    return (0, hour, bid, (opened + spread, high + spread, low + spread, close + spread))


def quotes(points: Iterable[tuple[int, int, int, int]]) -> Rows:
    """Rows of quotes from (series, ns after MONDAY, bid, ask) in points."""
    listed = list(points)
    series = np.array([one[0] for one in listed], dtype=np.uint16)
    time = np.array([MONDAY + one[1] for one in listed], dtype=np.int64)
    bid = np.array([one[2] / SCALES[one[0]] for one in listed], dtype=np.float64)
    ask = np.array([one[3] / SCALES[one[0]] for one in listed], dtype=np.float64)
    flags = np.full(len(listed), 6, dtype=np.uint32)
    columns: dict[str, Any] = {"time_msc": time // 1_000_000, "series": series, "bid": bid, "ask": ask, "flags": flags}
    return Rows("quote", time, series, bid, ask, columns)


def order(number: int, kind: int = BUY, lots: float = 1.0, **changes: Any) -> OrderSending:
    """An order; prices in points as `price`, `stop`, `take`, `limit` (stop-limit), everything else by field name."""
    scale = SCALES[1] if changes.get("symbol", "EURUSD") == "XAUUSD" else SCALES[0]
    price, stop, take, limit = (changes.pop(name, 0) / scale for name in ("price", "stop", "take", "limit"))
    pending = kind not in {BUY, SELL}
    given: dict[str, Any] = {
        "order": number,
        "account": "demo",
        "action": PENDING if pending else DEAL,
        "type": kind,
        "symbol": "EURUSD",
        "volume": round(lots * LOT),
        "price": price,
        "stop_loss": stop,
        "take_profit": take,
        "deviation": 0,
        "filling": 0,
        "expires": 0,
        "position": 0,
        "ticket": 0,
        "magic": 1_000 + number,
        "comment": "",
        "stop_limit": limit,
        "time_type": 2 if changes.get("expires") else 0,
        "opposite": 0,
    }
    return OrderSending(**(given | changes))


def settle(terminal: SimulatedTerminal, rows: Rows) -> list[Event]:
    """Settle moment by moment, deadlines first; the facts in order."""
    told: list[Event] = []
    for start, stop in moments(rows):
        told += pass_deadlines(terminal, rows, start)
        told += [fact for _, fact in terminal.settle(rows.part(start, stop))]
    return told


def pass_deadlines(terminal: SimulatedTerminal, rows: Rows, row: int) -> list[Event]:
    """Deadlines before a row: at a quote's own time too, before the close of a bar only."""
    time = int(rows.time[row])
    return list(terminal.reach(time if rows.kind == "quote" else time - 1))


def moments(rows: Rows) -> list[tuple[int, int]]:
    """Start and stop of each moment."""
    if rows.kind == "quote":
        return [(row, row + 1) for row in range(len(rows))]
    starts = [row for row in range(len(rows)) if row == 0 or rows.time[row] != rows.time[row - 1]]
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def retcode(facts: Iterable[Event]) -> int:
    """Return code of the one answer among facts."""
    (answer,) = [fact for fact in facts if isinstance(fact, OrderAnswered)]
    return answer.retcode


def random_bars(random: Random, hours: int) -> Rows:
    """Two symbols that wander, with gaps, holes and an hour whose bars come together."""
    bid = [120_000, 130_000]
    listed: list[BarPoints] = []
    for hour in range(1, hours + 1):
        for series in (0, 1):
            if random.random() < 0.1:
                continue
            opened = bid[series] + random.choice((0, 0, random.randint(-300, 300)))
            close = opened + random.randint(-200, 200)
            high = max(opened, close) + random.randint(0, 80)
            low = min(opened, close) - random.randint(0, 80)
            spread = random.randint(0, 20)
            sides = (opened, high, low, close)
            listed.append((series, hour, sides, tuple(one + spread for one in sides)))  # type: ignore[arg-type]  # four of each
            bid[series] = close
    return bars(listed)


def random_quotes(random: Random, count: int) -> Rows:
    """Two symbols that wander quote by quote, a few with equal times."""
    bid, time = [120_000, 130_000], 0
    listed = []
    for _ in range(count):
        series = random.randint(0, 1)
        time += random.choice((0, SECOND, 40 * SECOND, 1_800 * SECOND))
        bid[series] += random.randint(-60, 60)
        listed.append((series, time, bid[series], bid[series] + random.randint(0, 20)))
    return quotes(listed)


def random_order(random: Random, number: int, terminal: SimulatedTerminal, time: int) -> OrderSending:
    """Something a strategy might send, right or wrong, near the present prices."""
    state = terminal.state
    symbol = random.choice([*(state.bids or {"EURUSD": 0})])
    bid = state.bids.get(symbol, 120_000)
    kind = random.randint(0, 5)
    near = {"price": bid + random.randint(-250, 250)}
    stops = {name: bid + random.randint(-250, 250) for name in ("stop", "take") if random.random() < 0.5}
    lots = random.choice((0.01, 0.5, 1.0, 3.7, 20.0))
    where: dict[str, Any] = {"symbol": symbol, **near, **stops}
    if state.positions and random.random() < 0.4:
        position = state.positions[random.choice([*state.positions])]
        back = SELL if position.direction > 0 else BUY
        part = position.volume if random.random() < 0.5 else LOT // 100
        where |= {"symbol": position.symbol, "position": position.ticket}
        if random.random() < 0.3:
            return order(number, back, action=PROTECT, **where)
        return order(number, back, part / LOT, **where)
    if state.pendings and random.random() < 0.3:
        pending = state.pendings[random.choice([*state.pendings])]
        where |= {"symbol": pending.sending.symbol, "ticket": pending.ticket}
        return order(number, pending.sending.type, action=random.choice((MODIFY, REMOVE)), **where)
    if kind > SELL and random.random() < 0.3:
        where["expires"] = time + random.randint(1, 5) * HOUR
    return order(number, kind, lots, **where)
