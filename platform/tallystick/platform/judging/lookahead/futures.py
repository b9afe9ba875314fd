"""Which other futures are tried at which moments, up to when each is compared, and which of them act."""

from collections.abc import Sequence

import numpy as np

from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.lookahead.changes import FIELDS, Change
from tallystick.platform.judging.lookahead.choosing import Cuts
from tallystick.platform.judging.lookahead.decisions import Parting
from tallystick.platform.judging.lookahead.influence import FAR
from tallystick.platform.judging.lookahead.runs import ALWAYS

NEXT = tuple(f"next_{each}" for each in FIELDS)


def futures_of(cuts: Cuts, seed: int) -> list[Change]:
    """Cuts at every moment; other futures from the most telling ones on."""
    found = [Change("cut", at, seed) for at in cuts.all]
    telling = [*cuts.deciding[:4], *cuts.awkward[-2:]] or list(cuts.drawn)
    found += [Change("mirror", at, seed) for at in telling]
    for place, kind in enumerate(("steep", "noise", "gaps", "noise")):
        found.append(Change(kind, telling[place % len(telling)], seed + place))
    found += [Change(kind, at, seed) for at in telling[:2] for kind in NEXT]
    found.append(Change("far", cuts.all[0], seed))
    return found


def last_compared(change: Change, feed: Feed) -> int:
    """The last moment (ns UTC) at which decisions have to be as they were."""
    if change.kind != "far":
        return change.after_ns
    one = max(feed.series, key=len)
    return min(int(one.time[len(one) - len(one) // 10 - 1]), ALWAYS)


def acting(moved: Sequence[tuple[Change, Parting]], feed: Feed) -> set[str]:
    """Kinds of those that moved a decision; of the sample's end only where it moved one long before.

    What knows a few rows ahead is moved by the sample's end as well, a few rows before it.
    """
    return {change.kind for change, apart in moved if change.kind != "far" or _is_long_before(change, apart, feed)}


def _is_long_before(change: Change, apart: Parting, feed: Feed) -> bool:
    one = max(feed.series, key=len)
    moved, ends = np.searchsorted(one.time, [apart.time, last_compared(change, feed)])
    return bool(ends - moved > min(FAR, len(one) // 4))
