"""Buy and hold: long from the first row on. The second baseline a result is printed beside."""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import SignalRaised
from tallystick.market.rows import Rows
from tallystick.platform.strategies.series import SeriesChoice, Source


class Hold:
    """Goes long one symbol on its first row and says nothing more; without stops."""

    role = "strategy"
    on_failure: OnFailure = "halt"

    def __init__(self, symbol: str, *, source: Source = "bars", period_s: int = 0, name: str = "hold") -> None:
        """One symbol, on its bars or its quotes."""
        self.name = name
        self.series = SeriesChoice(name, symbol, source, period_s)
        self.hears: tuple[type, ...] = self.series.hears
        self.symbol = symbol
        self.settings = {"symbol": symbol, "source": source, "period_s": str(period_s)}
        self._bought = False

    def react(self, event: Any, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- the module's protocol
        """A long signal to the first row."""
        if type(event) is SeriesDeclared:
            self.series.declared(event)
            return ()
        if self._bought or event.series != self.series.number:
            return ()
        self._bought = True
        return (SignalRaised(strategy=self.name, symbol=self.symbol, direction=1, stop_points=0, take_points=0),)

    def scan(self, rows: Rows) -> int:
        """Index of the first row of the symbol, once."""
        if self._bought or rows.kind != self.series.kind:
            return -1
        own = rows.series == self.series.number
        first = int(own.argmax()) if len(own) else 0
        return first if len(own) and own[first] else -1

    def advance(self, rows: Rows) -> None:
        """Rows that are not answered change nothing."""

    def freeze(self) -> Any:
        """Series and whether it has bought."""
        return [self.series.freeze(), self._bought]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        series, self._bought = state
        self.series.thaw(series)
