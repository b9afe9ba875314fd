"""From a row to the steps of its symbol: moments, bids and asks in points (`docs/fills.md`, section 2)."""

from collections.abc import Mapping

import msgspec

from tallystick.market.bar_path import STEPS, between, step_moment, step_prices
from tallystick.market.instrument import TENS, Instrument
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.tables import BAR_PRICES, Tables


class Path(msgspec.Struct, frozen=True, gc=False):
    """One row's steps for one symbol; `closed`: the steps out of session, usually none."""

    row: int
    symbol: str
    moments: tuple[int, ...]
    bids: tuple[int, ...]
    asks: tuple[int, ...]
    closed: tuple[int, ...] = ()

    def fresh(self, step: int) -> bool:
        """Whether nothing leads up to a step: what is reached there has the market's price, not its own."""
        return step == 0 or step - 1 in self.closed

    def quote_at(self, step: int, due: int) -> tuple[int, int, int]:
        """Moment, bid and ask for an order due at or before a step: between it and the one before, if there is one."""
        moment = self.moments[step]
        if step == 0:
            return moment, self.bids[0], self.asks[0]
        begin, before = self.moments[step - 1], step - 1
        at = max(due, begin)
        bid = between(self.bids[before], self.bids[step], begin, moment, at, up=False)
        return at, bid, between(self.asks[before], self.asks[step], begin, moment, at, up=True)


class Paths:
    """Makes the paths of rows."""

    def __init__(self, instruments: Mapping[str, Instrument], tables: Tables, hours: Hours) -> None:
        """`tables` knows which symbol moves by which series."""
        self._instruments = instruments
        self._tables = tables
        self.hours = hours
        self._has_hours = bool(hours)
        self._periods: list[int] = tables.series_period.tolist()
        self._offsets = [[step_moment(0, period, step) for step in range(STEPS)] for period in self._periods]

    def of(self, rows: Rows) -> list[Path]:
        """The paths of one moment's rows, in their order."""
        paths = [path for row in range(len(rows.time)) if (path := self._path(rows, row)) is not None]
        return [self._with_hours(path) for path in paths] if self._has_hours else paths

    def _path(self, rows: Rows, row: int) -> Path | None:
        """The steps of a row; None for a series its symbol does not move by."""
        series = rows.series.item(row)
        number = self._tables.series_symbol.item(series)
        if number < 0:
            return None
        symbol = self._tables.symbols[number]
        instrument = self._instruments[symbol]
        time = rows.time.item(row)
        if rows.kind == "quote":
            bid, ask = instrument.points(rows.bid.item(row)), instrument.points(rows.ask.item(row))
            return Path(row, symbol, (time,), (bid,), (ask,))
        values = rows.values(row, BAR_PRICES)
        scale = TENS[instrument.digits]
        points = list(map(round, [value * scale for value in values]))
        rising = values[3] >= values[0]
        bids, asks = step_prices(points[:4], rising=rising), step_prices(points[4:], rising=rising)
        begin, (first, second, third, last) = time - self._periods[series], self._offsets[series]
        return Path(row, symbol, (begin + first, begin + second, begin + third, begin + last), bids, asks)

    def _with_hours(self, path: Path) -> Path:
        closed = tuple(step for step, at in enumerate(path.moments) if not self.hours.open(path.symbol, at))
        return msgspec.structs.replace(path, closed=closed)
