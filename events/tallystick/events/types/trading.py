"""The way of an order: signal, target, request, verdict, sending, answer, deal."""

from typing import Annotated, Literal

from tallystick.events.event import Event, fact, field

Side = Annotated[Literal["buy", "sell"], field("buy or sell")]
OrderKind = Annotated[
    Literal["market", "limit", "stop", "stop_limit"], field("market, or pending: limit, stop or stop_limit")
]
Purpose = Annotated[
    Literal["open", "close", "pending", "cancel", "protect"],
    field("open or close a position, place or cancel a pending order, or protect a position (its stops)"),
]

OrderNumber = Annotated[int, field("the book's order number, counting on across runs")]
Strategy = Annotated[str, field("name of the strategy")]
Symbol = Annotated[str, field("instrument")]
Account = Annotated[str, field("account of the book")]
Volume = Annotated[int, field("volume", "1e-8 lots")]
SignedVolume = Annotated[int, field("volume, negative when short", "1e-8 lots")]
Points = Annotated[int, field("distance; 0 is none", "points")]
Price = Annotated[float, field("price; 0.0 is none, as in MT5", "price")]
Money = Annotated[int, field("amount", "minor units of the account currency")]
Ticket = Annotated[int, field("ticket at the terminal; 0 is none")]
Moment = Annotated[int, field("moment, modelled inside a bar by the rules of docs/fills.md", "ns UTC")]
Comment = Annotated[str, field("comment as the terminal keeps it, at most 29 characters")]


@fact("signal.raised", said_by="strategy", trading=True)
class SignalRaised(Event):
    """A strategy's view changed; the portfolio decides how much."""

    strategy: Strategy
    symbol: Symbol
    direction: Annotated[int, field("+1 long, 0 flat, -1 short")]
    stop_points: Points
    take_points: Points


@fact("target.asked", said_by="strategy", trading=True)
class TargetAsked(Event):
    """A strategy wants to hold exactly this much of a symbol; said only on a change."""

    strategy: Strategy
    symbol: Symbol
    volume: SignedVolume
    stop_points: Points
    take_points: Points


@fact("protection.asked", said_by="strategy", trading=True)
class ProtectionAsked(Event):
    """How the strategy's positions of a symbol are to be protected as they move, until it asks otherwise."""

    strategy: Strategy
    symbol: Symbol
    position: Annotated[int, field("the one position meant; 0 is every position of the strategy in the symbol")]
    trail_points: Annotated[int, field("the stop follows the price at this distance; 0 is none", "points")]
    break_even_points: Annotated[int, field("profit at which the stop moves to the opening price; 0 is none", "points")]
    lock_points: Annotated[int, field("profit that the stop secures then", "points")]


@fact("intent.raised", said_by=("strategy", "portfolio"), trading=True)
class IntentRaised(Event):
    """One particular order rather than a target: a strategy's, or the portfolio's that protects or closes for it."""

    strategy: Strategy
    symbol: Symbol
    action: Purpose
    side: Side
    kind: OrderKind
    volume: Volume
    price: Price
    stop_loss: Price
    take_profit: Price
    ticket: Ticket
    expires: Annotated[int, field("when a pending order lapses; 0 is never", "ns UTC")]


@fact("decision.explained", said_by=("strategy", "portfolio"))
class DecisionExplained(Event):
    """The values a decision rested on (`why=`); not trading, so spelling a strategy otherwise changes no digest."""

    strategy: Strategy
    symbol: Symbol
    values: Annotated[dict[str, float], field("named values")]


@fact("target.set", said_by="portfolio", trading=True)
class TargetSet(Event):
    """What a strategy is to hold of a symbol; said only on a change."""

    strategy: Strategy
    symbol: Symbol
    volume: SignedVolume
    stop_points: Points
    take_points: Points


@fact("target.withheld", said_by="portfolio", trading=True)
class TargetWithheld(Event):
    """A signal that could not be sized, so that no trade is never silent."""

    strategy: Strategy
    symbol: Symbol
    direction: Annotated[int, field("+1 long, 0 flat, -1 short, as the signal said")]
    rule: Annotated[
        str, field("what was missing, such as volume_min, volume_step, stop, instrument, equity or currency")
    ]
    limit: Annotated[int, field("what the rule asks for", "by rule")]
    value: Annotated[int, field("what the signal came to", "by rule")]
    detail: Annotated[str, field("the reason in words, with what to do")]


@fact("order.requested", said_by="orders", trading=True)
class OrderRequested(Event):
    """An order the book would like; nothing with outside effects hears it."""

    order: OrderNumber
    account: Account
    strategy: Strategy
    symbol: Symbol
    purpose: Purpose
    side: Side
    kind: OrderKind
    volume: Volume
    price: Annotated[float, field("limit or stop price; for a market order the price it was decided on", "price")]
    stop_loss: Price
    take_profit: Price
    position: Annotated[int, field("position to close or protect; 0 is none")]
    ticket: Annotated[int, field("pending order to cancel or change; 0 is none")]
    expires: Annotated[int, field("when a pending order lapses; 0 is never", "ns UTC")]
    reduces: Annotated[bool, field("true when it can only lower the exposure")]


@fact("order.approved", said_by="risk", trading=True)
class OrderApproved(Event):
    """Risk let the order through: every rule was asked; the one nearest to its limit is named."""

    order: OrderNumber
    rule: Annotated[str, field("the rule that came nearest to its limit; empty when none has a number")]
    limit: Annotated[int, field("its limit", "by rule")]
    value: Annotated[int, field("the order's value for it", "by rule")]


@fact("order.denied", said_by="risk", trading=True)
class OrderDenied(Event):
    """Risk refused the order; it ends here."""

    order: OrderNumber
    rule: Annotated[str, field("the first rule, in documented order, that refused")]
    limit: Annotated[int, field("its limit", "by rule")]
    value: Annotated[int, field("the order's value for it", "by rule")]
    detail: Annotated[str, field("the reason in words, with what to do")]


@fact("order.sending", said_by="gateway", trading=True, version=2)
class OrderSending(Event):
    """The call to the terminal is about to be made, exactly like this (numbers are MT5's)."""

    order: OrderNumber
    account: Account
    action: Annotated[int, field("MT5 TRADE_ACTION")]
    type: Annotated[int, field("MT5 ORDER_TYPE")]
    symbol: Symbol
    volume: Volume
    price: Price
    stop_loss: Price
    take_profit: Price
    deviation: Points
    filling: Annotated[int, field("MT5 ORDER_FILLING")]
    expires: Annotated[int, field("when a pending order lapses; 0 is never", "ns UTC")]
    position: Ticket
    ticket: Ticket
    magic: Annotated[int, field("the strategy's base plus the order number, or a bot's own: the key servers keep")]
    comment: Comment
    stop_limit: Annotated[float, field("price of the limit order that a stop-limit order leaves; 0.0 is none", "price")]
    time_type: Annotated[int, field("MT5 ORDER_TYPE_TIME")]
    opposite: Annotated[int, field("the position that closes `position` in a close-by; 0 is none")]


@fact("order.answered", said_by="terminal", trading=True)
class OrderAnswered(Event):
    """The terminal's answer to one sending (MT5 OrderSendResult)."""

    order: OrderNumber
    retcode: Annotated[int, field("MT5 TRADE_RETCODE")]
    deal: Ticket
    ticket: Ticket
    volume: Volume
    price: Price
    bid: Price
    ask: Price
    moment: Moment
    comment: Comment


@fact("order.ended", said_by="terminal", trading=True)
class OrderEnded(Event):
    """A pending order left the terminal's book."""

    order: OrderNumber
    ticket: Ticket
    state: Annotated[
        Literal["filled", "cancelled", "expired", "rejected"], field("filled, cancelled, expired or rejected")
    ]
    moment: Moment


@fact("order.triggered", said_by="terminal", trading=True)
class OrderTriggered(Event):
    """A stop-limit order reached its price: under the same ticket it is now a limit order."""

    order: OrderNumber
    ticket: Ticket
    price: Annotated[float, field("price of the limit order that it is now", "price")]
    moment: Moment


@fact("order.abandoned", said_by="gateway", trading=True)
class OrderAbandoned(Event):
    """An order whose outcome was unknown was found nowhere after the quiet period; it is never sent again."""

    order: OrderNumber
    reason: Annotated[str, field("what was looked at, in words")]


@fact("deal.made", said_by="terminal", trading=True)
class DealMade(Event):
    """A deal on the account (MT5 TradeDeal), the balance after it, and the modelled moment."""

    deal: Ticket
    ticket: Annotated[int, field("order ticket the deal executed")]
    order: Annotated[int, field("the book's order number; -1 when the terminal acted by itself")]
    position: Annotated[int, field("position identifier")]
    symbol: Symbol
    type: Annotated[Literal["buy", "sell", "balance"], field("buy, sell, or balance for money put in or out")]
    entry: Annotated[
        Literal["in", "out", "inout", "out_by"],
        field("into a position, out of it, through it to the other side, or out by an opposite one"),
    ]
    reason: Annotated[
        Literal["expert", "client", "sl", "tp", "so", "rollover", "balance"],
        field("who or what asked: expert (this book), client, stop loss, take profit, stop-out, rollover, balance"),
    ]
    volume: Volume
    price: Price
    profit: Money
    swap: Money
    commission: Money
    balance: Annotated[int, field("balance after the deal", "minor units of the account currency")]
    magic: Annotated[int, field("magic of the position's order")]
    moment: Moment
    comment: Comment
