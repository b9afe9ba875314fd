"""The bot's calls on their way to the parent: who may make them, what they cost, and how they end."""

import shlex
import sys
from contextlib import suppress
from threading import get_ident

import msgspec

from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.ending import DataEnd
from tallystick.platform.mt5.exec.child.pipe import ParentPipe
from tallystick.platform.mt5.exec.child.refusals import MainThread
from tallystick.platform.mt5.exec.child.watchdog import Watchdog
from tallystick.platform.mt5.wire import Answer, Call

LAST_WORDS = frozenset({"shutdown", "last_error"})
"""Calls that are answered after the last row too: bots make them in `finally`. No loop of them goes on for ever."""
LAST_WORDS_MOST = 1_000
LOGINS = frozenset({"initialize", "login"})
MOST_NAMED = 10
"""Symbols that a note names."""


class Asking:
    """Answers the drop-in by asking the parent."""

    def __init__(
        self,
        pipe: ParentPipe,
        clock: VirtualClock,
        main_thread: MainThread,
        end: DataEnd,
        watchdog: Watchdog,
        symbols: tuple[str, ...] = (),
    ) -> None:
        """Of one bot; of `symbols` there are rows, and of any other it asks about its trader is told once."""
        self._pipe = pipe
        self._leased = pipe.leased
        self._clock = clock
        self._main = main_thread
        self._end = end
        self._watchdog = watchdog
        self._last_words = 0
        self._symbols = symbols
        self._told = set(symbols)
        self._refused: set[tuple[str, tuple[int, str]]] = set()
        self._logins: list[int] = []

    def before(self, function: str) -> None:
        """A function of the module is called, whatever comes of it. Raises `RefusedError` and `EndOfData`."""
        if get_ident() != self._main.ident:
            self._main.require(f"called {function}")
        if not self._clock.charge():
            return
        self._last_words += function in LAST_WORDS
        if function not in LAST_WORDS or self._last_words > LAST_WORDS_MOST:
            self._end.reach()

    def answer(self, call: Call) -> Answer:
        """Ask the parent, or look under its lease; the clock goes on to when it answered.

        Raises `EndOfData` after the last row.
        """
        if call.now != self._clock.now_ns:
            call = Call(self._clock.now_ns, call.function, call.arguments)
        leased = self._leased
        looked = leased.answer(call) if call.now < leased.until else None
        if looked is None:
            with self._watchdog.waiting():
                answer = self._pipe.ask(call)
            if answer is not None:
                return self._heard(answer, call)
            looked = leased.answer(call)
            assert looked is not None, "a parent lets a bot look only where it can"
        if leased.full:
            self._pipe.tell()
        if looked.error[0] < 0:
            self._missed(call)
        return looked  # at the very time of the call: the clock has nothing to go on to

    def _heard(self, answer: Answer, call: Call) -> Answer:
        """The parent's answer. Raises `EndOfData` after the last row."""
        self._clock.set(answer.now)
        if answer.ended and call.function not in LAST_WORDS:
            self._end.reach()
        if answer.error[0] < 0:
            self._missed(call)
        elif call.function in LOGINS:
            self._logged_in(call.arguments.get("login", 0))
        return msgspec.structs.replace(answer, ended=False) if answer.ended else answer

    def _missed(self, call: Call) -> None:
        """Say once of a symbol that the bot asked in vain because the data have none of it."""
        symbol = call.arguments.get("symbol")
        if not isinstance(symbol, str) or not self._symbols or symbol in self._told:
            return
        self._told.add(symbol)
        _note(
            f"{call.function} was asked about {symbol!r}, of which there are no prices "
            f"(there are: {', '.join(self._symbols[:MOST_NAMED])}). Give them: --data {shlex.quote(f'{symbol}=FILE')}"
        )

    def _logged_in(self, number: int) -> None:
        """Say of a second number that it is no second account: bots copy trades from one to another."""
        if number and number not in self._logins:
            if self._logins:
                _note(f"{number} is the same simulated account as {self._logins[0]}: a run has one account")
            self._logins.append(number)

    def refused(self, function: str, error: tuple[int, str]) -> None:
        """Say once of a call that goes to nobody: bots look only at what it gives, and break there or wait for ever."""
        if (function, error) in self._refused:
            return
        self._refused.add((function, error))
        _note(f"{function} failed with {error}. What that means: tallystick mt5 explain {error[0]}")


def _note(text: str) -> None:
    with suppress(OSError, ValueError):  # stderr may be closed
        print(f"note: {text}", file=sys.stderr)  # noqa: T201 -- the bot's own stderr is where its trader looks
