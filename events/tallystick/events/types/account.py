"""The account and its positions: how it opens, what its positions cost and bind, when its trading is limited."""

from typing import Annotated, Literal

from tallystick.events.event import Event, fact, field
from tallystick.events.types.trading import Account, Moment, Money, OrderNumber, Price, Side, Symbol, Ticket, Volume


@fact("position.protected", said_by="terminal", trading=True)
class PositionProtected(Event):
    """A position's stop loss and take profit as they now stand."""

    position: Ticket
    stop_loss: Price
    take_profit: Price
    moment: Moment


@fact("swap.charged", said_by="terminal", trading=True)
class SwapCharged(Event):
    """A night's swap, kept on the position until it closes."""

    position: Ticket
    symbol: Symbol
    amount: Money
    nights: Annotated[int, field("1, or 3 on the triple day", "nights")]
    moment: Moment


@fact("account.opened", said_by="terminal", version=2)
class AccountOpened(Event):
    """An account as the terminal states it at the start of a run."""

    account: Account
    currency: Annotated[str, field("currency of the account")]
    digits: Annotated[int, field("decimal places of a minor unit")]
    balance: Money
    leverage: Annotated[int, field("leverage; margin is divided by it")]
    margin_mode: Annotated[
        Literal["netting", "hedging"], field("netting: one position a symbol; hedging: one for each order")
    ]
    stop_out_call: Annotated[int, field("margin call level", "hundredths of a percent")]
    stop_out_level: Annotated[int, field("stop-out level", "hundredths of a percent")]
    latency: Annotated[int, field("time from sending to execution in simulation", "ns")]
    credit: Annotated[int, field("lent by the broker: counts in equity only", "minor units of the account currency")]
    limit_orders: Annotated[int, field("most pending orders at a time; 0 is any number")]
    limit_positions: Annotated[int, field("most positions at a time; 0 is any number")]
    message_limit: Annotated[int, field("most requests within a second; 0 is any number")]
    fifo_close: Annotated[bool, field("positions of a symbol are closed oldest first")]
    hedge_prohibited: Annotated[bool, field("no position against another of the same symbol")]
    trade_allowed: Annotated[bool, field("the account may trade")]
    trade_expert: Annotated[bool, field("the account may trade by program")]


@fact("position.margin_fixed", said_by="terminal")
class PositionMarginFixed(Event):
    """What a position binds once its next deal is made, where a rate between currencies decides it: fixed there."""

    position: Annotated[int, field("position identifier")]
    symbol: Symbol
    margin: Annotated[int, field("margin of the position by itself", "minor units of the account currency")]
    moment: Moment


@fact("account.stopped_out", said_by="terminal", trading=True)
class AccountStoppedOut(Event):
    """The margin level fell below the stop-out level; the worst loser is closed next."""

    equity: Money
    margin: Money
    level: Annotated[int, field("equity over margin", "hundredths of a percent")]
    position: Annotated[int, field("the position that is closed")]
    moment: Moment


@fact("account.restricted", said_by="gateway")
class AccountRestricted(Event):
    """The account may only reduce risk until the outcome of an order is known."""

    account: Account
    order: OrderNumber
    reason: Annotated[str, field("why, in words")]


@fact("account.released", said_by="gateway")
class AccountReleased(Event):
    """The account may trade freely again."""

    account: Account
    order: OrderNumber


@fact("account.limit_reached", said_by="portfolio", trading=True)
class AccountLimitReached(Event):
    """A limit of the account was reached: everything is closed and nothing new is opened, unless it is a target."""

    rule: Annotated[str, field("daily_loss_limit, max_loss_limit, trailing_loss_limit or profit_target")]
    limit: Annotated[int, field("what may be lost, or is to be won", "minor units of the account currency")]
    value: Annotated[int, field("what has been lost, or won", "minor units of the account currency")]
    equity: Money
    until: Annotated[int, field("until when it holds; 0 is until a person resumes the book", "ns UTC")]
    closes: Annotated[bool, field("false for what is only told")]


@fact("foreign_trade.seen", said_by="gateway", trading=True)
class ForeignTradeSeen(Event):
    """A deal on the account that this book did not cause; it counts for every limit."""

    account: Account
    deal: Ticket
    position: Ticket
    symbol: Symbol
    type: Side
    volume: Volume
    price: Price
    magic: Annotated[int, field("magic of the foreign order")]
