"""A bot written in the test: a generator of calls, run in a book over quotes written by hand."""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import msgspec

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.mt5 import BotEnded
from tallystick.platform.mt5.answering.requests import REQUEST_FIELDS
from tallystick.platform.mt5.answering.scripted import Written, feed_of
from tallystick.platform.mt5.exec.carrying_out import BotRun, Carrying, carry_out
from tallystick.platform.mt5.exec.preparing import PreparedBot
from tallystick.platform.mt5.exec.process import Over
from tallystick.platform.mt5.exec.settings import Asked, ChildSettings, Ended, FromChild, Lease
from tallystick.platform.mt5.wire import Answer, Call
from tallystick.platform.plan import AccountPlan, BotPlan, RunPlan
from tests.unit.mt5.answering import market
from tests.unit.mt5.answering.market import MONDAY, SECOND

EURUSD = replace(market.EURUSD, book_depth=0)
QUOTES = tuple((second, 1.1 + second % 7 * 0.0001) for second in range(0, 600, 5))
"""Seconds after Monday and bid; the ask is a point higher."""
Bot = Callable[[], Generator[Call, Answer, None]]


class WrittenBot:
    """Makes the calls of a generator."""

    def __init__(self, bot: Bot, ending: FromChild | Over | None = None) -> None:
        """`ending`: its last words, instead of that it ran to its end."""
        self._calls = bot()
        self._next: Answer | None = None
        self._ending: FromChild | Over = ending or Ended(MONDAY, "returned", 0)
        self.answers: list[Answer] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def said(self) -> FromChild | Over:
        try:
            call = self._calls.send(self._next) if self._next is not None else next(self._calls)
        except StopIteration:
            return self._ending
        return Asked(call)

    def lend(self, _lease: Lease) -> None:
        """It asks for everything, so nobody lends to it."""
        raise NotImplementedError

    let_look = lend

    def answer(self, answer: Answer) -> None:
        self._next = answer
        self.answers.append(answer)

    def over(self, last: Ended | Over) -> BotEnded:
        code = last.code if isinstance(last, Ended) else -9
        how: Any = last.how
        return BotEnded(how=how, code=code, detail=last.detail)


class Carried(NamedTuple):
    """A run that is over."""

    run: BotRun
    answers: list[Answer]
    folder: Path

    @property
    def events(self) -> list[Event]:
        """Every event of its log."""
        reader = LogReader(self.folder / "log")
        return [reader.fetch(seq).event for seq in range(len(reader))]

    def of(self, *types: type[Event]) -> list[Any]:
        """Events of some types."""
        return [event for event in self.events if isinstance(event, types)]

    def result(self, place: int = -1) -> tuple[Any, ...]:
        """The values of an OrderSendResult that the bot got."""
        value: Any = self.answers[place].value
        assert value.name == "OrderSendResult"
        values: tuple[Any, ...] = value.values
        return values


def carried(
    folder: Path,
    bot: Bot,
    *,
    quotes: Iterable[tuple[float, float]] = QUOTES,
    risk: Mapping[str, Any] | None = None,
    ending: FromChild | Over | None = None,
    latency_ns: int = 0,
    close_at_end: bool = False,
    margin_mode: Any = "hedging",
    start: float = 0,
    speed: Literal["max", "real"] = "max",
) -> Carried:
    """Run it from second `start` on; without `risk` every order is let through."""
    written = [Written(MONDAY + round(at * SECOND), "EURUSD", bid, bid + 0.0001) for at, bid in quotes]
    feed = feed_of(written)
    plan = RunPlan(
        account=AccountPlan(margin_mode=margin_mode),
        instruments=(msgspec.to_builtins(EURUSD.fields()),),
        latency_ns=latency_ns,
        risk=dict(risk or {}),
        bot=BotPlan(
            script="written.py",
            hash="",
            start=MONDAY + round(start * SECOND),
            end=feed.last_time,
            close_at_end=close_at_end,
            risk=risk is not None,
        ),
    )
    assert plan.bot
    script = folder / "written.py"
    script.write_text("", encoding="utf-8")
    at_work = WrittenBot(bot, ending)

    def started(_settings: ChildSettings, _how: Carrying) -> WrittenBot:
        return at_work

    book = folder / "book"
    key = Ed25519Signer.generate("test")
    how = Carrying(control=False, lends=False, speed=speed)
    run = carry_out(PreparedBot(script, plan, plan.bot, feed, ()), book, key.named, how, started)
    return Carried(run, at_work.answers, book)


def at(second: float, function: str, **arguments: Any) -> Call:
    """A call at a second after Monday."""
    return Call(MONDAY + round(second * SECOND), function, arguments)


def send(second: float, **fields: Any) -> Call:
    """An `order_send`; what is not given is zero or empty, the volume 0.1, the symbol EURUSD, a market buy."""
    usual = {"action": 1, "volume": 0.1, "price": 0.0, "stoplimit": 0.0, "sl": 0.0, "tp": 0.0, "symbol": "EURUSD"}
    usual |= {"comment": "", "type_filling": 1}
    request = {name: fields.get(name, usual.get(name, 0)) for name in REQUEST_FIELDS}
    return at(second, "order_send", request=request)
