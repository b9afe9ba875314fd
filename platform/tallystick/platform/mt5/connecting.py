"""Who answers the drop-in's functions: one connection to a process, as the original has.

Without a word from anybody, `initialize()` reaches the demonstration terminal. A test, a conformance suite or the
process of `tallystick mt5 exec` says `connect(...)` first.
"""

from collections.abc import Callable
from typing import Any

from tallystick.platform.mt5.dropin.structs import array_of, struct_of
from tallystick.platform.mt5.wire import SUCCESS, Answer, Answering, Call, Plain, Record, Table

NO_CONNECTION = (-10004, "No IPC connection")
"""What `last_error()` says of calls before `initialize`."""
UNKNOWN_VERSION = (
    -5,
    "Terminal: Incompatible versions, please install the latest version of Terminal and Python module",
)
"""What it says of those calls that want a terminal of some version, for that of none is 0."""
NOTHING_YET = (0, "")
"""What it says where nothing has been called."""


class EndOfData(BaseException):
    """The recorded market is over: no call and no sleep can go on.

    No `Exception`, so that a bot's `except Exception` around its loop does not keep it alive.
    """


def still() -> int:
    """The clock of nobody: time goes on only as answers say."""
    return 0


def unheard(*_told: Any) -> None:
    """Nobody hears of calls before they are made, nor of those that never leave."""


class Line:
    """The connection and what the last call left behind."""

    def __init__(self) -> None:
        """Nobody answers yet."""
        self._answering: Answering | None = None
        self._clock: Callable[[], int] = still
        self._latest = 0
        self.open = False
        """True between a successful `initialize` and `shutdown`."""
        self.error: tuple[int, str] = NOTHING_YET
        """What `last_error()` says."""
        self.before: Callable[[str], None] = unheard
        """Hears the name of each function that is called, before its arguments are looked at."""
        self._refused: Callable[[str, tuple[int, str]], None] = unheard

    def join(
        self,
        answering: Answering | None,
        clock: Callable[[], int],
        before: Callable[[str], None],
        refused: Callable[[str, tuple[int, str]], None],
    ) -> None:
        """Take who answers from now on, and the caller's clock (ns UTC); the next call must be `initialize`."""
        self.before, self._refused = before, refused
        self._answering, self._clock, self._latest = answering, clock, 0
        self.open, self.error = False, NOTHING_YET

    def ask(
        self,
        function: str,
        arguments: dict[str, Any],
        failing: Any = None,
        unconnected: tuple[int, str] = NO_CONNECTION,
    ) -> Any:
        """Send one call and give what the module's user sees; without a connection `failing`, and `unconnected`."""
        if not self.open:
            self.refuse(function, unconnected)
            return failing
        return self._value(self._send(function, arguments), failing)

    def refuse(self, function: str, error: tuple[int, str]) -> None:
        """A call does not leave: `last_error()` says `error`."""
        self.error = error
        self._refused(function, error)

    def begin(self, arguments: dict[str, Any]) -> bool:
        """Carry out `initialize`: whoever answers says whether the line is open from now on."""
        if self._answering is None:
            from tallystick.platform.mt5.answering.demo import demo_terminal

            self._answering = demo_terminal()
        answer = self._send("initialize", arguments)
        self.open = isinstance(answer.value, Plain) and answer.value.value is True
        return self.open

    def end(self) -> None:
        """Carry out `shutdown`."""
        if self.open:
            self._send("shutdown", {})
        self.open, self.error = False, SUCCESS

    def _send(self, function: str, arguments: dict[str, Any]) -> Answer:
        """Ask whoever answers; times of calls never fall."""
        assert self._answering is not None, "the line is open only with somebody at the other end"
        latest = self._latest = max(self._clock(), self._latest)
        answer = self._answering.answer(Call(latest, function, arguments))
        if answer.now > latest:
            self._latest = answer.now
        self.error = answer.error
        if answer.ended and function != "shutdown":  # bots call it in `finally`
            message = "the recorded market is over: there is no row after this time"
            raise EndOfData(message)
        return answer

    @staticmethod
    def _value(answer: Answer, failing: Any) -> Any:
        """An answer's value as the module gives it."""
        value = answer.value
        if isinstance(value, Table):
            return array_of(value.name, value.data)
        if isinstance(value, Plain):
            plain = value.value
            return failing if plain is None else tuple(plain) if isinstance(plain, list) else plain
        if isinstance(value, Record):
            return struct_of(value.name, value.values)
        return tuple([struct_of(value.name, row) for row in value.rows])


LINE = Line()
"""The one connection of this process."""


def connect(
    answering: Answering,
    clock: Callable[[], int] = still,
    before: Callable[[str], None] = unheard,
    refused: Callable[[str, tuple[int, str]], None] = unheard,
) -> None:
    """Say who answers the drop-in from now on. `clock` gives ns UTC; without one, time goes on as answers say.

    `before` hears the name of every function that is called, also of calls that are refused for their arguments; what
    it raises reaches the caller. `refused` hears the name and the error of calls that go to nobody, for their arguments
    or without a connection. The bot's own `initialize()` is still what opens the connection.
    """
    LINE.join(answering, clock, before, refused)


def disconnect() -> None:
    """Forget who answers; the next `initialize()` reaches the demonstration terminal."""
    LINE.join(None, still, unheard, unheard)
