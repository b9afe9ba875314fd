"""The driver of a bot's book: each call moves the market to the bot's own time, is recorded, and answered.

1. A call at time t: rows and deadlines up to t are taken in first, in order of time.
2. A call that changes nothing is answered at once. Such calls are recorded together, before the next thing happens.
3. A call that changes what later ones see is a record of its own.
4. `order_send` is `mt5.order_asked`; the market then goes on until the order is answered, and the bot's clock with it.
5. After the last row every call is answered "ended"; the run ends when the bot's process has.
"""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Protocol, Self
from unicodedata import normalize

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import EventRefused
from tallystick.events.types.mt5 import BotEnded, BotWarned, CallsMade, ModuleCalled, OrderAsked
from tallystick.market.rows import Rows
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.mt5.answering.answers import LOOKS
from tallystick.platform.mt5.answering.reply import TRUE
from tallystick.platform.mt5.exec.answers import CHANGING
from tallystick.platform.mt5.exec.composing import BotComposition
from tallystick.platform.mt5.exec.gathering import Gathered, Looks
from tallystick.platform.mt5.exec.lending import Lender
from tallystick.platform.mt5.exec.market import Market, MarketFeed
from tallystick.platform.mt5.exec.process import Over
from tallystick.platform.mt5.exec.settings import Asked, Ended, FromChild, Lease, Looked, Warned
from tallystick.platform.mt5.wire import NOTHING, SUCCESS, Answer, Call, Plain

SHUTDOWN = "shutdown"
BOT = "bot"
"""Source and role of what a bot says, in the log."""


class BotAtWork(Protocol):
    """A bot that makes calls: a process, or a test's own."""

    def __enter__(self) -> Self:
        """It begins."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It is gone."""
        ...

    def said(self) -> FromChild | Over:
        """Its next message, or that there will be none."""
        ...

    def answer(self, answer: Answer) -> None:
        """What it waits for."""
        ...

    def lend(self, lease: Lease) -> None:
        """Said before an answer: what it may answer itself from there on."""
        ...

    def let_look(self, lease: Lease) -> None:
        """In place of an answer: it looks itself, under this lease."""
        ...

    def over(self, last: Ended | Over) -> BotEnded:
        """How it ended."""
        ...


class BotDriver:
    """Drives one kernel by the calls of one bot."""

    def __init__(
        self,
        feed: MarketFeed,
        composed: Callable[[], BotComposition],
        process: Callable[[], BotAtWork],
        *,
        start_ns: int,
        latency_ns: int,
        close_at_end: bool = False,
        lends: bool = False,
    ) -> None:
        """`composed` gives what the book runs, once it runs; `process` starts the bot, at `start_ns` of its clock.

        `lends`: the bot's process may answer looks itself (`lending.py`).
        """
        self._feed = feed
        self._composed = composed
        self._start = process
        self._start_ns = start_ns
        self._latency_ns = latency_ns
        self._close_at_end = close_at_end
        self._lends = lends
        self._gathered = Gathered()
        self._owed = 0
        """Looks that the bot was let make itself, and has not told of."""
        self._catalogue = Catalogue()
        self.ended: BotEnded | None = None
        """How the bot ended."""
        self.calls = 0
        """Calls answered."""
        self.now = 0
        """The bot's clock as far as it has been heard of, ns UTC."""
        self.warnings: list[Warned] = []

    def __call__(self, kernel: Kernel, over: Callable[[Iterator[Rows]], Simulation]) -> str:
        """Carry the run out; returns "end_of_data" when the bot saw all of it, else "bot_ended" or "stopped"."""
        composed = self._composed()
        self._answers, self._orders = composed.answers, composed.orders
        self._kernel = kernel
        market = self._market = Market(
            kernel,
            over,
            self._feed,
            latency_ns=self._latency_ns,
            before_rows=self._record_after_rows,
            after_block=self._record_among_rows,
            keeps=self._lends,
        )
        self._lender = Lender(market, composed) if self._lends else None
        market.to(self._start_ns)
        with self._start() as process:
            self._converse(process)
        self._settle()
        assert self.ended is not None
        market.hear(self.ended, BOT, BOT)
        if self._close_at_end:
            market.close_everything()
        market.seal()
        if self.ended.how == "stopped":
            return "stopped"
        return "end_of_data" if market.over else "bot_ended"

    def _converse(self, process: BotAtWork) -> None:
        while self.ended is None:
            said = process.said()
            if isinstance(said, Asked):
                self._reply(process, said.call)
            elif isinstance(said, Looked):
                self._looked(said)
            elif isinstance(said, Warned):
                self._warned(said)
            elif isinstance(said, Ended):
                self._to(said.now)
                self.ended = process.over(said)
            elif isinstance(said, Over):
                self.ended = process.over(said)
            if self._market.stopped and self.ended is None:
                self.ended = process.over(Over("stopped", "somebody said stop"))

    def _reply(self, process: BotAtWork, call: Call) -> None:
        """Its answer, with a lease where there is one; a look that falls under the lease is the bot's own to answer."""
        looks = call.function in LOOKS
        lease = None
        if looks and not self._comes_to_the_end(call):
            lease = self._lease()
            if lease is not None and call.now < lease.until:
                self._owed = 1
                process.let_look(lease)
                return
        answer = self.answer(call)
        if not (looks or answer.ended):
            lease = self._lease()
        if lease is not None:
            process.lend(lease)
        process.answer(answer)

    def _lease(self) -> Lease | None:
        return None if self._lender is None or self._market.stopped else self._lender.lease()

    def _looked(self, looked: Looked) -> None:
        """Calls that the bot's process has answered: the rows that they saw come in, and they are as if made here.

        So a record ends where it is full, and a block where so many rows have come in, whatever a message holds.
        """
        assert self._lender is not None
        told = Looks(looked)
        if len(told) > self._owed:
            self._lender.used()
        self._owed = 0
        rest: Looks | None = told
        while rest is not None:
            places = self._market.pass_until(rest.times[: self._gathered.room(rest)])
            if self._market.stopped:
                return  # the bot is being ended
            looks, rest = rest.divided(len(places))
            self._answers.answered(looks)
            self._gathered.add_all(looks, places.tolist())
            self.calls += len(looks)
            self.now = looks.times.item(-1)
            if self._gathered.full:
                self._settle()

    def answer(self, call: Call) -> Answer:
        """Answer one call, the market moved to its time."""
        self.calls += 1
        self.now = call.now
        market = self._market
        if self._comes_to_the_end(call):
            return Answer(call.now, SUCCESS, TRUE.value if call.function == SHUTDOWN else NOTHING, ended=True)
        if call.function in CHANGING:
            return self._change(call)
        if call.function == "order_send":
            asked = self._asking(call)
            if asked is not None:
                return self._send(asked, call.now)
        answer = self._answers.answer(call)
        self._gathered.add(call, market.open_rows)
        if self._gathered.full:
            self._settle()
        return answer

    def _comes_to_the_end(self, call: Call) -> bool:
        """The market moves to a call's time; whether that is after its last row."""
        market = self._market
        if call.now >= market.next:
            market.to(call.now)
        return market.over and call.now > market.last

    def _warned(self, said: Warned) -> None:
        self.warnings.append(said)
        self._to(said.now)
        self._market.hear(BotWarned(name=said.name, detail=_recordable(said.detail)), BOT, BOT)

    def _to(self, now: int) -> None:
        if now >= self._market.next and not self._market.over:
            self._market.to(min(now, self._market.last))
        self._settle()
        self._kernel.at(min(now, self._market.last))

    def _settle(self) -> None:
        """Rows that came in and calls that were made become records, before something else does."""
        self._market.seal()
        self._record_after_rows()

    def _record_after_rows(self) -> None:
        """Every row is in a block already."""
        if len(self._gathered):
            self._record(self._gathered.taken(among_rows=False))

    def _record_among_rows(self) -> None:
        """Rows have become a block: the calls that were made while they came in stand right behind it."""
        if len(self._gathered):
            self._record(self._gathered.taken(among_rows=True))

    def _record(self, calls: CallsMade) -> None:
        self._kernel.at(self._gathered.last)
        self._market.note(calls, BOT, BOT)

    def _change(self, call: Call) -> Answer:
        self._settle()
        self._kernel.at(call.now)
        arguments = {name: "" if name == "password" else value for name, value in call.arguments.items()}
        text = msgspec.json.encode(arguments, order="sorted").decode()
        self._answers.last = None
        self._market.hear(ModuleCalled(function=call.function, arguments=text), BOT, BOT)
        answer = self._answers.last
        assert answer is not None
        return answer

    def _asking(self, call: Call) -> OrderAsked | None:
        """The request as a record; None when it can be none, or when the terminal itself refuses it."""
        request = call.arguments["request"]
        if self._answers.refuses(request):
            return None
        numbers = {name: request[name] + 0.0 for name in ("volume", "price", "stoplimit", "sl", "tp")}
        asked = OrderAsked(**request | numbers)  # -0.0 + 0.0 is 0.0
        try:
            self._catalogue.encode(asked)
        except EventRefused:
            return None
        return asked

    def _send(self, asked: OrderAsked, now: int) -> Answer:
        """The order goes its way; the bot waits until it is answered, or the data end."""
        self._settle()
        self._kernel.at(now)
        self._market.hear(asked, BOT, BOT)
        self._market.until(lambda: self._orders.reply is not None, asked.symbol, now)
        reply, after = self._orders.reply, max(now, self._kernel.desk.time)
        if reply is None:
            return Answer(after, SUCCESS, Plain(None), ended=True)
        return Answer(after, reply.error, reply.value)


def _recordable(text: str) -> str:
    """Text as a record may hold it."""
    return normalize("NFC", text.encode("utf-8", "replace").decode())[:60_000]
