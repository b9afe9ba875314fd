"""News calendars named in a plan become part of it: the file is read once, its events stand in the plan from then on.

So the plan that a log keeps, and its hash, hold what was known of the news; a replay needs no file.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tallystick.platform.plan import RunPlan
from tallystick.platform.plan_values import PlanError
from tallystick.platform.risk.filters import NewsEvent

FIRST_COLUMNS = ("time", "concerns", "impact", "title")


def with_calendars(plan: RunPlan, folder: Path) -> RunPlan:
    """The plan with the events of every `risk.news[].file` (a path from `folder`) in place of the file's name.

    Raises `PlanError` for a file that is not there or a line that cannot be read, naming file and line.
    """
    news = plan.risk.get("news")
    if not isinstance(news, list | tuple) or not any(isinstance(one, Mapping) and "file" in one for one in news):
        return plan
    known = [_with_events(one, folder) if isinstance(one, Mapping) and "file" in one else one for one in news]
    return msgspec.structs.replace(plan, risk={**plan.risk, "news": known})


def _with_events(news: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    rest = {name: value for name, value in news.items() if name != "file"}
    return {**rest, "events": [*rest.get("events", []), *read_calendar(folder / str(news["file"]))]}


def read_calendar(path: Path) -> list[list[str]]:
    """Events of a CSV file with a heading: time (UTC), currency or symbol, impact, title; other columns are ignored."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"E121 news calendar {path}: got {error} / expected a CSV file in UTF-8. Correct the path in the plan."
        )
        raise PlanError(message) from error
    rows = csv.reader(io.StringIO(text))
    heading = [name.strip().lower() for name in next(rows, [])]
    places = [_place(path, heading, column) for column in FIRST_COLUMNS]
    events = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places):
            _refuse(path, rows.line_num, f"{len(row)} columns", f"{len(heading)}")
        event = [row[place].strip() for place in places]
        try:
            NewsEvent(*event)
        except ValueError:
            _refuse(path, rows.line_num, f'the time "{event[0]}"', "one in UTC such as 2014-01-10T13:30Z")
        events.append(event)
    return events


def _place(path: Path, heading: list[str], column: str) -> int:
    names = ("currency", "symbol", "concerns") if column == "concerns" else (column,)
    for name in names:
        if name in heading:
            return heading.index(name)
    _refuse(path, 1, ", ".join(heading) or "no heading", "the columns time, currency (or symbol), impact, title")
    return -1


def _refuse(path: Path, line: int, got: str, expected: str) -> None:
    message = f"E121 news calendar {path.name}, line {line}: got {got} / expected {expected}. Correct the file."
    raise PlanError(message)
