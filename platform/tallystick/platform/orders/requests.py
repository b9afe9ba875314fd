"""Orders as they are asked for: legs and intents become `order.requested`, with prices at the current quote."""

from typing import Any

from tallystick.events.types.trading import IntentRaised, OrderRequested
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Quote
from tallystick.platform.orders.flight import Key
from tallystick.platform.orders.legs import Leg


def request_for_leg(
    leg: Leg, number: int, key: Key, stops: tuple[int, int], account: str, context: Any
) -> OrderRequested:
    """A market order for a leg; opens carry stop loss and take profit at their distances (points) from the quote."""
    strategy, symbol = key
    quote = context.quotes.get(symbol)
    instrument = context.instruments.get(symbol)
    stop_loss, take_profit = (0.0, 0.0)
    if leg.purpose == "open" and quote is not None and instrument is not None:
        stop_loss, take_profit = stop_prices(instrument, quote, leg.direction, *stops)
    return OrderRequested(
        order=number,
        account=account,
        strategy=strategy,
        symbol=symbol,
        purpose=leg.purpose,
        side="buy" if leg.direction > 0 else "sell",
        kind="market",
        volume=leg.volume,
        price=market_price(quote, leg.direction),
        stop_loss=stop_loss,
        take_profit=take_profit,
        position=leg.position,
        ticket=0,
        expires=0,
        reduces=leg.reduces,
    )


def request_for_intent(intent: IntentRaised, number: int, account: str, context: Any) -> OrderRequested:
    """An intent, word for word; a close without volume is the whole position, without price the market's.

    A ticket that is no position of the account is taken as an order's. What the intent cannot mean is left to risk.
    """
    position = context.positions.get(intent.ticket)
    side, volume, price, reduces = intent.side, intent.volume, intent.price, False
    closes = intent.action == "close"
    if closes and position is not None:
        side = "sell" if position.direction > 0 else "buy"
        volume = volume or position.volume
    if closes or intent.action == "cancel":
        reduces = True
    elif intent.action == "protect" and position is not None:
        reduces = tightens(position.direction, position.stop_loss, intent.stop_loss)
    if intent.action in {"open", "close"} and not price:
        price = market_price(context.quotes.get(intent.symbol), 1 if side == "buy" else -1)
    of_position = closes or (intent.action == "protect" and position is not None)
    return OrderRequested(
        order=number,
        account=account,
        strategy=intent.strategy,
        symbol=intent.symbol,
        purpose=intent.action,
        side=side,
        kind="market" if intent.action in {"open", "close"} else intent.kind,
        volume=volume,
        price=price,
        stop_loss=intent.stop_loss,
        take_profit=intent.take_profit,
        position=intent.ticket if of_position else 0,
        ticket=0 if of_position else intent.ticket,
        expires=intent.expires,
        reduces=reduces,
    )


def market_price(quote: Quote | None, direction: int) -> float:
    """What a market order is decided on: ask to buy, bid to sell; 0.0 without a quote, which risk refuses."""
    if quote is None:
        return 0.0
    return quote.ask if direction > 0 else quote.bid


def stop_prices(
    instrument: Instrument, quote: Quote, direction: int, stop_points: int, take_points: int
) -> tuple[float, float]:
    """Stop loss and take profit at whole points from the price that opens; 0.0 for a distance of 0."""
    opening = instrument.points(market_price(quote, direction))
    stop = instrument.price(opening - direction * stop_points) if stop_points else 0.0
    take = instrument.price(opening + direction * take_points) if take_points else 0.0
    return max(stop, 0.0), max(take, 0.0)


def tightens(direction: int, held_stop: float, stop: float) -> bool:
    """True when a new stop loss protects at least as well as the one that stands."""
    return held_stop == 0.0 or (stop != 0.0 and direction * (stop - held_stop) >= 0.0)
