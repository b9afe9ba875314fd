"""From which moment a row of a file was known, whatever clock the file is on.

prices of the run   recognised by their numbers: from the close of the bar that has them
rows of days        a day after their stamp, which may be the day's midnight
anything finer      on the clock by which its gaps fall where the run's do (weekends); as UTC where nothing tells

Clocks go by summer time, so four weeks at a time are looked at. Where two clocks fit, the one that has the row known
earlier is taken: it accuses nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_NS, HOUR_NS

if TYPE_CHECKING:
    from tallystick.platform.data.feed import Feed

WEEKS_NS = 28 * DAY_NS
WHOLE_NS = 25 * DAY_NS
"""Of four weeks whose rows reach less far too few weekends are seen."""
FURTHEST_H = 14
"""No clock is further from UTC."""
NOISE = 2
"""Rows by which two clocks may differ in four weeks and still tell nothing: each weekend shows an hour by one row."""
NEARLY_ALL = 0.9
"""Share of rows that vote for the one clock a file is on, unless it was changed among them."""
SAME_HOURS = 0.97
"""Share of its rows that fall into the run's hours where a file has the same weekends."""
Row = tuple[int, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Clock:
    """What has to be added to a file's stamps (ns); `weeks` has it by four weeks where that is known."""

    prices: bool
    otherwise: int = DAY_NS
    weeks: Mapping[int, int] = field(default_factory=dict)

    def known(self, stamp_ns: int) -> int:
        """The moment from which a row was known."""
        return stamp_ns + self.weeks.get(stamp_ns // WEEKS_NS, self.otherwise)

    @property
    def words(self) -> str:
        """How its rows were taken."""
        if self.prices:
            return "prices of these rows"
        if self.otherwise == DAY_NS:
            return "rows of days: each counts a day after its stamp"
        hours = sorted({added // HOUR_NS for added in (*self.weeks.values(), self.otherwise)})
        added = " or ".join(f"{hour:+d}" for hour in hours)
        return f"by its gaps a row counts {added} h from its stamp" if any(hours) else "its stamps are taken as UTC"


def clock_of_rows(stamps: NDArray[np.int64], sample: Iterable[Row], feed: "Feed") -> Clock:
    """The clock of a file by its stamps within the run's span (ns), and some of its rows with their numbers."""
    return _of_prices(sample, feed) or _of_others(np.unique(stamps), feed)


def span_of(feed: "Feed") -> tuple[int, int]:
    """From two days before a run's first row to two days after its last (ns)."""
    times = [one.time for one in feed.series if len(one)]
    return min(int(each[0]) for each in times) - 2 * DAY_NS, max(int(each[-1]) for each in times) + 2 * DAY_NS


def _of_prices(sample: Iterable[Row], feed: "Feed") -> Clock | None:
    closes = _closes(feed)
    votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    seen: Counter[int] = Counter()
    for stamp, numbers in sample:
        seen[stamp // WEEKS_NS] += 1
        found = {known - stamp for number in numbers for known in closes.get(round(number, 8), ())}
        votes[stamp // WEEKS_NS].update(offset for offset in found if abs(offset) <= 2 * DAY_NS)
    total = sum(seen.values())
    often = [(offset, count) for offset, count in sum(votes.values(), Counter()).most_common(3) if count > total * 0.2]
    if not total or sum(count for _, count in often) < total * 0.5:
        return None
    weeks = {block: _voted(votes[block], number, [offset for offset, _ in often]) for block, number in seen.items()}
    return Clock(prices=True, otherwise=min(weeks.values()), weeks=weeks)


def _voted(votes: Counter[int], seen: int, often: Sequence[int]) -> int:
    """Most rows' offset (opens vote for the close before too); where the clock was changed meanwhile, the earlier."""
    best = max(often, key=lambda offset: votes[offset])
    if votes[best] >= NEARLY_ALL * seen:
        return best
    return min(offset for offset in often if votes[offset] > 0.2 * seen or offset == best)


def _of_others(stamps: NDArray[np.int64], feed: "Feed") -> Clock:
    if len(stamps) < 2 or np.median(np.diff(stamps)) > 0.8 * DAY_NS:
        return Clock(prices=False)
    times = np.unique(np.concatenate([one.time for one in feed.series if len(one)]))
    room = (FURTHEST_H + 1) * HOUR_NS
    inside = stamps[(stamps >= times[0] + room) & (stamps <= times[-1] - room)]
    traded = np.unique((times - 1) // HOUR_NS)
    blocks = {int(block): inside[inside // WEEKS_NS == block] for block in np.unique(inside // WEEKS_NS)}
    whole = {block: some for block, some in blocks.items() if some[-1] - some[0] > WHOLE_NS}
    weeks = {block: _hours(some, traded) for block, some in whole.items()}
    return Clock(prices=False, otherwise=_hours(inside, traded), weeks=weeks)


def _hours(stamps: NDArray[np.int64], traded: NDArray[np.int64]) -> int:
    """The clock (ns from UTC) on which its rows fall into hours in which the run has rows too; 0 where none is best."""
    hits = {
        hour: int(np.isin((stamps + hour * HOUR_NS - 1) // HOUR_NS, traded).sum())
        for hour in range(-FURTHEST_H, FURTHEST_H + 1)
    }
    best = max(hits.values())
    enough = best - max(NOISE, len(stamps) // 500)
    if hits[0] >= enough or best < SAME_HOURS * len(stamps):
        return 0
    return HOUR_NS * min(hour for hour, count in hits.items() if count >= enough)


def _closes(feed: "Feed") -> dict[float, list[int]]:
    """Moments by close, of bid, ask and between, of every series."""
    found: dict[float, list[int]] = {}
    for one in feed.series:
        columns = one.rows.columns
        side = "_close" if one.kind == "bar" else ""
        bid, ask = columns[f"bid{side}"], columns[f"ask{side}"]
        for prices in (bid, ask, (bid + ask) * 0.5):
            _take(found, prices, one.time)
    return found


def _take(found: dict[float, list[int]], prices: NDArray[Any], times: NDArray[Any]) -> None:
    for price, time in zip(np.round(prices, 8).tolist(), times.tolist(), strict=True):
        found.setdefault(price, []).append(time)
