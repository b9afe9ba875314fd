"""What the tests of the look-ahead check share: some weeks of the demo's EURUSD, and a folder as a user has one.

Every run of the tests takes a month and four moments, one process at a time; TALLYSTICK_FULL=1 takes two and six.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.platform.data.demo import YEAR_START_NS, demo_feed
from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.lookahead import Report, lookahead_check
from tallystick.platform.judging.sharing import part_of
from tests.acceptance.lookahead_cheats import FAMILIES, OTHERS, Cheat
from tests.acceptance.lookahead_honest import HONEST
from tests.replay.market_kit import FULL

DAY_NS = 86_400_000_000_000
DAYS, CUTS, JOBS = (60, 6, None) if FULL else (30, 4, 1)
CHEATS_ALL = [*(cheat for family in FAMILIES.values() for cheat in family), *OTHERS, *HONEST]


@lru_cache(maxsize=1)
def rows() -> Feed:
    """EURUSD, hourly, January (and February) 2014."""
    feed = Feed([one for one in demo_feed().series if one.symbol == "EURUSD"])
    return part_of(feed, YEAR_START_NS, YEAR_START_NS + DAYS * DAY_NS)


def checked(cheat: Cheat, folder: Path) -> Report:
    """The check of a strategy that lies beside files of the same prices and one of another symbol's."""
    path = folder / f"{cheat.name}.py"
    path.write_text(cheat.source)
    one = rows().series[0]
    columns: dict[str, Any] = {name: one.rows.columns[f"bid_{name}"] for name in ("open", "high", "low", "close")}
    times = np.datetime_as_string(one.time.astype("datetime64[ns]"), unit="s")
    lines = [
        ",".join([str(at).replace("T", " "), *(f"{columns[name][row]:.5f}" for name in columns)])
        for row, at in enumerate(times)
    ]
    (folder / "prices.csv").write_text("\n".join(["time,open,high,low,close", *lines]) + "\n")
    np.savez(folder / "prices.npz", time=one.time, **columns)
    other = next(each for each in demo_feed().series if each.symbol == "NZDUSD")
    np.savez(folder / "other.npz", time=other.time, close=other.rows.columns["bid_close"])
    (folder / "settings.json").write_text('{"fast": 8, "slow": 21}\n')
    return lookahead_check(path, rows(), seed=7, cuts=CUTS, jobs=JOBS)
