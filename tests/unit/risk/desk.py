"""A hand-made desk: a frozen context and orders to put before risk, one fact changed at a time."""

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tallystick.events.types.trading import OrderRequested
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.rows import Quote
from tallystick.platform.accounts.views import AccountView, OrderView, PositionView

SECOND_NS = 1_000_000_000
MONDAY_NOON = 1_388_966_400 * SECOND_NS + 12 * 3600 * SECOND_NS
"""2014-01-06T12:00Z, a Monday."""

EURUSD = Instrument(
    symbol="EURUSD",
    digits=5,
    contract_size=100_000.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="EUR",
    stops_level=20,
)
USDJPY = Instrument(
    symbol="USDJPY",
    digits=3,
    contract_size=100_000.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="USD",
    currency_profit="JPY",
)
XAUUSD = Instrument(
    symbol="XAUUSD",
    digits=3,
    contract_size=100.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="XAU",
    calc_mode="cfd",
)
ACCOUNT = AccountView(
    account="demo",
    currency="USD",
    digits=2,
    leverage=100,
    margin_mode="hedging",
    balance=10_000_000,
    equity=10_000_000,
    margin=0,
    day_start_balance=10_000_000,
    peak_balance=10_000_000,
    restricted=False,
    halted=False,
)


def quote(symbol: str, bid: float, ask: float, time: int = MONDAY_NOON) -> Quote:
    """A quote of one symbol."""
    return Quote(0, symbol, time, bid, ask, time // 1_000_000, 0)


@dataclass(frozen=True)
class FakeContext:
    """What a module may look at, made by hand."""

    time: int = MONDAY_NOON
    random: Any = field(default_factory=lambda: random.Random(0))
    quotes: dict[str, Quote] = field(
        default_factory=lambda: {"EURUSD": quote("EURUSD", 1.3, 1.3001), "XAUUSD": quote("XAUUSD", 1200.0, 1200.5)}
    )
    instruments: dict[str, Instrument] = field(
        default_factory=lambda: {one.symbol: one for one in (EURUSD, USDJPY, XAUUSD)}
    )
    positions: dict[int, PositionView] = field(default_factory=dict)
    orders: dict[int, OrderView] = field(default_factory=dict)
    account: Any = ACCOUNT


BUY = OrderRequested(
    order=7,
    account="demo",
    strategy="ema",
    symbol="EURUSD",
    purpose="open",
    side="buy",
    kind="market",
    volume=LOT // 10,
    price=1.3001,
    stop_loss=0.0,
    take_profit=0.0,
    position=0,
    ticket=0,
    expires=0,
    reduces=False,
)
CLOSE = msgspec.structs.replace(BUY, purpose="close", side="sell", price=1.3, position=55, reduces=True)
CANCEL = msgspec.structs.replace(BUY, purpose="cancel", kind="limit", volume=0, price=0.0, ticket=91, reduces=True)


def like(request: OrderRequested, **changes: Any) -> OrderRequested:
    """The request with some fields changed."""
    return msgspec.structs.replace(request, **changes)


def account(**changes: Any) -> AccountView:
    """The account with some fields changed."""
    return msgspec.structs.replace(ACCOUNT, **changes)


def position(
    ticket: int = 55, symbol: str = "EURUSD", direction: int = 1, volume: int = LOT // 10, stop_loss: float = 0.0
) -> PositionView:
    """A position of strategy ema."""
    return PositionView(
        ticket=ticket,
        symbol=symbol,
        strategy="ema",
        direction=direction,
        volume=volume,
        price_open=1.3,
        stop_loss=stop_loss,
        take_profit=0.0,
        swap=0,
        order=1,
        opened=0,
    )


def in_flight(request: OrderRequested, stage: Any = "sending", ticket: int = 0) -> OrderView:
    """The request as an order that has not ended."""
    return OrderView(
        order=request.order,
        strategy=request.strategy,
        symbol=request.symbol,
        purpose=request.purpose,
        direction=1 if request.side == "buy" else -1,
        kind=request.kind,
        volume=request.volume,
        price=request.price,
        stop_loss=request.stop_loss,
        take_profit=request.take_profit,
        position=request.position,
        ticket=ticket or request.ticket,
        reduces=request.reduces,
        requested=MONDAY_NOON,
        stage=stage,
    )
