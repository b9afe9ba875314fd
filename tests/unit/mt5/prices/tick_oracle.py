"""Every tick of one bar, a second time: plain arithmetic, from the rules at the top of `control_points.py`."""

import itertools
from fractions import Fraction
from math import floor

TABLE = {3: "111", 4: "121", 5: "131", 6: "141", 7: "232", 8: "242", 9: "252", 10: "262", 11: "353"}


def ticks(opened: int, high: int, low: int, closed: int, volume: int, *, rising: bool) -> list[int]:
    """Bids of the ticks, in points."""
    first, second = (low, high) if rising else (high, low)
    corners = [opened, first, second, closed]
    corners = [one for place, one in enumerate(corners) if place == 0 or one != corners[place - 1]]
    count = max(volume or 12, len(corners))
    stops = [opened, *control_prices(opened, first, second, closed, count)]
    if len(stops) == 1:
        return stops
    others, way, whole = count - len(stops), 0, sum(abs(b - a) for a, b in itertools.pairwise(stops))
    walked, done = [opened], 0
    for place, (begin, end) in enumerate(itertools.pairwise(stops), start=1):
        way += abs(end - begin)
        so_far = others if place == len(stops) - 1 else others * way // max(whole, 1)
        walked += leg(begin, end, so_far - done)
        done = so_far
    return walked


def control_prices(opened: int, first: int, second: int, closed: int, count: int) -> list[int]:
    """The control points of a bar of `count` ticks, without the open."""
    points = min(count - 1, 11)
    if points == 0:
        return []
    if points < 3:
        middle = [first] if first != opened else [second] if second != closed else [halfway(opened, closed)]
        return [*middle[: points - 1], closed]
    into, between, out = (int(one) for one in TABLE[points])
    if first == opened:
        into, between = 0, between + into
    if second == closed:
        out, between = 0, between + out
    shadow = {
        0: [],
        1: [Fraction(1)],
        2: [Fraction(1, 2), Fraction(1)],
        3: [Fraction(3, 4), Fraction(1, 2), Fraction(1)],
    }
    return [
        *(along(opened, first, share) for share in shadow[into]),
        *waves(first, second, between),
        *(along(second, closed, share) for share in shadow[out]),
    ]


def waves(begin: int, end: int, count: int) -> list[int]:
    """Impulses three times as long as the corrections between them; an even count begins half way up the first."""
    corrections = (count - 1) // 2
    step = Fraction(1, 3 * (corrections + 1) - corrections)
    place, shares = Fraction(0), []
    for _ in range(corrections):
        shares += [place + 3 * step, place + 2 * step]
        place += 2 * step
    half = [Fraction(3, 2) * step] if count % 2 == 0 else []
    return [along(begin, end, share) for share in [*half, *shares, Fraction(1)]]


def along(begin: int, end: int, share: Fraction) -> int:
    """A price on the way, to the nearest point, halves away from the begin."""
    return begin + (1 if end > begin else -1) * floor(abs(end - begin) * share + Fraction(1, 2))


def halfway(begin: int, end: int) -> int:
    return along(begin, end, Fraction(1, 2))


def leg(begin: int, end: int, others: int) -> list[int]:
    """Ticks after one control point up to the next: on a line, or a saw where price has fewer points than ticks."""
    steps, way, sign = others + 1, abs(end - begin), 1 if end > begin else -1
    if way >= steps:
        return [begin + sign * floor(Fraction(way * one, steps) + Fraction(1, 2)) for one in range(1, steps + 1)]
    sawn = [begin + sign * (way * one // steps + (one % 2 if way else 0)) for one in range(1, steps)]
    return [*sawn, end]
