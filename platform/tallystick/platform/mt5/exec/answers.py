"""What answers the calls of a bot, as a module of the book: state in, answers out, so a replay needs no bot.

It takes the rows in like any scanner, for the terminal's charts and ticks, and looks at the simulated server, which
the kernel moves. While a run goes on, calls that change nothing are answered as they come and recorded together before
the next thing happens; a replay answers them when it comes to that record. The same state gives the same answers.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.mt5 import CallsAnswered, CallsMade, ModuleCalled
from tallystick.market.rows import Quote, Rows
from tallystick.platform.kernel.composition import Recall
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.reply import Reply
from tallystick.platform.mt5.exec.gathering import Looks
from tallystick.platform.mt5.prices.quote import one_quote
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.wire import SUCCESS, Answer, Call, encoded_answer

CHANGING = frozenset({"initialize", "login", "shutdown", "symbol_select", "market_book_add", "market_book_release"})
"""Functions after which others may answer otherwise: each call of one is a record of its own."""


class ModuleAnswers:
    """The far end of the module's functions; it answers all but orders that reach the book."""

    role = "bot"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (Quote, CallsMade, ModuleCalled)

    def __init__(self, answers: Answers, store: PriceStore, *, name: str = "module") -> None:
        """`store` is the one that `answers` looks at."""
        self.name = name
        self._answers = answers
        self._store = store
        self._given = Given()
        self.last: Answer | None = None
        """The answer to the call of the last `mt5.module_called`."""

    def scan(self, _rows: Rows) -> int:
        """No row is ever answered."""
        return -1

    def advance(self, rows: Rows) -> None:
        """Rows go by."""
        self._store.append(rows)

    def refuses(self, request: Mapping[str, Any]) -> bool:
        """True when the terminal itself refuses a trade request, which then never becomes an order of the book."""
        return isinstance(self._answers.asked(request, 0), Reply)

    def answer(self, call: Call) -> Answer:
        """Answer a call that changes nothing, before it is recorded; `mt5.calls_made` is to name it."""
        answer = self._answer(call)
        self._given.add(answer)
        return answer

    def answered(self, looked: Looks) -> None:
        """The bot's process has answered these calls itself; `mt5.calls_made` is to name them."""
        self._given.add_all(looked)

    def recalled(self, event: CallsMade) -> list[Recall]:
        """Calls that were made while rows came in, for a replay to answer among the same rows."""
        places = np.frombuffer(event.places, dtype="<u4").tolist()
        calls = calls_in(event) if places else []
        return [Recall(place, call.now, partial(self.answer, call)) for place, call in zip(places, calls, strict=True)]

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Take a row in; or say what the calls of a record were answered."""
        if type(event) is Quote:
            self._store.append(one_quote(event.series, event.time, event.time_msc, event.bid, event.ask, event.flags))
            return ()
        if type(event) is ModuleCalled:
            self.last = self._answer(Call(context.time, event.function, msgspec.json.decode(event.arguments)))
            one = Given()
            one.add(self.last)
            return (one.said(),)
        given, self._given = self._given, Given()
        if not given.count:
            for call in calls_in(event):
                given.add(self._answer(call))
        return (given.said(),)

    def _answer(self, call: Call) -> Answer:
        reply = self._answers.answer(call)
        return Answer(call.now, reply.error, reply.value)

    def freeze(self) -> Any:
        """Never asked for: a bot's process cannot be carried on, so its runs have no snapshots."""
        message = "a run of a bot has no snapshots"
        raise NotImplementedError(message)

    def thaw(self, state: Any) -> None:
        """As `freeze`."""
        raise NotImplementedError(repr(state))


def calls_in(event: CallsMade) -> list[Call]:
    """The calls of a record, in order."""
    return _CALLS.decode(event.calls)


class Given:
    """Answers on their way into one record."""

    def __init__(self) -> None:
        """None yet."""
        self.count = 0
        self._failed = 0
        self._digest = hashlib.sha256()

    def add(self, answer: Answer) -> None:
        """One more."""
        encoded = encoded_answer(answer)
        self._digest.update(len(encoded).to_bytes(4, "big") + encoded)
        self.count += 1
        self._failed += answer.error != SUCCESS

    def add_all(self, looked: Looks) -> None:
        """What the bot's process answered."""
        self._digest.update(looked.answers)
        self.count += len(looked)
        self._failed += looked.failed

    def said(self) -> CallsAnswered:
        """What the record says of them."""
        return CallsAnswered(count=self.count, failed=self._failed, digest=self._digest.digest())


_CALLS = msgspec.msgpack.Decoder(list[Call])
