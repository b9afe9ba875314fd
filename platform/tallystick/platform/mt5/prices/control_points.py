"""Every tick of a one-minute bar, made by MT5's published scheme of control points. An approximation of the tester's.

Source: MetaQuotes, "The Algorithm of Ticks' Generation within the Strategy Tester of the MetaTrader 5 Terminal"
(https://www.mql5.com/en/articles/75) and the terminal's help, "Real and Generated Ticks". From them:

1. One tick: the close. Two: open and close. Three: open, the extreme that is neither (none: half way), close.
2. Four and more: the open, then at most 11 control points, fewer than the ticks, shared out between the opening
   shadow, the range and the closing shadow as in `SHARES`; a shadow that is not there leaves its points to the range.
3. A rising bar goes to its low first. A bar that closes where it opened goes the other way than the one before it.
4. The range is walked in impulses and corrections. The other ticks lie on straight lines between control points, and
   as a saw where there are more ticks than points of price.
5. The ask is the bid plus the spread of the bar.

What the article leaves open is chosen here, so no digit is claimed to be the tester's: a shadow of three points turns
at 3/4 and 1/2 of it, one of two at 1/2; an impulse is three times its correction; ticks are shared out between control
points by the length of the way and lie at equal distances in time; the spread goes evenly from the bar's first to its
last (in MT5 it is one number a bar). A volume of 0 stands for "not known" and counts as 12 ticks; a bar with fewer
ticks than its open, extremes and close need has as many as they need, so that bars made of these ticks equal the
source's.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.market.spans import MS_NS
from tallystick.platform.mt5.prices.generated import Bars, Quotes

MOST = 11
UNKNOWN_VOLUME = 12
SHARES = {3: (1, 1, 1), 4: (1, 2, 1), 5: (1, 3, 1), 6: (1, 4, 1), 7: (2, 3, 2), 8: (2, 4, 2), 9: (2, 5, 2),
          10: (2, 6, 2), 11: (3, 5, 3)}  # fmt: skip
"""Control points of the opening shadow, the range and the closing shadow, by their number."""
SHADOWS = {1: (Fraction(1),), 2: (Fraction(1, 2), Fraction(1)), 3: (Fraction(3, 4), Fraction(1, 2), Fraction(1))}
OPENING, RANGE, CLOSING = 0, 1, 2
Turn = tuple[int, Fraction]
"""A control point: the part of the bar it lies in, and how far along it."""


def in_turn(bars: Bars) -> Bars:
    """The same bars with a direction for those that close where they open (rule 3); the first of all is rising."""
    way = np.sign(np.rint((bars.bid_close - bars.bid_open) * 10**bars.digits)).astype(np.int64)
    moved = np.maximum.accumulate(np.where(way != 0, np.arange(len(way)), -1))
    turned = (np.arange(len(way)) - moved) % 2 == 1
    before = np.where(moved >= 0, way[moved], -1)
    return replace(bars, rising=np.where(turned, -before, before) > 0)


def tick_counts(bars: Bars) -> Ints:
    """How many ticks each bar gets."""
    return _counts(bars, *_corners(bars))


def every_tick(bars: Bars) -> Quotes:
    """The ticks of some bars."""
    corners, has_opening, has_closing = _corners(bars)
    counts = _counts(bars, corners, has_opening, has_closing)
    turns = np.minimum(counts - 1, MOST)
    shape = (turns * 2 + has_opening) * 2 + has_closing
    prices = _turning_prices(corners, shape)
    places = _places(prices, turns, counts)
    bid, number, place = _walked(prices, places, turns, counts)
    time = bars.opened[number] + (place * bars.length[number] // counts[number]) // MS_NS * MS_NS
    scale = 10**bars.digits
    spread = _spreads(bars, scale)[number]
    share = place / np.maximum(counts[number] - 1, 1)
    points = np.rint(spread[:, 0] + (spread[:, 1] - spread[:, 0]) * share).astype(np.int64)
    return Quotes(time, bid / scale, (bid + points) / scale, number)


def _corners(bars: Bars) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
    """Open, first extreme, second extreme and close in points, and which bars have an opening and a closing shadow."""
    scale = 10**bars.digits
    opened, high, low, closed = (
        np.rint(side * scale).astype(np.int64) for side in (bars.bid_open, bars.bid_high, bars.bid_low, bars.bid_close)
    )
    corners = np.stack([opened, np.where(bars.rising, low, high), np.where(bars.rising, high, low), closed], axis=1)
    return corners, corners[:, 0] != corners[:, 1], corners[:, 2] != corners[:, 3]


def _counts(bars: Bars, corners: Ints, has_opening: NDArray[np.bool_], has_closing: NDArray[np.bool_]) -> Ints:
    needed = 1 + has_opening + (corners[:, 1] != corners[:, 2]) + has_closing
    counts: Ints = np.maximum(np.where(bars.volume == 0, UNKNOWN_VOLUME, bars.volume), needed)
    return counts


def _turns(count: int, *, opening: bool, closing: bool) -> list[Turn]:
    """The control points after the open, for a bar with or without shadows."""
    if count < min(SHARES):
        if count == 2 and not (opening or closing):
            return [(RANGE, Fraction(1, 2)), (RANGE, Fraction(1))]
        # At most one shadow is left: a bar with two has at least three control points.
        ways = [OPENING] * opening + [RANGE] * (count - opening - closing) + [CLOSING] * closing
        return [(way, Fraction(1)) for way in ways]
    first, middle, last = SHARES[count]
    middle += (not opening) * first + (not closing) * last
    turns = [(OPENING, share) for share in SHADOWS[first]] if opening else []
    turns += [(RANGE, share) for share in _impulses(middle)]
    return turns + ([(CLOSING, share) for share in SHADOWS[last]] if closing else [])


def _impulses(count: int) -> list[Fraction]:
    """Impulses of three steps, each but the last taken back by one; an even count begins with half an impulse."""
    waves = (count - 1) // 2
    way = 2 * waves + 3
    found = [Fraction(3, 2 * way)] if count % 2 == 0 else []
    for wave in range(1, waves + 1):
        found += [Fraction(2 * wave + 1, way), Fraction(2 * wave, way)]
    return [*found, Fraction(1)]


def _tables() -> tuple[Ints, Ints, Ints]:
    """Part of each control point, and its share as two whole numbers, by shape: (count * 2 + opening) * 2 + closing."""
    parts = np.full(((MOST + 1) * 4, MOST + 1), CLOSING, dtype=np.int64)
    above, below = np.ones_like(parts), np.ones_like(parts)
    for count in range(MOST + 1):
        for opening in (False, True):
            for closing in (False, True):
                if count < 1 + opening + closing:
                    continue
                shape = (count * 2 + opening) * 2 + closing
                for place, (part, share) in enumerate(_turns(count, opening=opening, closing=closing), start=1):
                    parts[shape, place] = part
                    above[shape, place], below[shape, place] = share.numerator, share.denominator
    parts[:, 0], above[:, 0] = OPENING, 0
    return parts, above, below


PARTS, ABOVE, BELOW = _tables()


def _turning_prices(corners: Ints, shape: Ints) -> Ints:
    """Points of the open and of every control point, halves away from where the part begins; then the close."""
    parts, above, below = PARTS[shape], ABOVE[shape], BELOW[shape]
    begin, end = np.take_along_axis(corners, parts, axis=1), np.take_along_axis(corners, parts + 1, axis=1)
    prices: Ints = begin + np.sign(end - begin) * ((2 * np.abs(end - begin) * above + below) // (2 * below))
    return prices


def _places(prices: Ints, turns: Ints, counts: Ints) -> Ints:
    """Which tick of its bar each control point is: the other ticks are shared out by the length of the way."""
    way = np.cumsum(np.abs(np.diff(prices, axis=1)), axis=1)
    others = (counts - 1 - turns)[:, None]
    column = np.arange(1, MOST + 1)
    done = others * way // np.maximum(way[:, -1:], 1)
    done = np.where(column >= turns[:, None], others, done)
    return np.concatenate(
        [np.zeros((len(prices), 1), dtype=np.int64), np.minimum(column, turns[:, None]) + done], axis=1
    )


def _walked(prices: Ints, places: Ints, turns: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
    """Points of every tick, its bar, and its place in it."""
    begins = np.cumsum(counts) - counts
    number = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(int(counts.sum())) - begins[number]
    marks = np.zeros(len(number), dtype=np.int64)
    used = np.arange(MOST + 1) <= turns[:, None]
    marks[(begins[:, None] + places)[used]] = 1
    leg = np.cumsum(marks) - 1 - (np.cumsum(turns + 1) - turns - 1)[number]
    after = np.minimum(leg + 1, turns[number])
    begin, end = prices[number, leg], prices[number, after]
    done, steps = place - places[number, leg], np.maximum(places[number, after] - places[number, leg], 1)
    way = np.abs(end - begin)
    straight = (2 * way * done + steps) // (2 * steps)
    saw = way * done // steps + ((done % 2 == 1) & (way > 0))
    return begin + np.sign(end - begin) * np.where(way >= steps, straight, saw), number, place


def _spreads(bars: Bars, scale: int) -> Ints:
    """Spread in points at the open and at the close, never negative."""
    wide = np.stack([bars.ask_open - bars.bid_open, bars.ask_close - bars.bid_close], axis=1)
    return np.maximum(np.rint(wide * scale).astype(np.int64), 0)
