"""What a function gives back: a value, and what `last_error()` says afterwards."""

from typing import NamedTuple

from tallystick.platform.mt5.wire import NOTHING, SUCCESS, Plain, Record, Records, Table

Value = Record | Records | Table | Plain
"""What crosses to the module."""


class Reply(NamedTuple):
    """One answer, before it has a time."""

    error: tuple[int, str]
    value: Value


CALL_FAILED = Reply((-1, "Terminal: Call failed"), NOTHING)
INVALID_PARAMS = Reply((-2, "Terminal: Invalid params"), NOTHING)
NOT_FOUND = Reply((-4, "Terminal: Not found"), NOTHING)
AUTHORIZATION_FAILED = Reply((-6, "Terminal: Authorization failed"), Plain(value=False))
UNSUPPORTED = Reply((-7, "Terminal: Unsupported function"), NOTHING)
API_DISABLED = Reply((-8, "Auto-Trading using Python API disabled in Terminal"), NOTHING)
NO_CONNECTION = Reply((-10004, "No IPC connection"), NOTHING)
TRUE = Reply(SUCCESS, Plain(value=True))
"""A function that succeeded and has nothing more to say."""


def done(value: Value) -> Reply:
    """A value, and no error."""
    return Reply(SUCCESS, value)


def refused(reply: Reply) -> Reply:
    """The same error from a function that answers False instead of None."""
    return Reply(reply.error, Plain(value=False))
