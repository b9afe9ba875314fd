"""Trading hours in a plan, written as in a terminal's definition and read by the same code (`mt5/definitions/week.py`).

They stand by symbol, under "default" for symbols that are not named, or under the name of a calendar that instruments
say in `sessions`. A symbol without any is open whenever quotes come.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tallystick.market.instrument import Instrument
from tallystick.market.server_time import offset_ns, to_utc_ns
from tallystick.market.sessions import EVERY, Sessions
from tallystick.platform.plan import RunPlan
from tallystick.platform.plan_values import need


def sessions_of(plan: RunPlan) -> dict[str, Sessions]:
    """The plan's hours by the names they have there. Raises `BadConditions` (E131) for hours that no week has."""
    if not plan.sessions:
        return {}
    from tallystick.platform.mt5.definitions.week import sessions_from

    return {name: sessions_from(name, written, "the plan's ") for name, written in plan.sessions.items()}


def check_sessions(plan: RunPlan, symbols: Sequence[str]) -> None:
    """Raise `PlanError` or `BadConditions` for hours of nobody, hours that no week has, and calendars without hours.

    So too for a table that says no hours, and for one that never opens.
    """
    named = {str(fields.get("sessions", "")) for fields in plan.instruments} - {""}
    known = [EVERY, *symbols, *sorted(named)]
    for name in plan.sessions:
        # A live terminal declares its symbols itself.
        need(name in known or plan.mode == "live", f"sessions.{name}", name, f"hours of one of {', '.join(known)}")
    for index, fields in enumerate(plan.instruments):
        calendar = fields.get("sessions", "")
        takes = f"a name that the plan's sessions have ({', '.join(plan.sessions) or 'it has none'}), or nothing"
        need(not calendar or calendar in plan.sessions, f"instruments[{index}].sessions", calendar, takes)
    known_hours = sessions_of(plan)
    if known_hours:
        from tallystick.platform.mt5.definitions.week import require_open

        for name, sessions in known_hours.items():
            require_open(name, sessions, "the plan's ")


def in_session(
    plan: RunPlan, instruments: Mapping[str, Instrument]
) -> tuple[Mapping[str, Instrument], dict[str, Sessions]]:
    """The instruments, each naming the calendar it trades by, and the calendars by name."""
    if not plan.sessions:
        return instruments, {}
    from tallystick.platform.mt5.definitions.definition import Definition

    definition = Definition.of_instruments(instruments.values(), sessions=sessions_of(plan))
    return {symbol: definition.instrument(symbol) for symbol in instruments}, definition.calendars()


def hours_of(plan: RunPlan) -> dict[str, Sessions]:
    """Hours by symbol, or under "default": what risk asks before an order leaves."""
    known = sessions_of(plan)
    calendars: dict[str, Any] = {fields["symbol"]: fields.get("sessions", "") for fields in plan.instruments}
    return known | {symbol: known[calendar] for symbol, calendar in calendars.items() if calendar}


def opening_of(plan: RunPlan) -> Callable[[str, int], int]:
    """When a symbol's market opens, from a moment on: both in ns UTC; the moment itself where it is open or unknown."""
    hours, rule = hours_of(plan), plan.server_time

    def opening(symbol: str, time: int) -> int:
        sessions = hours.get(symbol, hours.get(EVERY))
        wall = time + offset_ns(time, rule)
        opens = wall if sessions is None else sessions.next_open(wall)
        if opens is None or opens == wall:
            return time
        return int(to_utc_ns(np.array([opens // 1_000_000], dtype=np.int64), rule)[0])

    return opening
