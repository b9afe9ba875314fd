"""Trading hours in a config file: written and read as in a terminal's definition (`mt5/definitions/week.py`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from tallystick.platform.config.key import Key, Table
from tallystick.platform.config.units import Unfit
from tallystick.platform.mt5.definitions.week import (
    HOLIDAYS,
    USUAL_FIX,
    WEEKDAYS,
    BadHours,
    holidays_from,
    ranges_from,
    require_open,
    sessions_from,
    sessions_written,
)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges of one day of the server's clock."""

    takes: str = 'ranges from 00:00 to 24:00 in order, such as [["00:05", "23:55"]]'

    def read(self, value: Any) -> Any:
        """As it is, once a week can have it."""
        return _fit(ranges_from, value)

    def schema(self) -> dict[str, Any]:
        """An array of pairs."""
        clock = {"type": "string", "pattern": r"^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?$"}
        return {"type": "array", "items": {"type": "array", "items": clock, "minItems": 2, "maxItems": 2}}


@dataclass(frozen=True, slots=True)
class Days:
    """Dates, of TOML or as text."""

    takes: str = "a list of dates such as 2014-12-25"

    def read(self, value: Any) -> Any:
        """As text, once the calendar has them."""
        if not isinstance(value, list):
            raise Unfit
        plain = [one.isoformat() if isinstance(one, date) and not isinstance(one, datetime) else one for one in value]
        return _fit(holidays_from, plain)

    def schema(self) -> dict[str, Any]:
        """Text; editors read TOML's own dates as text too."""
        return {"type": "array", "items": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}}


def _fit(read: Callable[[Any], object], value: Any) -> Any:
    try:
        read(value)
    except BadHours as error:
        raise Unfit(error.what, "" if error.fix == USUAL_FIX else error.fix) from None
    return value


class Hours(Table, frozen=True, kw_only=True):
    """When a symbol is traded, by the server's clock; `default` for symbols without a table of their own."""

    monday: Annotated[Any, Key(Ranges(), "Open then; a day that is left out is closed.")] = None
    tuesday: Annotated[Any, Key(Ranges(), "The same.")] = None
    wednesday: Annotated[Any, Key(Ranges(), "The same.")] = None
    thursday: Annotated[Any, Key(Ranges(), "The same.")] = None
    friday: Annotated[Any, Key(Ranges(), "The same.")] = None
    saturday: Annotated[Any, Key(Ranges(), "The same.")] = None
    sunday: Annotated[Any, Key(Ranges(), "The same.")] = None
    holidays: Annotated[Any, Key(Days(), "Closed then; with holidays alone every other day is open.")] = None


def written_hours(name: str, hours: Hours) -> dict[str, Any]:
    """As a plan holds them: only what is said. Raises `BadConditions` (E131), also for a market that never opens."""
    told = {day: getattr(hours, day) for day in (*WEEKDAYS, HOLIDAYS) if getattr(hours, day) is not None}
    sessions = sessions_from(name, told)
    require_open(name, sessions)
    return sessions_written(sessions)
