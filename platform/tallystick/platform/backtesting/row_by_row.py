"""A feed handed out one row at a time: what a live book would meet."""

from collections.abc import Iterator, Sequence

from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.platform.data.feed import Feed


class RowByRow:
    """The rows of a feed in chunks of one."""

    def __init__(self, feed: Feed) -> None:
        """The same rows and the same hash."""
        self._feed = feed

    @property
    def data_hash(self) -> str:
        """Of the feed."""
        return self._feed.data_hash

    def series_declared(self) -> Sequence[SeriesDeclared]:
        """Of the feed."""
        return self._feed.series_declared()

    def data_treated(self) -> Sequence[DataTreated]:
        """Of the feed."""
        return self._feed.data_treated()

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        """Each row by itself."""
        for chunk in self._feed.rows(start_row):
            for row in range(len(chunk)):
                yield chunk.part(row, row + 1)
