"""When the server takes and executes orders of a symbol: its calendar's sessions, by the server's clock."""

from collections.abc import Mapping

from tallystick.market.instrument import Instrument
from tallystick.market.server_time import offset_ns
from tallystick.market.sessions import Sessions


class CalendarError(ValueError):
    """An instrument names a calendar of sessions that nobody gave; give it, or leave `sessions` empty."""


class Hours:
    """Sessions by symbol; a symbol that names no calendar is always in session."""

    def __init__(self, instruments: Mapping[str, Instrument], calendars: Mapping[str, Sessions], rule: str) -> None:
        """`rule` is the server-time rule. Raises `CalendarError` for a calendar that is not there."""
        self._rule = rule
        self._sessions: dict[str, Sessions] = {}
        for symbol, instrument in instruments.items():
            name = instrument.sessions
            if not name:
                continue
            if name not in calendars:
                message = f"{symbol} trades in the sessions {name!r}, which are not among {sorted(calendars)}"
                raise CalendarError(f"{message}. Give that calendar, or leave the instrument's sessions empty")
            if calendars[name].stated:
                self._sessions[symbol] = calendars[name]

    def __bool__(self) -> bool:
        """Whether any symbol is ever out of session."""
        return bool(self._sessions)

    def open(self, symbol: str, moment: int) -> bool:
        """Whether a symbol is in session at a moment in ns UTC."""
        sessions = self._sessions.get(symbol)
        return sessions is None or sessions.open_at(moment + offset_ns(moment, self._rule))
