"""Today and now of `datetime` and pandas, on the bot's clock.

`dt.datetime` stays the very type it was: two of its methods are exchanged in place.
"""

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.places import put, put_in_type
from tallystick.platform.mt5.exec.child.refusals import ClockRefusedError

MICROSECOND_NS = 1_000
NOW_WORDS = frozenset({"now", "today"})


def put_dates(clock: VirtualClock) -> None:
    """Put the bot's clock behind `datetime` and `date`. Raises `ClockRefusedError` where Python does not let it."""

    def now(cls: type[dt.datetime], tz: dt.tzinfo | None = None) -> dt.datetime:
        whole_s, rest_us = divmod(clock.look() // MICROSECOND_NS, 1_000_000)
        return dt.datetime.replace(cls.fromtimestamp(whole_s, tz), microsecond=rest_us)

    def utcnow(cls: type[dt.datetime]) -> dt.datetime:
        return dt.datetime.replace(now(cls, dt.UTC), tzinfo=None)

    def now_here(cls: type[dt.datetime]) -> dt.datetime:
        return now(cls)

    def today(cls: type[dt.date]) -> dt.date:
        return cls.fromtimestamp(clock.look() / 1e9)

    put_in_type(dt.date, {"today": classmethod(today)})
    put_in_type(
        dt.datetime,
        {"now": classmethod(now), "utcnow": classmethod(utcnow), "today": classmethod(now_here)},
    )
    if abs(dt.datetime.now(dt.UTC).timestamp() - clock.look() / 1e9) > 1.0:
        raise ClockRefusedError("datetime.now() does not follow the bot's clock", "run the bot with CPython")


def put_pandas(pandas: ModuleType) -> None:
    """Put the bot's clock behind pandas, which reads the machine's in C; `datetime` has it already."""
    stamp: Any = pandas.Timestamp
    new: Callable[..., Any] = stamp.__new__
    to_datetime: Callable[..., Any] = pandas.to_datetime

    def here() -> dt.datetime:
        return dt.datetime.now()  # noqa: DTZ005 -- local time without a zone is what was asked for

    def now(cls: Any, tz: Any = None) -> Any:
        if tz is None:
            return cls(here())
        return cls(dt.datetime.now(dt.UTC)).tz_convert(tz)

    def utcnow(cls: Any) -> Any:
        return now(cls, dt.UTC)

    def made(cls: Any, *args: Any, **settings: Any) -> Any:
        if args and isinstance(args[0], str) and args[0] in NOW_WORDS:
            return now(cls, settings.get("tz"))
        return new(cls, *args, **settings)

    def read(arg: Any, *args: Any, **settings: Any) -> Any:
        if isinstance(arg, str) and arg in NOW_WORDS:
            arg = utcnow(stamp) if settings.get("utc") else now(stamp)
        return to_datetime(arg, *args, **settings)

    put(stamp, "now", classmethod(now))
    put(stamp, "today", classmethod(now))
    put(stamp, "utcnow", classmethod(utcnow))
    put(stamp, "__new__", staticmethod(made))
    read.__doc__ = to_datetime.__doc__
    put(pandas, "to_datetime", read)
