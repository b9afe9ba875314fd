"""What is asked for by name: indicators, made at the first asking, and what is said of a name nobody knows.

Descriptors rather than `__getattr__`: of a class that has one Python looks every attribute up the long way, those too
that are read at each bar.
"""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from tallystick.platform.authoring.errors import NameUnknown, raised_at
from tallystick.platform.authoring.indicators import NAMED


class Named:
    """The method of one indicator; once asked for it stands in the object itself."""

    __slots__ = ("_made_by", "_name")

    def __init__(self, name: str, made_by: Callable[[Any, str], Callable[..., Any]]) -> None:
        """`made_by` gives the method of an object."""
        self._name = name
        self._made_by = made_by

    def __get__(self, owner: Any, of: type) -> Any:
        if owner is None:
            return self
        method = vars(owner)[self._name] = self._made_by(owner, self._name)
        return method


def name_indicators(cls: type, made_by: Callable[[Any, str], Callable[..., Any]]) -> None:
    """Give a class a method for each indicator."""
    for name in NAMED:
        setattr(cls, name, Named(name, made_by))


@singledispatch
def unknown(asked: object, name: str, where: str) -> str:
    """What somebody reads who asked `asked` for a name that it has not; "" where Python's own words stand."""
    del asked, name, where
    return ""


def unknown_name(error: AttributeError) -> NameUnknown | None:
    """The error for a name that a strategy or its bars have not; None for anybody else's."""
    at = raised_at(error.__traceback__)
    message = unknown(error.obj, str(error.name), f" in {at}" if at else "")
    return NameUnknown(message) if message else None
