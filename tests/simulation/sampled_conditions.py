"""What a broker may set on top of a sampled market: modes, liquidity, limits, sessions, account rules, faults."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.market.sessions import Range, Sessions
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.server.faults import Fault
from tests.simulation.oracle.arithmetic import server_offset
from tests.simulation.sampled_market import DAY, Market, sampled_market
from tests.simulation.sampled_money import with_sampled_money

T = TypeVar("T")
ONLY_INJECTED = (10007, 10011, 10012, 10020, 10023, 10028, 10031, 10032, 10041, 10027)
"""Codes that no state of the server brings about (section 18)."""


class _Broker:
    """Sets each condition otherwise than by default, with a chance of its own: some programs meet few of them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.oddness = rng, rng.choice((0.1, 0.25, 0.6))

    def says(self, plain: T, *others: T) -> T:
        """The default, or one of the others."""
        return self.rng.choice(others) if self.rng.random() < self.oddness else plain


def sampled_program_market(rng: random.Random, kinds: Sequence[str] = ("bar", "bar", "quote")) -> Market:
    """A short market under sampled conditions; one in eight has none but the defaults."""
    market = sampled_market(rng, (1, 2), kinds)
    if rng.random() < 0.12:
        return market
    broker, start = _Broker(rng), market.moments[0][0].time
    calendars = _calendars(rng, market.rule, start)
    instruments = {symbol: _conditions(broker, one, market, calendars) for symbol, one in market.instruments.items()}
    faults = tuple(_fault(rng, market) for _ in range(rng.choice((0, 0, 0, 0, 2))))
    account = _account(broker, market.account)
    market = replace(market, account=account, instruments=instruments, calendars=calendars, faults=faults)
    return with_sampled_money(rng, market) if rng.random() < 0.3 else market


def _account(broker: _Broker, account: AccountSettings) -> AccountSettings:
    return msgspec.structs.replace(
        account,
        credit=broker.says(0, 137, account.balance // 3),
        limit_orders=broker.says(0, 1, 2, 5),
        limit_positions=broker.says(0, 2, 4),
        message_limit=broker.rng.choice((0,) * 18 + (1, 2)),
        fifo_close=broker.says(False, True),
        hedge_prohibited=broker.says(False, True),
        trade_allowed=broker.rng.random() > 0.005,
        trade_expert=broker.rng.random() > 0.005,
    )


def _conditions(broker: _Broker, one: Instrument, market: Market, calendars: dict[str, Sessions]) -> Instrument:
    rng, says = broker.rng, broker.says
    prices = [row for moment in market.moments for row in moment if market.series[row.series][0] == one.symbol]
    first, last = market.moments[0][0].time, market.moments[-1][0].time
    some_price = _a_price(rng.choice(prices).bid) if prices else 1.0
    return replace(
        one,
        execution=says("market", "exchange", "exchange", "instant", "request"),
        filling_modes=rng.choice((1, 2, 3, 7, 7)),
        order_modes=says(127, 127, 127 & ~rng.choice((1, 2, 4, 8, 16, 32, 64))),
        expiration_modes=says(15, 15, 1, 3, 5, 9, 14),
        gtc_mode=says("gtc", "daily", "daily_no_stops"),
        trade_mode=says("full", *("full", "long_only", "short_only", "close_only") * 2, "disabled"),
        liquidity_volume=says(
            rng.choice((0, one.volume_min * 2)), one.volume_min, one.volume_min * 3 + 1, one.volume_min * 12, 1
        ),
        sessions=says("", *calendars),
        trades_from=says(0, 0, 0, rng.randint(first, last)),
        trades_until=says(0, 0, 0, rng.randint((first + last) // 2, last)),
        price_limit_min=says(0.0, 0.0, some_price * 0.99),
        price_limit_max=says(0.0, 0.0, some_price * 1.01),
    )


def _a_price(bid: float | tuple[float, ...]) -> float:
    return bid[0] if isinstance(bid, tuple) else bid


def _calendars(rng: random.Random, rule: str, start: int) -> dict[str, Sessions]:
    """A day with a pause or two; edges on whole hours, on odd seconds, at midnight."""
    today = (start + server_offset(rule, start)) // DAY
    found = {}
    for name in ("one", "other"):
        edges = sorted(rng.sample(range(0, 24 * 3600 + 1, rng.choice((3600, 1_000, 771))), 2))
        pause = (Range(0, edges[0]), Range(edges[1], 24 * 3600))  # open but for a pause, or only then, or all day
        ranges: tuple[Range, ...] = rng.choice((pause, pause, (Range(*edges),), (Range(0, 24 * 3600),)))
        ranges = tuple(one for one in ranges if one.from_s < one.to_s)
        holidays = frozenset({today + rng.randint(0, 2)} if rng.random() < 0.3 else ())
        found[name] = Sessions(week=(ranges,) * 7, holidays=holidays)
    return found


def _fault(rng: random.Random, market: Market) -> Fault:
    code = rng.choice(ONLY_INJECTED)
    symbol = rng.choice(("", *market.instruments))
    return Fault(retcode=code, order=rng.choice((-1, rng.randint(1, 20))), symbol=symbol)
