"""`datetime` and pandas on the bot's clock, and still themselves."""

import os
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot

changes_its_clocks = pytest.mark.skipif(os.name == "nt", reason="Windows can't be told of such a zone: E594")


@changes_its_clocks
def test_now_and_today_of_datetime_follow_the_clock(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import datetime as module, time
from datetime import datetime, date, timezone, timedelta
print(datetime.now().replace(microsecond=0), datetime.today().date(), date.today(), datetime.utcnow().hour)
east = timezone(timedelta(hours=5))
print(datetime.now(east).isoformat(timespec="seconds"), module.datetime.now(tz=timezone.utc).hour)
time.sleep(0.25)
print(datetime.now().microsecond, datetime.now().timestamp() == round(time.time(), 6))
""",
        tz="America/New_York",
    )
    assert bot.lines == [
        "2024-03-01 04:00:00 2024-03-01 2024-03-01 9",
        "2024-03-01T14:00:00+05:00 9",
        "250000 True",
    ]


def test_datetime_stays_the_same_type(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import copy, datetime, pickle
class Stamp(datetime.datetime):
    pass
now = datetime.datetime.now()
made = datetime.datetime(2020, 1, 2)
print(type(now) is type(made) is datetime.datetime, isinstance(made, datetime.datetime), isinstance(now, datetime.date))
print(pickle.loads(pickle.dumps(now)) == now, copy.deepcopy(now) == now, now.__reduce__()[0] is datetime.datetime)
print({type(made()) for made in (Stamp.now, Stamp.utcnow, Stamp.today)} == {Stamp})
print(type(pickle.loads(pickle.dumps(Stamp.now()))) is Stamp)
print(datetime.datetime.now.__name__, repr(datetime.datetime), datetime.datetime.strptime("2024", "%Y").year)
print(type(datetime.date.today()).__name__, datetime.datetime.fromtimestamp(0, datetime.timezone.utc).year)
""",
    )
    assert bot.lines == [
        "True True True",
        "True True True",
        "True",
        "True",
        "now <class 'datetime.datetime'> 2024",
        "date 1970",
    ]


@changes_its_clocks
def test_an_hour_that_comes_twice_is_told_apart(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import datetime, time
for _ in range(2):
    now = datetime.datetime.now()
    print(now.strftime("%d %H:%M"), now.fold, now.timestamp() == round(time.time()))
    time.sleep(3600)
""",
        start_ns=1_730_611_800_000_000_000,
        end_ns=1_730_700_000_000_000_000,
        tz="America/New_York",
    )
    assert bot.lines == ["03 01:30 0 True", "03 01:30 1 True"]


def test_pandas_follows_the_clock_from_its_import_on(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import sys
assert "pandas" not in sys.modules, "nothing of ours imports it"
import pandas as pd
stamps = [pd.Timestamp.now(), pd.Timestamp.today(), pd.Timestamp("now"), pd.Timestamp("today"), pd.to_datetime("now")]
print({str(stamp.floor("s")) for stamp in stamps})
aware = [pd.Timestamp.now("UTC"), pd.Timestamp.now(tz="UTC"), pd.Timestamp("now", tz="UTC")]
aware += [pd.to_datetime("now", utc=True)]
print({str(stamp.floor("s")) for stamp in aware}, pd.Timestamp.now("Europe/Berlin").hour)
print(pd.Timestamp("2020-01-01"), pd.Timestamp(5, unit="s"), pd.to_datetime(["2020-01-01"])[0].year)
print(isinstance(stamps[0], pd.Timestamp))
print(pd.to_datetime(pd.Series([1, 2]), unit="s").iloc[1])
""",
        tz="Asia/Tokyo",
    )
    assert bot.lines == [
        "{'2024-03-01 18:00:00'}",
        "{'2024-03-01 09:00:00+00:00'} 10",
        "2020-01-01 00:00:00 1970-01-01 00:00:05 2020",
        "True",
        "1970-01-01 00:00:02",
    ], bot.errors


def test_the_hosts_time_zone_does_not_matter(tmp_path: Path) -> None:
    text = (
        "import datetime, time\nprint(datetime.datetime.now(), time.tzname, datetime.datetime(2024, 7, 1).timestamp())"
    )
    outputs = {run_bot(tmp_path, text, world={"TZ": zone}).output for zone in ("Asia/Tokyo", "America/New_York", "UTC")}
    assert len(outputs) == 1


def test_a_zone_nobody_knows_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r'error\[E594\] no time zone "Europe/Atlantis" in the database. Fix: pass --tz UTC'
    ):
        run_bot(tmp_path, "print('never')", tz="Europe/Atlantis")
