"""Somebody to answer the drop-in in tests: says what it was told to say, and remembers what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from tallystick.platform.mt5.connecting import connect, disconnect
from tallystick.platform.mt5.wire import SUCCESS, Answer, Call, Plain, Record, Records, Table

Value = Record | Records | Table | Plain
TICK = (1_700_000_000, 1.1, 1.10002, 0.0, 0, 1_700_000_000_123, 6, 0.0)


class Scripted:
    """Answers by function; `calls` holds what came."""

    def __init__(self, **values: Value) -> None:
        """`values`: by function; what is not named gets `Plain(True)`."""
        self.values = values
        self.calls: list[Call] = []
        self.error = SUCCESS
        self.ended = False

    def answer(self, call: Call) -> Answer:
        """Answer one call, a microsecond later."""
        self.calls.append(call)
        value = self.values.get(call.function, Plain(True))
        return Answer(call.now + 1_000, self.error, value, self.ended)

    @property
    def last(self) -> Call:
        """The latest call."""
        return self.calls[-1]


@contextmanager
def answered_by(scripted: Scripted) -> Iterator[Scripted]:
    """The drop-in of this process, answered by somebody, opened; nobody's afterwards."""
    import tallystick.platform.mt5.simulated as mt5

    connect(scripted)
    assert mt5.initialize()
    yield scripted
    disconnect()
