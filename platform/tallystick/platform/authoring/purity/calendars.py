"""`datetime` and `date` as user code sees them during a run: the same, but `now`, `utcnow` and `today` ask the guard.

Python's own classes cannot be changed, so user code's names for them, and for the module, are bound to these for the
length of a run. What they make are the real classes' objects, and `isinstance` answers for the real classes.
"""

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tallystick.platform.authoring.purity.guard import OfThread


class _Standing(type):
    """The type of a class that stands for another."""

    real: type

    def __call__(cls, *args: Any, **named: Any) -> Any:
        return cls.real(*args, **named)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.real)


class _Seen(ModuleType):
    """The module `datetime` with some names bound to other things."""

    def __getattr__(self, name: str) -> Any:
        return getattr(dt, name)


def calendars(here: OfThread) -> list[tuple[Any, Any]]:
    """Pairs of what user code has bound and what it is to see instead."""
    moment = _standing_for(dt.datetime, ("now", "utcnow", "today"), here)
    day = _standing_for(dt.date, ("today",), here)
    module = _Seen(dt.__name__, dt.__doc__)
    vars(module).update(datetime=moment, date=day)
    return [(dt.datetime, moment), (dt.date, day), (dt, module)]


def _standing_for(real: type, clocks: tuple[str, ...], here: OfThread) -> Any:
    def asking(name: str) -> Callable[..., Any]:
        def ask(_: type, *args: Any, **named: Any) -> Any:
            if here.guard.depth:
                here.guard.refuse("clock", f"{real.__name__}.{name}()")
            return getattr(real, name)(*args, **named)

        return ask

    methods = {name: classmethod(asking(name)) for name in clocks}
    return _Standing(real.__name__, (real,), {"real": real, "__module__": real.__module__, **methods})
