"""From what was measured to the kind of looking ahead, and to the line that most likely does it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import HOUR_NS
from tallystick.platform.judging.lookahead import source_lines as ways
from tallystick.platform.judging.lookahead.choosing import SUNDAY_NS
from tallystick.platform.judging.lookahead.findings import Kind
from tallystick.platform.judging.lookahead.influence import FAR, Reach, Unequal
from tallystick.platform.judging.lookahead.source_lines import Written

WAYS: dict[Kind, tuple[str, ...]] = {
    Kind.SHIFT: (ways.SHIFTED, ways.BACKWARDS, ways.AHEAD),
    Kind.UNFINISHED_CLOSE: (ways.SHIFTED, ways.AHEAD, ways.BACKWARDS),
    Kind.UNFINISHED_RANGE: (ways.SHIFTED, ways.AHEAD, ways.BACKWARDS),
    Kind.CENTRED: (ways.CENTRED, ways.BACKWARDS, ways.AHEAD),
    Kind.SCALING: (ways.SCALED, ways.FITTED),
    Kind.FIT: (ways.FITTED, ways.SCALED),
    Kind.LONGER_BAR: (ways.LONGER, ways.BACKWARDS),
    Kind.FIRST_PASS: (ways.KEPT,),
    Kind.LATER_ROWS: (ways.SHIFTED, ways.CENTRED, ways.BACKWARDS, ways.FITTED, ways.SCALED, ways.LONGER, ways.AHEAD),
}
LENGTHS = tuple(hours * HOUR_NS for hours in (2, 3, 4, 6, 8, 12, 24, 24 * 7))
CLOCKS = tuple(hours * HOUR_NS for hours in (0, 2, 3, -5, -4))
"""Clocks on which longer bars may begin: UTC, two broker's, New York."""
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Named:
    """A kind, and how far the look ahead reaches in words."""

    kind: Kind
    detail: str


def line_of(kind: Kind, written: Sequence[Written]) -> str:
    """File and line of the first thing written that would do it."""
    for way in WAYS.get(kind, ()):
        for each in written:
            if each.way == way:
                return f"{each.where}: {each.text}"
    return ""


def named_of_reach(reach: Reach, written: Sequence[Written], times: NDArray[np.int64], period_ns: int) -> Named:
    """The kind of looking ahead of a column by the distances over which a changed row acts."""
    there = {each.way for each in written}
    if _is_sample(reach):
        detail = f"a changed row moves values {reach.furthest:,} rows before it"
        return Named(_of_sample(there, scaled=reach.affine), detail)
    sets = [set(ahead) for _, ahead in reach.sets]
    furthest = reach.furthest
    detail = f"it knows {furthest} row{'s' if furthest > 1 else ''} ahead ({', '.join(reach.fields)})"
    if all(one == {1} for one in sets):
        if ways.CENTRED in there and reach.behind == 1:
            return Named(Kind.CENTRED, detail)
        return Named(_of_next(set(reach.fields), there), detail)
    if ways.CENTRED in there:
        return Named(Kind.CENTRED, detail)
    if ways.SHIFTED in there and ways.LONGER not in there:
        return Named(Kind.SHIFT, detail)
    if _mirrored(reach, len(times)):
        return Named(Kind.CENTRED, detail)
    if _of_calendar(reach, times, period_ns) or (
        ways.LONGER in there and any(len(one) > 1 or one != sets[0] for one in sets)
    ):
        return Named(Kind.LONGER_BAR, f"{detail}, within a longer bar")
    return Named(Kind.SHIFT, detail)


def named_of_unequal(unequal: Unequal, written: Sequence[Written]) -> Named:
    """The kind where no single row was seen to act: by how far before the cut values differ."""
    there = {each.way for each in written}
    apart = unequal.rows - unequal.row
    if apart > FAR:
        return Named(_of_sample(there, scaled=False), f"{apart:,} rows before the cut a value is another")
    return Named(_of_distance(there), f"{apart} rows before the cut a value is another")


def named_of_decisions(moved: set[str], written: Sequence[Written]) -> Named:
    """The kind by which other futures moved a decision, where no column shows it."""
    there = {each.way for each in written}
    fields = {each[5:] for each in moved if each.startswith("next_")}
    if "far" in moved:
        return Named(_of_sample(there, scaled=False), "the last tenth of the sample moves decisions long before it")
    if fields and "beyond" not in moved:
        return Named(_of_next(fields, there), f"another {', '.join(sorted(fields))} of the next bar moves a decision")
    if there & {ways.CENTRED, ways.LONGER, ways.SHIFTED, ways.AHEAD}:
        return Named(_of_distance(there), "rows beyond the next bar move a decision")
    return Named(Kind.LATER_ROWS, "later rows move a decision")


def _of_next(fields: set[str], there: set[str]) -> Kind:
    if fields <= {"high", "low"}:
        return Kind.UNFINISHED_RANGE
    if ways.SHIFTED in there:
        return Kind.SHIFT
    return Kind.LONGER_BAR if ways.LONGER in there else Kind.UNFINISHED_CLOSE


def _of_sample(there: set[str], *, scaled: bool) -> Kind:
    if ways.FITTED in there:
        return Kind.FIT
    return Kind.SCALING if scaled or ways.SCALED in there else Kind.FIT


def _of_distance(there: set[str]) -> Kind:
    if ways.CENTRED in there:
        return Kind.CENTRED
    return Kind.LONGER_BAR if ways.LONGER in there and ways.SHIFTED not in there else Kind.SHIFT


def _is_sample(reach: Reach) -> bool:
    """Whether a row acts on most rows before it, however far."""
    return any(
        max(ahead) > FAR or (row > 40 and max(ahead) > SHARE * row and len(ahead) > SHARE * max(ahead))
        for row, ahead in reach.sets
    )


def _mirrored(reach: Reach, rows: int) -> bool:
    """Whether a window reaches as far back as ahead, and is one without holes; near an end it may be cut short."""
    furthest = reach.furthest
    inside = [set(ahead) for row, ahead in reach.sets if furthest <= row < rows - 2 * furthest]
    whole = set(range(1, furthest + 1))
    return furthest > 1 and bool(inside) and all(one == whole for one in inside) and abs(reach.behind - furthest) <= 1


def _of_calendar(reach: Reach, times: NDArray[np.int64], period_ns: int) -> bool:
    """Whether what a row acts on begins where a longer bar begins, over rows at several places within one."""
    firsts = [(row - max(ahead), row) for row, ahead in reach.sets]
    if len({row - first for first, row in firsts}) < 2:
        return False
    for length in LENGTHS:
        for clock in (*CLOCKS, *(-period_ns + each for each in CLOCKS)):
            number = (times + clock - SUNDAY_NS) // length
            inside = [number[first] == number[row] for first, row in firsts]
            begins = [first == 0 or number[first - 1] != number[first] for first, _ in firsts]
            if all(inside) and sum(begins) >= SHARE * len(begins):
                return True
    return False
