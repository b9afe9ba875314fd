"""The order desk of a book whose decisions a bot makes: its requests become orders, and it is told what came of them.

1. `mt5.order_asked` becomes `order.requested` under the book's next number. A request that no server could carry out,
   for it has no action, is answered 10013 at once: nothing of it leaves, so there is nothing for risk to judge.
2. Risk's denial, or a halt, is answered 10006 with the rule as the comment.
3. The server's answer is handed on as the terminal shows it.

What the platform itself decides on the account (a limit that closes everything) goes through the ordinary desk, which
also keeps the numbers.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.mt5 import OrderAnsweredToBot, OrderAsked
from tallystick.events.types.trading import OrderAbandoned, OrderAnswered, OrderDenied, OrderRequested, OrderSending
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.reply import Reply
from tallystick.platform.mt5.answering.requests import Asked
from tallystick.platform.mt5.exec.requests import is_order, requested, spelled
from tallystick.platform.orders import Orders


class BotOrders:
    """Says a bot's orders for it; the bot waits for each, so at most one is on its way."""

    role = "orders"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (*Orders.hears, OrderAsked)

    def __init__(self, desk: Orders, answers: Answers, bot: str) -> None:
        """`bot` stands where other books name the strategy."""
        self.name = desk.name
        self.settings = desk.settings
        self._desk = desk
        self._answers = answers
        self._bot = bot
        self._number = 0
        self._asked: Asked | None = None
        self.reply: Reply | None = None
        """What the bot is told of its last request; None while the order is on its way."""

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Orders to ask for, and what the bot is told."""
        if type(event) is OrderAsked:
            return (self._ask(event, context),)
        said = self._desk.react(event, context)
        if self._asked is None or getattr(event, "order", 0) != self._number:
            return said
        if type(event) is OrderAnswered:
            reply = self._answers.answered(self._asked.request, event)
        elif type(event) is OrderDenied:
            reply = self._answers.denied(self._asked.request, event.rule)
        elif type(event) is OrderAbandoned:
            reply = self._answers.denied(self._asked.request, "halt")
        else:
            return said
        return (*said, self._told(reply, self._number))

    def spelled(self, _asked: OrderAsked, request: OrderRequested) -> OrderSending:
        """The sending of the request that waits, in the bot's own words."""
        assert self._asked is not None
        return spelled(self._asked.sending, request)

    def _ask(self, asked: OrderAsked, context: Context) -> Event:
        self.reply = None
        number = self._number = self._desk.take_number() if is_order(asked) else 0
        understood = self._answers.asked(msgspec.structs.asdict(asked), number)
        assert isinstance(understood, Asked)  # what the terminal itself refuses never became an asking
        self._asked = understood
        if not is_order(asked):
            invalid = OrderAnswered(
                order=0,
                retcode=retcodes.INVALID,
                deal=0,
                ticket=0,
                volume=0,
                price=0.0,
                bid=0.0,
                ask=0.0,
                moment=context.time,
                comment="",
            )
            return self._told(self._answers.answered(understood.request, invalid), 0)
        return requested(asked, understood.sending, self._bot, context)

    def _told(self, reply: Reply, number: int) -> OrderAnsweredToBot:
        self.reply, self._asked = reply, None
        *values, _request = reply.value.values  # type: ignore[union-attr]  # a record, as every answer to an order
        names = OrderAnsweredToBot.__struct_fields__[1:]
        return OrderAnsweredToBot(book_order=number, **dict(zip(names, values, strict=True)))

    def freeze(self) -> Any:
        """The desk's state; between two calls of the bot there is no other."""
        return self._desk.freeze()

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._desk.thaw(state)
