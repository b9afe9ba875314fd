"""Arguments as the C module takes them: floats that are floats, ints that are ints, text that fits its buffer.

What is refused gives None or False and a text in `last_error()`; nothing is raised. But where the original leaves a
Python exception behind (an int out of C's range, a count that is no integer), CPython itself turns the call into a
SystemError with that exception as its cause, and so does this module.
"""

import operator
from array import array
from datetime import datetime
from typing import Any

from tallystick.platform.mt5.dropin.fields import FIELDS

NAME_LENGTH = 29
"""Longest symbol or comment, in UTF-16 units, as the original's buffers are."""
ACCOUNT_LENGTH = 253
GROUP_LENGTH = 1997
PATH_LENGTH = 258
INVALID = "Invalid arguments"
LONG, ULONG, LONG_LONG, ULONG_LONG = 2**31, 2**32, 2**63, 2**64
"""One past the largest value of C's integers on Windows, where `long` has 32 bits."""


class Refused(Exception):
    """Arguments that the module does not pass on: what `last_error()` says, and the Python exception left behind."""

    def __init__(self, text: str, left: Exception | None = None) -> None:
        """`text` goes with code -2; `left` makes the call a SystemError."""
        super().__init__(text)
        self.text = text
        self.left = left


def invalid(name: str) -> Refused:
    """`Invalid "volume" argument`."""
    return Refused(f'Invalid "{name}" argument')


def text(value: Any, longest: int, refused: str) -> str:
    """A str of at most `longest` UTF-16 units, as the original hands them on (`PyUnicode_AsWideChar`).

    That function raises for no str, so half of a surrogate pair is no error; it arrives as U+FFFD, which Windows makes
    of it wherever it leaves UTF-16.
    """
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(refused)
    plain: str = str.__str__(value)  # of np.str_ and members of a StrEnum the text alone
    if plain.isascii():
        return plain
    units = plain.encode("utf-16-le", "surrogatepass")
    if len(units) > 2 * longest:
        raise Refused(refused)
    return units.decode("utf-16-le", "replace")


def whole(value: Any, least: int, past: int, name: str, refused: str | None = None) -> int:
    """An int (a bool passes, NumPy's integers do not) of at least `least` and below `past`."""
    if not isinstance(value, int):
        raise invalid(name) if refused is None else Refused(refused)
    if least <= value < past:
        return int(value)
    said = (
        "can't convert negative int to unsigned" if value < least == 0 else "Python int too large to convert to C int"
    )
    raise Refused(refused or f'Invalid "{name}" argument', OverflowError(said))


def number(value: Any, name: str) -> float:
    """A float or a subclass of it (np.float64 passes; int, np.float32, Decimal and None do not)."""
    if not isinstance(value, float):
        raise invalid(name)
    return float(value)


def date(value: Any) -> float:
    """Seconds since the epoch of the server's clock, whole: an int, a float, or a datetime by its `timestamp()`.

    A naive datetime is therefore read in this machine's time zone: the trap is the original's. What does not fit 32
    bits becomes the least of them, as a C cast makes it; an int of that size leaves an OverflowError behind.
    """
    if isinstance(value, int):
        if -LONG <= value < LONG:
            return float(value)
        raise Refused("Invalid arguments", OverflowError("Python int too large to convert to C long"))
    if not isinstance(value, float):
        if not isinstance(value, datetime):
            raise Refused("Invalid arguments")
        try:
            value = value.timestamp()
        except (OSError, OverflowError, ValueError) as left:
            raise Refused("Invalid arguments", left) from None
    return float(int(value)) if -LONG <= value < LONG else float(-LONG)


def counted(value: Any) -> int:
    """A C int: anything with `__index__` (NumPy's integers pass); a float leaves a TypeError behind."""
    if type(value) is int and -LONG <= value < LONG:
        return value
    try:
        index = operator.index(value)
    except TypeError as left:
        raise Refused("Invalid arguments", left) from None
    if -LONG <= index < LONG:
        return index
    said = "signed integer is greater than maximum" if index > 0 else "signed integer is less than minimum"
    raise Refused("Invalid arguments", OverflowError(said))


def kind_of_order(value: Any) -> int:
    """An int taken as C's unsigned long without a look at its size."""
    if not isinstance(value, int):
        raise Refused("Invalid arguments", TypeError(f"argument 1 must be int, not {type(value).__name__}"))
    return int(value) % ULONG


def real(value: Any) -> float:
    """A C double: anything with `__float__` or `__index__`; text leaves a TypeError behind."""
    if isinstance(value, float):
        return float(value)
    try:
        return float(array("d", [value])[0])
    except (TypeError, OverflowError) as left:
        raise Refused("Invalid arguments", left) from None


_UNSIGNED = {"action": ULONG, "type": ULONG, "type_filling": ULONG, "type_time": ULONG}
_FLOATS = frozenset(("volume", "price", "stoplimit", "sl", "tp"))
_TEXTS = frozenset(("symbol", "comment"))
_NONE: dict[str, Any] = {
    field: 0.0 if field in _FLOATS else "" if field in _TEXTS else 0 for field in FIELDS["TradeRequest"]
}


def request(given: Any) -> dict[str, Any]:
    """A trade request of all 17 fields from a dict: looked at in the struct's order, unknown keys ignored."""
    if not isinstance(given, dict):
        raise Refused("Invalid arguments")
    asked = dict(_NONE)
    for name in asked:
        if name not in given:
            continue
        value = given[name]
        if name in _FLOATS:
            asked[name] = number(value, name)
        elif name in _TEXTS:
            asked[name] = text(value, NAME_LENGTH, f'Invalid "{name}" argument')
        elif name == "expiration":
            asked[name] = whole(value, -LONG_LONG, LONG_LONG, name)
        else:
            asked[name] = whole(value, 0, _UNSIGNED.get(name, ULONG_LONG), name)
    return asked
