"""What every indicator is: something that takes closed bars one by one and has a value after `warm_up` of them.

All arithmetic is float64 in one fixed order, so the value after n bars is the same bits however they were fed, in one
process or another, before or after a freeze. Builtin `sum` is not used on floats: from Python 3.12 on it rounds
differently than before. An indicator chained to another is fed its ready values only.
"""

import inspect
import math
from collections import deque
from typing import Any, ClassVar, Protocol, runtime_checkable

from tallystick.platform.authoring.indicators.sources import Bar, price_of

NAN = math.nan


@runtime_checkable
class Indicator(Protocol):
    """A value that is brought up to date once with each closed bar.

    `warm_up` is the number of rows after which `ready` is true. Before, `value` is NaN (or a tuple of NaN).
    """

    warm_up: int

    @property
    def value(self) -> Any:
        """A float, or a NamedTuple of floats where there are several lines."""

    @property
    def ready(self) -> bool:
        """Whether enough rows were pushed."""

    def push(self, bar: Any) -> None:
        """Take one closed bar in."""

    def freeze(self) -> Any:
        """State in plain values (numbers and lists)."""

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave, in an indicator made with the same parameters."""


class Streaming:
    """Rows counted, readiness, and state by attribute name: `STATE` lists what `freeze` keeps."""

    __slots__ = ("_count", "warm_up")
    STATE: ClassVar[tuple[str, ...]] = ()

    def __init__(self, warm_up: int) -> None:
        """Ready after `warm_up` rows."""
        self.warm_up = warm_up
        self._count = 0

    @property
    def ready(self) -> bool:
        """Whether enough rows were pushed."""
        return self._count >= self.warm_up

    def freeze(self) -> Any:
        """Rows counted and the attributes of `STATE`, as numbers and lists."""
        return [self._count, *(_plain(getattr(self, name)) for name in self.STATE)]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave, in an indicator made with the same parameters."""
        self._count, *values = state
        for name, value in zip(self.STATE, values, strict=True):
            present = getattr(self, name)
            if isinstance(present, Streaming):
                present.thaw(value)
            elif isinstance(present, deque):
                setattr(self, name, deque(value, present.maxlen))
            else:
                setattr(self, name, value)

    def __repr__(self) -> str:
        named = inspect.signature(type(self)).parameters
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in named)})"


class OfPrice(Streaming):
    """An indicator of one number for each bar, its `source`; `push_value` takes any other number instead."""

    __slots__ = ("_price", "source")

    def __init__(self, warm_up: int, source: str) -> None:
        """Ready after `warm_up` rows of the source; `IndicatorSettingError` where there is no such source."""
        super().__init__(warm_up)
        self.source = source
        self._price = price_of(type(self).__name__, source)

    def push(self, bar: Bar) -> None:
        """Take one closed bar in."""
        self.push_value(self._price(bar))

    def push_value(self, value: float) -> None:
        """Take one number in, in place of a bar's price."""
        raise NotImplementedError


def _plain(value: Any) -> Any:
    if isinstance(value, Streaming):
        return value.freeze()
    if isinstance(value, deque):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, float) else value  # a NumPy scalar is a float too, but not a plain one
