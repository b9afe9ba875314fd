"""What a column is by its name, or by its place where a file has no names.

Names are compared without case, brackets, blanks and punctuation, so <TICKVOL>, Tick Volume and tick_volume are one. A
`time` beside a `date` is the time of day; alone it is the whole moment.
"""

import re
from collections.abc import Mapping, Sequence

from tallystick.platform.data.errors import UnfitRequest, UnreadableData
from tallystick.platform.data.moments import LAYOUTS

POINTS = ("open", "high", "low", "close")
NAMES: dict[str, tuple[str, ...]] = {
    "date": ("date", "day"),
    "time": ("time", "timestamp", "datetime", "datetimeutc", "gmttime", "opentime", "localtime", "index", ""),
    "time_msc": ("timemsc",),
    "tick_volume": ("tickvol", "tickvolume", "ticks"),
    "volume": ("volume", "vol", "v"),
    "spread": ("spread",),
    "bid": ("bid", "bidprice"),
    "ask": ("ask", "askprice", "offer"),
    "flags": ("flags",),
    **{point: (point, point[0], f"{point}price") for point in POINTS},
    **{
        f"{side}_{point}": (f"{side}{point}", f"{point}{side}", f"{side}{point[0]}")
        for side in ("bid", "ask")
        for point in POINTS
    },
}
"""Roles, and the names that mean them; any other column is left alone."""
WITHOUT_NAMES: dict[tuple[str, int], tuple[str, ...]] = {
    ("bar", 4): POINTS,
    ("bar", 5): (*POINTS, "tick_volume"),
    ("bar", 6): (*POINTS, "tick_volume", "real_volume"),
    ("bar", 7): (*POINTS, "tick_volume", "real_volume", "spread"),
    ("quote", 2): ("bid", "ask"),
    ("quote", 3): ("bid", "ask", "last"),
    ("quote", 4): ("bid", "ask", "last", "volume"),
    ("quote", 5): ("bid", "ask", "last", "volume", "flags"),
}
"""MT5's own order after the times, by kind and number of columns."""


def is_heading(cells: Sequence[str]) -> bool:
    """True for a first line of names: a file without names begins with a time."""
    return not any(form.fullmatch(cells[0].strip()) for form in LAYOUTS)


def roles_by_name(names: Sequence[str], mapping: Mapping[str, str | int] | None, title: str) -> dict[str, int]:
    """Column numbers by role: `date`, `clock` or `time`, and prices. Raises `UnfitRequest`, `UnreadableData`."""
    roles: dict[str, int] = {}
    plain = [_plain(name) for name in names]
    for role, meanings in NAMES.items():
        found = next((plain.index(meaning) for meaning in meanings if meaning in plain), None)
        if found is not None and found not in roles.values():
            roles[role] = found
    for role, wanted in (mapping or {}).items():
        if role not in NAMES and role != "clock":
            what = f'"{role}" is nothing a column can be.'
            raise UnfitRequest(what, f'Map one of {", ".join(NAMES)}, as in mapping={{"time": "Date", "open": "O"}}.')
        roles = {other: column for other, column in roles.items() if other != role}
        roles[role] = _column_called(wanted, names, title)
    if "date" in roles and "time" in roles:
        roles["clock"] = roles.pop("time")
    elif "date" in roles:
        roles["time"] = roles.pop("date")
    if "time_msc" in roles:
        roles = {role: column for role, column in roles.items() if role not in ("date", "clock", "time")}
        roles["time"] = roles.pop("time_msc")
    return _complete(roles, names, title)


def roles_by_place(cells: Sequence[str], title: str) -> dict[str, int]:
    """Column numbers by role of a file without names, from its first line. Raises `UnreadableData`."""
    times = ["date", "clock"] if len(cells) > 1 and re.fullmatch(r"\d{1,2}:\d\d.*", cells[1].strip()) else ["time"]
    rest = len(cells) - len(times)
    fraction = "." in cells[1] if len(times) > 1 else bool(re.search(r":\d\d\.\d", cells[0]))
    blank = any(not cell.strip() for cell in cells[len(times) :])
    kind = "quote" if rest < len(POINTS) or fraction or blank else "bar"
    names = WITHOUT_NAMES.get((kind, rest))
    if names is None:
        what = f"{title} line 1 has {len(cells)} columns and no names."
        raise UnreadableData(what, "Add a line of names at the top, such as date,time,open,high,low,close")
    return {role: number for number, role in enumerate([*times, *names])}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _column_called(wanted: str | int, names: Sequence[str], title: str) -> int:
    if isinstance(wanted, int) and 0 <= wanted < len(names):
        return wanted
    for spelled in (list(names), [str(name).strip("<> ").lower() for name in names], [_plain(name) for name in names]):
        for form in (wanted, str(wanted).lower(), _plain(str(wanted))):
            if form in spelled:
                return spelled.index(str(form))
    what = f'{title} has no column "{wanted}".'
    raise UnfitRequest(what, f"Its columns are {', '.join(map(str, names))[:300]}.")


def _complete(roles: dict[str, int], names: Sequence[str], title: str) -> dict[str, int]:
    """The roles, if they make bars or quotes."""
    sides = [f"bid_{point}" for point in POINTS]
    bars = all(point in roles for point in POINTS) or all(side in roles for side in sides)
    quotes = "bid" in roles or "ask" in roles
    if not (bars or quotes) or not {"time", "date"} & set(roles):
        missing = "a time" if bars or quotes else "open, high, low and close, nor bid and ask"
        what = f"{title} has no columns for {missing}; it has {', '.join(map(str, names))[:300]}."
        raise UnreadableData(
            what, 'Say which they are: mapping={"time": "Date", "open": "O", "high": "H", "low": "L", "close": "C"}.'
        )
    return roles
