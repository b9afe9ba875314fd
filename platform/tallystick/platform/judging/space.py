"""The parameters a search may try: ranges and choices, a grid of them, and points drawn by seed and number.

A point is drawn by SHA-256 over (seed, number of the trial, name), so trial k is the same whatever ran before it, on
any machine and with any number of processes.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import isfinite, prod
from typing import Any

from tallystick.platform.judging.errors import BadSpace

Value = int | float | str | bool
Point = dict[str, Value]
MAX_GRID = 1_000_000
STEPS = "5..40:5"
LARGEST = 1e300
RANGE = re.compile(r"(?P<low>[^.:]*(?:\.\d+)?)\.\.(?P<high>[^:]*?)(?::(?P<step>.+))?")


@dataclass(frozen=True, slots=True)
class Choices:
    """These values, in this order."""

    values: tuple[Value, ...]

    def __str__(self) -> str:
        return ",".join(str(value) for value in self.values)

    def grid(self) -> tuple[Value, ...]:
        """Every value."""
        return self.values

    def kinds(self) -> tuple[Value, ...]:
        """The first value of each type."""
        return tuple({type(value): value for value in reversed(self.values)}.values())

    def drawn(self, share: float) -> Value:
        """The value at a share (0 to 1) of the way."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Span:
    """Any number from `low` to `high`; a grid has none of it."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"

    def grid(self) -> tuple[Value, ...]:
        """There is no grid without a step. Raises `BadSpace`."""
        raise BadSpace(f"{self} has no step", f'Say {self}:{(self.high - self.low) / 10:g}, or method="random".')

    def kinds(self) -> tuple[Value, ...]:
        """A value between."""
        return ((self.low + self.high) / 2 + (self.high - self.low) / 7,)

    def drawn(self, share: float) -> Value:
        """The number at a share of the way."""
        return self.low + share * (self.high - self.low)


Range = Choices | Span


class Space:
    """Parameters by name, each with its values. Raises `BadSpace` for none, or one that cannot be."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        """Values: text such as "5..40:5" or "20,50,100", a `range`, a list, a `Choices` or a `Span`."""
        if not parameters:
            raise BadSpace("no parameters were given to search", f"Say {_said('fast', STEPS)}.")
        self.ranges: dict[str, Range] = {name: range_of(name, given) for name, given in parameters.items()}

    @property
    def size(self) -> int:
        """Points of the grid. Raises `BadSpace`."""
        return prod(len(one.grid()) for one in self.ranges.values())

    def words(self) -> dict[str, str]:
        """Each range as text."""
        return {name: str(one) for name, one in self.ranges.items()}

    def grid(self, limit: int | None = None) -> Iterator[Point]:
        """Every point, the last parameter fastest; the first `limit` of them."""
        if limit is None and self.size > MAX_GRID:
            raise BadSpace(f"a grid of {self.size:,} points", 'Use wider steps, or method="random" with trials=200.')
        points = product(*(one.grid() for one in self.ranges.values()))
        return islice((dict(zip(self.ranges, point, strict=True)) for point in points), limit)

    def drawn(self, seed: int, number: int) -> Point:
        """Point `number` of a random search."""
        return {name: one.drawn(_share(seed, number, name)) for name, one in self.ranges.items()}


def range_of(name: str, given: Any) -> Range:
    """What a person gave for one parameter. Raises `BadSpace`."""
    if isinstance(given, Choices | Span):
        return given
    if isinstance(given, str):
        return _parsed(name, given)
    many = given.tolist() if hasattr(given, "tolist") else given  # numpy's numbers as Python's
    values = tuple(many) if isinstance(many, range | Sequence) and not isinstance(many, str) else (many,)
    if not values or not all(isinstance(value, int | float | str | bool) for value in values):
        raise BadSpace(f"{name}: got {given!r} / expected values, a range or text", f"Say {_said(name, STEPS)}.")
    return _chosen(name, values)


def _chosen(name: str, values: tuple[Value, ...]) -> Choices:
    """Values that are numbers or words, each once: a trial made twice would count twice."""
    for value in values:
        if isinstance(value, float) and not isfinite(value):
            raise BadSpace(f"{name}: got {value} / expected numbers that are finite", f"Say {_said(name, '5,10')}.")
    twice = [value for value, times in Counter((type(value), value) for value in values).items() if times > 1]
    if twice:
        raise BadSpace(f"{name}: got {twice[0][1]} twice / expected each value once", "Leave one of them out.")
    return Choices(values)


def _parsed(name: str, text: str) -> Range:
    spanned = RANGE.fullmatch(text.strip())
    if not spanned:
        parts = [part.strip() for part in text.split(",")]
        if "" in parts or any(".." in part for part in parts):
            what = f"{name}={text}: got no values / expected values with commas between, or LOW..HIGH:STEP"
            raise BadSpace(what, f"Say {_said(name, '5,10,20')} or {_said(name, STEPS)}.")
        return _chosen(name, tuple(_value(part) for part in parts))
    low, high = (_value(spanned[side]) for side in ("low", "high"))
    step = None if spanned["step"] is None else _value(spanned["step"])
    numbers = [each for each in (low, high, step) if each is not None]
    if not all(_is_number(each) for each in numbers) or low >= high:  # type: ignore[operator]  # numbers, by then
        raise BadSpace(
            f"{name}={text}: got no range of numbers / expected LOW..HIGH:STEP", f"Say {_said(name, STEPS)}."
        )
    whole = all(isinstance(each, int) for each in numbers)
    if step is None and not whole:
        return Span(float(low), float(high))
    return Choices(tuple(_stepped(name, text, low, high, 1 if step is None else step)))


def _stepped(name: str, text: str, low: Any, high: Any, step: Any) -> Iterator[Value]:
    if step <= 0:
        raise BadSpace(f"{name}={text}: got a step of {step} / expected one above 0", f"Say {_said(name, STEPS)}.")
    if (high - low) / step > MAX_GRID:
        what = f"{name}={text}: got {(high - low) / step:,.0f} steps / expected {MAX_GRID:,} at most"
        raise BadSpace(what, "Say a wider step.")
    count = int((high - low) / step + 1e-9) + 1
    for place in range(count):
        yield low + place * step if isinstance(low, int) and isinstance(step, int) else round(low + place * step, 12)


def _is_number(value: Value) -> bool:
    """A number that arithmetic can bear; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _value(text: str) -> Value:
    """A number or a truth value where the text is one, else the text."""
    text = text.strip()
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool) else text


def _said(name: str, values: str) -> str:
    """How one parameter is given."""
    return f'parameters={{"{name}": "{values}"}}'


def _share(seed: int, number: int, name: str) -> float:
    digest = hashlib.sha256(f"{seed}/{number}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
