"""From a table to returns: prices or returns, what becomes of gaps, how many periods a year has; all of it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_panel import Panel
from tallystick.platform.data.errors import ImpossibleData

Missing = Literal["refuse", "rows", "assets"]
OF_RETURNS = 0.05
"""The share of values at or below 0 from which a table is one of returns; real returns have 30 to 60 %."""
NAMED = 4
"""Assets that a message names."""
MOST_WORKING_DAYS = 300
"""Rows a year above which daily rows include weekends, as those of crypto do."""
RHYTHMS: Sequence[tuple[float, float, float, str]] = (
    (0.9, 3.0, 252.0, "daily"), (5.0, 9.0, 52.0, "weekly"), (26.0, 33.0, 12.0, "monthly"),
    (85.0, 95.0, 4.0, "quarterly"), (355.0, 375.0, 1.0, "yearly"),
)  # fmt: skip
"""Median days between rows from and to, periods a year, and the word for it."""


@dataclass(frozen=True, eq=False, slots=True)
class Returns:
    """`values` (T, n), simple returns of one period, without gaps; `notes` say how they came about."""

    title: str
    names: tuple[str, ...]
    values: Floats
    first: str
    last: str
    periods: float
    rhythm: str
    kind: str
    notes: tuple[str, ...]
    latest: Floats | None = None
    """The last prices (n,), where the table holds prices."""


def returns_of(panel: Panel, kind: str, missing: Missing, periods: float | None) -> Returns:
    """Raises `Failure` for gaps, too little to work with, or what may be either; `ImpossibleData` for prices."""
    if panel.values.shape[1] < 2:
        what = f"{panel.title} holds {panel.values.shape[1]} asset(s)"
        raise Failure("E862", what, expected="2 or more columns", fix="give a file with a column for each asset")
    panel = _without_gaps(panel, missing)
    found, how = (kind, "as you said") if kind else (_kind(panel), "detected")
    if found == "prices":
        _require_positive(panel)
    if len(panel.labels) < (4 if found == "prices" else 3):
        what = f"{panel.title} leaves {len(panel.labels)} row(s)"
        raise Failure("E862", what, expected="4 rows of prices or 3 of returns", fix="give a longer period")
    values = panel.values[1:] / panel.values[:-1] - 1.0 if found == "prices" else panel.values
    rhythm, a_year = _rhythm(panel)
    _require_possible(panel, values)
    return Returns(
        title=panel.title,
        names=panel.names,
        values=np.ascontiguousarray(values),
        first=panel.labels[0],
        last=panel.labels[-1],
        periods=a_year if periods is None else periods,
        rhythm=rhythm if periods is None else f"{periods:g} periods a year, as you said",
        kind=f"{found}, {how}",
        notes=panel.notes,
        latest=panel.values[-1] if found == "prices" else None,
    )


def _kind(panel: Panel) -> str:
    """Prices are above 0, returns are as often below."""
    low = float((panel.values <= 0.0).mean())
    if low == 0.0 and np.median(np.abs(panel.values)) > 0.05:
        return "prices"
    if low >= OF_RETURNS and float(panel.values.min()) > -1.0:
        return "returns"
    if low < OF_RETURNS and np.median(np.abs(panel.values)) > 1.0:
        return "prices"
    what = f"{panel.title} may hold prices or returns: {low:.1%} of its values are at or below 0"
    raise Failure("E861", what, fix="say which: --prices or --returns")


def _require_positive(panel: Panel) -> None:
    wrong = panel.values <= 0.0
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        what = (
            f"{panel.title}: {panel.names[column]} has the price {panel.values[row, column]:g} at {panel.labels[row]}, "
            f"{int(wrong.sum())} price(s) are not above 0."
        )
        raise ImpossibleData(what, "Correct the cells or leave them empty; if these are returns, say --returns")


def _require_possible(panel: Panel, values: Floats) -> None:
    if (values <= -1.0).any():
        row, column = np.argwhere(values <= -1.0)[0].tolist()
        what = (
            f"{panel.title}: {panel.names[column]} returns {values[row, column]:g} in one period, more than all lost."
        )
        raise ImpossibleData(what, "Give shares, so that 0.01 is 1 %; if these are prices, say --prices")


def _without_gaps(panel: Panel, missing: Missing) -> Panel:
    gaps = np.isnan(panel.values)
    if not gaps.any():
        return panel
    by_asset, by_row = gaps.sum(axis=0), np.asarray(gaps.any(axis=1))
    if missing == "rows":
        kept = panel.rows(~by_row)
        return kept.noted(f"{int(by_row.sum()):,} of {len(by_row):,} rows with a gap were left out (--missing rows)")
    if missing == "assets":
        gone = [name for name, count in zip(panel.names, by_asset.tolist(), strict=True) if count]
        kept = panel.assets(by_asset == 0)
        if kept.values.shape[1] < 2:
            what = f"{panel.title}: {len(gone)} of {len(panel.names)} assets have gaps, {len(kept.names)} would be left"
            raise Failure("E862", what, fix="--missing rows, or fill the gaps in the file")
        return kept.noted(f"{len(gone)} assets with gaps were left out (--missing assets): {', '.join(gone)}")
    raise Failure(
        "E860",
        f"{panel.title} has {int(gaps.sum()):,} gap(s) in {int((by_asset > 0).sum())} asset(s): {_where(panel, gaps)}",
        fix=(
            f"--missing rows leaves out the {int(by_row.sum()):,} of {len(by_row):,} rows with a gap, "
            f"--missing assets the {int((by_asset > 0).sum())} of {len(by_asset)} assets; or fill them in the file"
        ),
    )


def _where(panel: Panel, gaps: NDArray[np.bool_]) -> str:
    """The assets with most gaps, how many, and from when to when."""
    counts = gaps.sum(axis=0)
    worst = [place for place in np.argsort(-counts, kind="stable").tolist() if counts[place]]
    told = []
    for place in worst[:NAMED]:
        rows = np.flatnonzero(gaps[:, place])
        first, last = panel.labels[int(rows[0])], panel.labels[int(rows[-1])]
        when = f"at {first}" if len(rows) == 1 else f"from {first} to {last}"
        told.append(f"{panel.names[place]} {len(rows):,} {when}")
    more = len(worst) - len(told)
    return ", ".join(told) + (f", and {more} more" if more > 0 else "")


def _rhythm(panel: Panel) -> tuple[str, float]:
    """What the dates say of the periods of a year; daily where there are none."""
    if panel.days is None or len(panel.days) < 3:
        return "252 periods a year, as no dates say otherwise (--periods-per-year)", 252.0
    apart = float(np.median(np.diff(panel.days)))
    counted = (len(panel.days) - 1) / float(panel.days[-1] - panel.days[0]) * 365.25
    if 0.9 <= apart <= 1.1 and counted > MOST_WORKING_DAYS:
        return "daily with weekends, 365 periods a year", 365.0
    for least, most, periods, word in RHYTHMS:
        if least <= apart <= most:
            return f"{word}, {periods:g} periods a year", periods
    periods = round(counted, 2)
    return f"{periods:g} periods a year, counted", periods
