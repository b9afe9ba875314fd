"""Market data in: read, faults named, counted and treated by a stated rule, merged in book order."""

from typing import TYPE_CHECKING

from tallystick.events.door import door

if TYPE_CHECKING:
    from tallystick.platform.data.errors import DataError
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.data.lean import read_lean
    from tallystick.platform.data.series import Series, series_from

__all__ = ["DataError", "Feed", "Series", "read_lean", "series_from"]
PLACES = {
    "DataError": ".errors",
    "Feed": ".feed",
    "read_lean": ".lean",
    "Series": ".series",
    "series_from": ".series",
}

if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
