"""Dates: ints, floats and datetimes by their `timestamp()`, cut to whole seconds of 32 bits; the naive trap stays."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tallystick.platform.mt5.simulated as mt5
from tests.unit.mt5.dropin.answering import Scripted

ROOT = Path(__file__).resolve().parents[4]
LEAST = -(2.0**31)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (1_700_000_000, 1_700_000_000.0),
        (1_700_000_000.999, 1_700_000_000.0),
        (np.float64(1_700_000_000.5), 1_700_000_000.0),
        (True, 1.0),
        (-5, -5.0),
        (-0.9, 0.0),
        (datetime(2024, 3, 31, 2, 30, tzinfo=UTC), 1_711_852_200.0),
        (datetime(2024, 3, 31, 2, 30, 59, 999_999, tzinfo=timezone(timedelta(hours=2))), 1_711_845_059.0),
        (datetime(2040, 1, 1, tzinfo=UTC), LEAST),
        (1e12, LEAST),
        (float("nan"), LEAST),
    ],
    ids=repr,
)
def test_a_date_crosses_as_whole_seconds(far: Scripted, given: Any, seconds: float) -> None:
    mt5.copy_ticks_from("EURUSD", given, 10, mt5.COPY_TICKS_ALL)
    assert far.last.arguments["date_from"] == seconds


class OfSomebody(datetime):
    """A datetime as pandas' Timestamp is one."""


def test_a_subclass_of_datetime_is_asked_for_its_own_timestamp(far: Scripted) -> None:
    mt5.history_deals_total(OfSomebody(1970, 1, 2, tzinfo=UTC), 7)
    assert far.last.arguments == {"date_from": 86_400.0, "date_to": 7.0}


NAIVE = """
from datetime import datetime
import tallystick.platform.mt5.simulated as mt5
from tests.unit.mt5.dropin.answering import Scripted, answered_by
with answered_by(Scripted()) as far:
    mt5.copy_rates_from("EURUSD", mt5.TIMEFRAME_H1, datetime(2024, 7, 1), 1)
    print(int(far.last.arguments["date_from"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes its time zone from the system, not from TZ")
@pytest.mark.parametrize(("zone", "hours"), [("UTC", 0), ("Asia/Tokyo", 9), ("America/New_York", -4)])
def test_a_naive_datetime_is_read_in_this_machines_zone(zone: str, hours: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NAIVE],
        cwd=ROOT,
        env={**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT)])},
        capture_output=True,
        text=True,
        check=True,
    )
    utc = int(datetime(2024, 7, 1, tzinfo=UTC).timestamp())
    assert int(done.stdout) == utc - hours * 3600
