"""Market data in: read, faults named, counted and treated by a stated rule, merged in book order."""

from tallystick.platform.data.errors import DataError
from tallystick.platform.data.feed import Feed, merge
from tallystick.platform.data.lean import read_lean
from tallystick.platform.data.series import Series, series_from

__all__ = ["DataError", "Feed", "Series", "merge", "read_lean", "series_from"]
