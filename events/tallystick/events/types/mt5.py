"""What a MetaTrader 5 bot asks of the module it imports, and what it is told."""

from typing import Annotated, Literal

from tallystick.events.event import Event, column, fact, field

Count = Annotated[int, field("how many calls")]
ServerTime = Annotated[int, field("server clock written as an epoch, as MT5 does; 0 is none", "s")]
Lots = Annotated[float, field("volume as the module has it", "lots")]
Price = Annotated[float, field("price; 0.0 is none", "price")]
Ticket = Annotated[int, field("ticket; 0 is none")]


@fact("mt5.calls_made", said_by="bot")
class CallsMade(Event):
    """Calls that change nothing, in order, made since the last record of the bot.

    Most are made while rows come in: they stand right behind the block of these rows, each with its place among them.
    """

    count: Count
    places: Annotated[
        bytes,
        column("<u4", "rows of the block before this record that had come in; none at all: every call came after it"),
    ]
    calls: Annotated[bytes, field("a msgpack array of [now in ns UTC, function, arguments by name]")]


@fact("mt5.module_called", said_by="bot")
class ModuleCalled(Event):
    """A call that changes what later ones see: the connection, Market Watch, a subscription to market depth."""

    function: Annotated[str, field("function of the module, such as symbol_select")]
    arguments: Annotated[str, field("its arguments by name, as JSON; a password is never recorded")]


@fact("mt5.calls_answered", said_by="bot")
class CallsAnswered(Event):
    """What the simulated terminal answered to the calls of one record; a replay computes the answers anew."""

    count: Count
    failed: Annotated[int, field("how many of the answers say that the call failed")]
    digest: Annotated[bytes, field("SHA-256 over the encoded answers in order, each after its length (u32)")]


@fact("mt5.order_asked", said_by="bot", trading=True)
class OrderAsked(Event):
    """The bot called `order_send`: its TradeRequest, field by field."""

    action: Annotated[int, field("MT5 TRADE_ACTION")]
    magic: Annotated[int, field("magic number of the bot")]
    order: Ticket
    symbol: Annotated[str, field("instrument")]
    volume: Lots
    price: Price
    stoplimit: Price
    sl: Price
    tp: Price
    deviation: Annotated[int, field("largest deviation from the price", "points")]
    type: Annotated[int, field("MT5 ORDER_TYPE")]
    type_filling: Annotated[int, field("MT5 ORDER_FILLING")]
    type_time: Annotated[int, field("MT5 ORDER_TYPE_TIME")]
    expiration: ServerTime
    comment: Annotated[str, field("comment, at most 29 characters")]
    position: Ticket
    position_by: Ticket


@fact("mt5.order_answered", said_by="orders", trading=True)
class OrderAnsweredToBot(Event):
    """What `order_send` gave the bot: its OrderSendResult."""

    book_order: Annotated[int, field("the book's order number; 0 when the request did not become an order")]
    retcode: Annotated[int, field("MT5 TRADE_RETCODE")]
    deal: Ticket
    order: Ticket
    volume: Lots
    price: Price
    bid: Price
    ask: Price
    comment: Annotated[str, field("the server's words, or the rule of risk that refused")]
    request_id: Annotated[int, field("number of the request, from 1")]
    retcode_external: Annotated[int, field("an outside system's code; 0 here")]


@fact("mt5.bot_warned", said_by="bot")
class BotWarned(Event):
    """The bot did what another run may find otherwise, such as using the network: its calls are then not repeatable."""

    name: Annotated[str, field("what it used, such as socket.connect")]
    detail: Annotated[str, field("for what, in words")]


@fact("mt5.bot_ended", said_by="bot")
class BotEnded(Event):
    """The bot's process is over; positions stay as they are unless the run closes them."""

    how: Annotated[
        Literal["returned", "exited", "raised", "data_over", "swallowed", "silent", "died", "stopped"],
        field(
            "ran to its end, called sys.exit, raised, met the end of the data, swallowed that a hundred times, made no "
            "call for too long, died, or was stopped"
        ),
    ]
    code: Annotated[int, field("its exit code; negative for the number of a signal")]
    detail: Annotated[str, field("its traceback or last words")]


SAID_BY_BOT: tuple[type[Event], ...] = (CallsMade, ModuleCalled, OrderAsked, BotWarned, BotEnded)
"""What a program outside says, at the moments of its own clock."""
