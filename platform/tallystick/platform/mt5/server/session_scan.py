"""The scan where symbols are at times out of session: what compiled code finds is looked at again, by the clock.

Sessions only ever hold back, so the compiled scan, which knows none, names every moment with an act and some without.
"""

from tallystick.market.moment import triggered
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server.hours import Hours
from tallystick.platform.mt5.server.paths import Path, Paths
from tallystick.platform.mt5.server.tables import Tables
from tallystick.platform.mt5.server.worth import Worth

triggers = triggered.py_func if hasattr(triggered, "py_func") else triggered


class SessionScan:
    """Scans for an account with calendars."""

    def __init__(self, tables: Tables, worth: Worth, paths: Paths, hours: Hours) -> None:
        """All parts share the state that `worth` looks at."""
        self._tables = tables
        self._worth = worth
        self._paths = paths
        self._hours = hours

    def scan(self, rows: Rows) -> int:
        """First row of the first moment with an act, or -1."""
        tables, start = self._tables, 0
        kept = tables.prices()
        try:
            while start < len(rows):
                left = rows.part(start, len(rows))
                hit = tables.scan(left)
                if hit < 0:
                    return -1
                if hit:
                    tables.take(left.part(0, hit))
                end = _moment_end(left, hit)
                if self._acts(left.part(hit, end)):
                    return start + hit
                tables.take(left.part(hit, end))
                start += end
        finally:
            tables.put(kept)
        return -1

    def _acts(self, moment: Rows) -> bool:
        """Whether anything happens at one moment; the tables hold the prices before it."""
        state, paths = self._worth.state, self._paths.of(moment)
        before = state.bids, state.asks
        state.bids, state.asks = self._tables.quotes()
        try:
            return any(self._step(paths, step) for step in range(len(paths[0].moments) if paths else 0))
        finally:
            state.bids, state.asks = before

    def _step(self, paths: list[Path], step: int) -> bool:
        state = self._worth.state
        for path in paths:
            state.bids[path.symbol], state.asks[path.symbol] = path.bids[step], path.asks[step]
            if self._due(path, step) or (step not in path.closed and self._touches(path, step)):
                return True
        return self._stopped_out(paths[-1].moments[step])

    def _due(self, path: Path, step: int) -> bool:
        waiting = self._worth.state.in_flight.values()
        return any(one.sending.symbol == path.symbol and one.due <= path.moments[step] for one in waiting)

    def _touches(self, path: Path, step: int) -> bool:
        """Whether an order is triggered or a stop reached, as `moment.acts` sees it."""
        state, symbol, bid, ask = self._worth.state, path.symbol, path.bids[step], path.asks[step]
        for order in state.pendings.values():
            live = order.sending.symbol == symbol and order.live <= path.moments[step]
            if live and triggers(order.kind, order.price, bid, ask):
                return True
        for one in state.positions.values():
            if one.symbol == symbol:
                close = bid if one.direction > 0 else ask
                if one.stop and (close - one.stop) * one.direction <= 0:
                    return True
                if one.take and (close - one.take) * one.direction >= 0:
                    return True
        return False

    def _stopped_out(self, moment: int) -> bool:
        held = self._worth.state.positions.values()
        if not any(self._hours.open(one.symbol, moment) for one in held):
            return False
        return self._worth.equity() * 10_000 < self._worth.stop_out_level * self._worth.margin()


def _moment_end(rows: Rows, row: int) -> int:
    """Where the moment that begins at a row ends."""
    if rows.kind == "quote":
        return row + 1
    end, time = row + 1, rows.time.item(row)
    while end < len(rows) and rows.time.item(end) == time:
        end += 1
    return end
