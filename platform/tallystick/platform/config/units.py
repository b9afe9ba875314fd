"""The kinds of plain values that a config file holds, and of lists and tables of them; quantities: `quantities.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

MOST_DIGITS = 30
"""Of a number that anybody means."""


class Unfit(ValueError):
    """A value that is not of its kind; `what` is wrong with it and what to do, where the kind can say more."""

    def __init__(self, what: str = "a value that does not fit", fix: str = "") -> None:
        """Say nothing where what the kind takes is enough."""
        super().__init__(what)
        self.what = what
        self.fix = fix


class Kind(Protocol):
    """What a key takes."""

    @property
    def takes(self) -> str:
        """In words."""
        ...

    def read(self, value: Any) -> Any:
        """The value as the tables hold it; raises `Unfit`."""
        ...

    def schema(self) -> dict[str, Any]:
        """JSON Schema of what may be written."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Text, of a form if one is given."""

    takes: str = "text"
    form: str = r"(?s).+"

    def read(self, value: Any) -> str:
        """As it is."""
        if type(value) is not str or not re.fullmatch(self.form, value):
            raise Unfit
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def takes(self) -> str:
        """The words."""
        return f"one of {', '.join(self.words)}"

    def read(self, value: Any) -> str:
        """As it is."""
        if type(value) is not str or value not in self.words:
            raise Unfit
        return value

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int

    @property
    def takes(self) -> str:
        """The bounds."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, value: Any) -> int:
        """As it is; a truth value is no number."""
        if type(value) is not int or not self.least <= value <= self.most:
            raise Unfit
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, whole or not."""

    least: float
    most: float

    @property
    def takes(self) -> str:
        """The bounds."""
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, value: Any) -> float:
        """The nearest float64."""
        number = decimal_of(value, text=False)
        if not Decimal(str(self.least)) <= number <= Decimal(str(self.most)):
            raise Unfit
        return float(number)

    def schema(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    takes: str = "true or false"

    def read(self, value: Any) -> bool:
        """As it is."""
        if type(value) is not bool:
            raise Unfit
        return value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Each:
    """A list, every one of a kind."""

    kind: Kind

    @property
    def takes(self) -> str:
        """As its kind says."""
        return f"a list, each {self.kind.takes}"

    def read(self, value: Any) -> tuple[Any, ...]:
        """In the same order."""
        if not isinstance(value, list):
            raise Unfit
        return tuple(map(self.kind.read, value))

    def schema(self) -> dict[str, Any]:
        """An array."""
        return {"type": "array", "items": self.kind.schema()}


@dataclass(frozen=True, slots=True)
class ByName:
    """Values by names of the user's own; without a kind anything that TOML has, floats as float64."""

    kind: Kind | None = None

    @property
    def takes(self) -> str:
        """As its kind says."""
        return f"a table, each {self.kind.takes}" if self.kind else "a table of values by name"

    def read(self, value: Any) -> dict[str, Any]:
        """By name."""
        if not isinstance(value, Mapping):
            raise Unfit
        return {name: self.kind.read(one) if self.kind else _plain(one) for name, one in value.items()}

    def schema(self) -> dict[str, Any]:
        """An object."""
        return {"type": "object", "additionalProperties": self.kind.schema() if self.kind else True}


def decimal_of(value: Any, *, text: bool = True) -> Decimal:
    """A finite number out of a number, or out of text where that is allowed too."""
    if type(value) not in ({int, Decimal, str} if text else {int, Decimal}):
        raise Unfit
    try:
        number = Decimal(value.strip() if type(value) is str else value)
    except InvalidOperation:
        raise Unfit from None
    if not number.is_finite() or number.adjusted() > MOST_DIGITS or number.adjusted() < -MOST_DIGITS:
        raise Unfit
    return number


def _plain(value: Any) -> Any:
    """A value as a plan holds it."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise Unfit
        return float(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int) else str(value)
