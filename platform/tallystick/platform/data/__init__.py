"""Market data in: read, faults named, counted and treated by a stated rule, merged in book order."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.platform.data.errors import DataError
    from tallystick.platform.data.feed import Feed, merge
    from tallystick.platform.data.lean import read_lean
    from tallystick.platform.data.series import Series, series_from

__all__ = ["DataError", "Feed", "Series", "merge", "read_lean", "series_from"]
_PLACES = {
    "DataError": "errors",
    "Feed": "feed",
    "merge": "feed",
    "read_lean": "lean",
    "Series": "series",
    "series_from": "series",
}


def __getattr__(name: str) -> Any:
    """A name of this package, whose module is loaded when it is first asked for: a bot's process needs few of them."""
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
