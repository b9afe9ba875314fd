"""What a user keeps in a module beside the strategy: names bound to clocks and chance, and a reader."""

import datetime as dt
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from random import random as chance
from time import time as now
from typing import Any

__all__ = ["chance", "datetime", "now"]


def wait_a_little() -> None:
    time.sleep(0.0)


def clock_under_another_name() -> float:
    return now()


def chance_under_another_name() -> float:
    return chance()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def swallow(path: Path) -> str:
    try:
        return read(path)
    except Exception:  # noqa: BLE001 -- what a careless user writes
        return "nothing read"


def drawn(seed: int) -> float:
    return random.Random(seed).random()


def calendar(seconds: float) -> Any:
    return time.gmtime(seconds), time.strftime("%Y", time.gmtime(seconds)), datetime.fromtimestamp(seconds, tz=UTC)


def moment() -> datetime:
    return datetime.now(tz=UTC)


def day() -> dt.date:
    return dt.date.today()  # noqa: DTZ011 -- what is refused


def dates() -> list[Any]:
    made = datetime(2020, 1, 2, tzinfo=UTC)
    match made:
        case datetime():
            matched = isinstance(made, dt.datetime)
    return [
        *(made, datetime.fromisoformat("2020-01-02"), datetime.strptime("2020 +0000", "%Y %z"), dt.date(2020, 1, 2)),
        *(dt.timedelta(days=1), matched, isinstance(dt.date(2020, 1, 2), datetime)),
    ]
