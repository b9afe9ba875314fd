"""A simulated server over pairs of several currencies, hand-made quotes, and an oracle in fractions."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.types.trading import DealMade, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server import AccountSettings, SimulatedTerminal
from tests.unit.terminal.server import BUY, DEAL, HOUR, LOT, MONDAY, SECOND, SELL

Quotes = Mapping[str, tuple[int, int]]


def pair(symbol: str, **changes: Any) -> Instrument:
    """A currency pair of 100,000 a lot; three digits against the yen, else five."""
    base, quote = symbol[:3], symbol[3:]
    known: dict[str, Any] = {
        "symbol": symbol,
        "digits": 3 if quote == "JPY" else 5,
        "contract_size": 100_000.0,
        "volume_min": LOT // 100,
        "volume_max": 100 * LOT,
        "volume_step": LOT // 100,
        "currency_base": base,
        "currency_profit": quote,
        "currency_margin": base,
        "margin_hedged": 50_000.0,
        "commission_per_lot": 350,
    }
    return Instrument(**(known | changes))


def server(
    currency: str, instruments: Iterable[Instrument], *, kind: str = "quote", **settings: Any
) -> SimulatedTerminal:
    """A server with an account in a currency, each instrument moved by a series of its own."""
    known = {one.symbol: one for one in instruments}
    digits = 0 if currency == "JPY" else 2
    own = {name: settings.pop(name) for name in ("latency_ns", "server_time") if name in settings}
    account = AccountSettings(**{"currency": currency, "digits": digits, "balance": 100_000_000, **settings})
    return SimulatedTerminal(account, known, [(symbol, kind, HOUR if kind == "bar" else 0) for symbol in known], **own)


def quote(terminal: SimulatedTerminal, after_s: int, **points: tuple[int, int]) -> list[Event]:
    """Quotes of some symbols, one after another, `after_s` seconds after Monday; what the server said."""
    told: list[Event] = []
    for symbol, (bid, ask) in points.items():
        rows = quotes(terminal, [(symbol, after_s * SECOND, bid, ask)])
        told += terminal.reach(int(rows.time[0]))
        told += [fact for _, fact in terminal.settle(rows)]
    return told


def quotes(terminal: SimulatedTerminal, listed: list[tuple[str, int, int, int]]) -> Rows:
    """Rows of quotes from (symbol, ns after MONDAY, bid, ask) in points."""
    names = [*terminal.instruments]
    scales = [10 ** terminal.instruments[one[0]].digits for one in listed]
    series = np.array([names.index(one[0]) for one in listed], dtype=np.uint16)
    time = np.array([MONDAY + one[1] for one in listed], dtype=np.int64)
    bid, ask = (
        np.array([one[side] / scale for one, scale in zip(listed, scales, strict=True)], dtype=np.float64)
        for side in (2, 3)
    )
    flags = np.full(len(listed), 6, dtype=np.uint32)
    columns: dict[str, Any] = {"time_msc": time // 1_000_000, "series": series, "bid": bid, "ask": ask, "flags": flags}
    return Rows("quote", time, series, bid, ask, columns)


def bars(terminal: SimulatedTerminal, listed: Sequence[tuple[str, int, tuple[int, ...], int]]) -> Rows:
    """Rows of bars from (symbol, hour that closes it, bid OHLC in points, spread in points)."""
    names = [*terminal.instruments]
    scales = [10 ** terminal.instruments[one[0]].digits for one in listed]
    series = np.array([names.index(one[0]) for one in listed], dtype=np.uint16)
    time = np.array([MONDAY + one[1] * HOUR for one in listed], dtype=np.int64)
    columns: dict[str, Any] = {"time_msc": (time - HOUR) // 1_000_000, "series": series}
    for part, name in enumerate(("open", "high", "low", "close")):
        for side, wide in (("bid", 0), ("ask", 1)):
            points = [(one[2][part] + wide * one[3]) / scale for one, scale in zip(listed, scales, strict=True)]
            columns[f"{side}_{name}"] = np.array(points, dtype=np.float64)
    columns["volume"] = np.ones(len(listed), dtype=np.uint64)
    return Rows("bar", time, series, columns["bid_close"], columns["ask_close"], columns)


def order(number: int, symbol: str, kind: int = BUY, lots: float = 1.0, **changes: Any) -> OrderSending:
    """A market order."""
    given: dict[str, Any] = {
        "order": number,
        "account": "demo",
        "action": DEAL,
        "type": kind,
        "symbol": symbol,
        "volume": round(lots * LOT),
        "price": 0.0,
        "stop_loss": 0.0,
        "take_profit": 0.0,
        "deviation": 0,
        "filling": 0,
        "expires": 0,
        "position": 0,
        "ticket": 0,
        "magic": 1_000 + number,
        "comment": "",
        "stop_limit": 0.0,
        "time_type": 0,
        "opposite": 0,
    }
    return OrderSending(**(given | changes))


def deals(told: Iterable[Event]) -> list[DealMade]:
    """The deals among facts."""
    return [fact for fact in told if isinstance(fact, DealMade)]


# -- the oracle: written from docs/fills.md, with fractions and no code of the market package


def nearest(value: Fraction) -> int:
    """To the nearest integer, halves away from zero."""
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


def rate(source: str, target: str, quoted: Quotes, *, ask: bool) -> Fraction:
    """Units of target for one of source: the pair itself, the pair the other way round, or two pairs."""
    if source == target:
        return Fraction(1)
    direct = _direct(source, target, quoted, ask=ask)
    if direct is not None:
        return direct
    found = []
    for middle in sorted({symbol[:3] for symbol in quoted} | {symbol[3:] for symbol in quoted}):
        first, then = _direct(source, middle, quoted, ask=ask), _direct(middle, target, quoted, ask=ask)
        if first is not None and then is not None:
            found.append(first * then)
    (only,) = found
    return only


def _direct(source: str, target: str, quoted: Quotes, *, ask: bool) -> Fraction | None:
    if source + target in quoted:
        return _price(source + target, quoted, ask=ask)
    if target + source in quoted:
        return 1 / _price(target + source, quoted, ask=not ask)
    return None


def _price(symbol: str, quoted: Quotes, *, ask: bool) -> Fraction:
    return Fraction(quoted[symbol][ask], 1000 if symbol.endswith("JPY") else 100_000)


def profit(
    symbol: str, direction: int, lots: Fraction, opened: Fraction, closed: int, account: str, quoted: Quotes
) -> int:
    """Minor units of the account for a move between two prices in points."""
    scale, minor = 1000 if symbol.endswith("JPY") else 100_000, 1 if account == "JPY" else 100
    own = direction * (closed - opened) * lots * 100_000 / scale
    return nearest(own * rate(symbol[3:], account, quoted, ask=own < 0) * minor)


def margin(
    symbol: str, direction: int, lots: Fraction, opened: Fraction, leverage: int, account: str, quoted: Quotes
) -> int:
    """Margin of a new position: the base by leverage, at the pair's own price where that leads to the account."""
    scale, minor = 1000 if symbol.endswith("JPY") else 100_000, 1 if account == "JPY" else 100
    base, quoted_in = symbol[:3], symbol[3:]
    if quoted_in == account:
        return nearest(lots * 100_000 * opened / scale * minor / leverage)
    return nearest(lots * 100_000 * rate(base, account, quoted, ask=direction > 0) * minor / leverage)


# -- random markets


MIDDLES = {"EURUSD": 120_000, "USDJPY": 110_000, "EURJPY": 132_000, "GBPUSD": 140_000, "USDCHF": 91_000}


def random_quotes(random: Random, terminal: SimulatedTerminal, count: int, step: int = 60) -> Rows:
    """Pairs that wander quote by quote; each has one first."""
    middle = {symbol: MIDDLES[symbol] for symbol in terminal.instruments}
    listed, time = [], 0
    for number in range(count):
        symbol = [*middle][number] if number < len(middle) else random.choice([*middle])
        time += random.choice((0, SECOND, 40 * SECOND, 1_800 * SECOND)) if number else 0
        middle[symbol] += random.randint(-step, step)
        listed.append((symbol, time, middle[symbol], middle[symbol] + random.randint(0, 30)))
    return quotes(terminal, listed)


def random_bars(random: Random, terminal: SimulatedTerminal, hours: int) -> Rows:
    """Pairs that wander hour by hour, with gaps and holes."""
    middle = {symbol: MIDDLES[symbol] for symbol in terminal.instruments}
    listed = []
    for hour in range(1, hours + 1):
        for symbol in terminal.instruments:
            if hour > 1 and random.random() < 0.15:
                continue
            opened = middle[symbol] + random.choice((0, 0, random.randint(-300, 300)))
            close = opened + random.randint(-250, 250)
            high, low = max(opened, close) + random.randint(0, 90), min(opened, close) - random.randint(0, 90)
            listed.append((symbol, hour, (opened, high, low, close), random.randint(0, 20)))
            middle[symbol] = close
    return bars(terminal, listed)


def random_order(random: Random, number: int, terminal: SimulatedTerminal) -> OrderSending:
    """Open, or close some of what stands."""
    state = terminal.state
    if state.positions and random.random() < 0.5:
        held = state.positions[random.choice([*state.positions])]
        part = held.volume if random.random() < 0.5 else LOT // 100
        return order(number, held.symbol, SELL if held.direction > 0 else BUY, part / LOT, position=held.ticket)
    symbol = random.choice([*state.bids])
    bid, scale = state.bids[symbol], 10 ** terminal.instruments[symbol].digits
    stops = {
        name: (bid + random.randint(-400, 400)) / scale
        for name in ("stop_loss", "take_profit")
        if random.random() < 0.3
    }
    return order(number, symbol, random.choice((BUY, SELL)), random.choice((0.01, 0.5, 1.0, 3.7)), **stops)
