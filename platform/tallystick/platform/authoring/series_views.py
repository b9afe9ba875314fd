"""Series a strategy may look at besides its own bars: longer ones, other symbols', and columns of its own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from tallystick.events.types.market import SeriesDeclared
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.columns import Columns, at_row, computed
from tallystick.platform.authoring.listening import Listening
from tallystick.platform.authoring.timeframes import period_s


class SeriesViews:
    """A mixin of `Strategy`."""

    __slots__ = ()
    name: str
    warm_up: int
    _bars: Bars
    _columns: Columns | None
    _so_far: dict[int, Columns]
    without_columns: ClassVar[Any]
    columns: Any
    _heard: Listening
    _rows: int
    _undone: int

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """An indicator of the own bars, `self.ema(10)`: see named.py."""

    def higher(self, timeframe: str) -> Bars:
        """Completed bars of a longer timeframe, built from the own ones: `self.higher("H4").ema(10)`."""
        period_s(timeframe, self.name)
        return self._bars.higher(timeframe)

    def bars_of(self, symbol: str, timeframe: str | None = None) -> Bars:
        """Closed bars of another series (of the own timeframe unless said); first asked for in `on_start`."""
        return self._heard.other(symbol, timeframe, late=self._rows > 0, rule=self._bars.rule)

    @property
    def late_series(self) -> tuple[str, ...]:
        """Series asked for by `bars_of` whose bars are heard after the own ones of the same close."""
        return self._heard.late

    def column(self, name: str) -> float:
        """A column of `columns` at the current bar; ends the callback while it is NaN."""
        row = self._rows - 1
        if self._columns is not None:
            return at_row(self._columns, name, row)
        so_far = self._so_far
        if row not in so_far:
            so_far.clear()
            so_far[row] = computed(self, self._bars.frame())
        return at_row(so_far[row], name, row)

    @property
    def has_columns(self) -> bool:
        """Whether somebody wrote `columns`."""
        return type(self).columns is not type(self).without_columns

    def own_series(self, series: Iterable[SeriesDeclared]) -> int:
        """Number of the own series among those declared; -1 for none."""
        return self._heard.number_among(series)

    def report(self) -> dict[str, int]:
        """Facts for a summary: rows heard, of warm-up still to come, callbacks that an indicator ended, own series."""
        waiting = max(self.warm_up - self._rows, 0)
        series = max(self._heard.bars, self._heard.quotes)
        return {"rows": self._rows, "waiting": waiting, "undone": self._undone, "series": series}


def late_lines(strategies: Iterable[Any]) -> tuple[str, ...]:
    """W133 for each of some modules that sees other bars one late, by the order of the data."""
    return tuple(
        f"W133 {one.name} sees bars of {', '.join(late)} one late: they stand after its own in the"
        f" data, so at a common close it decides before it has heard them. Name them before {one.symbol}."
        for one in strategies
        if (late := getattr(one, "late_series", ()))
    )
