"""A heat map of trials: one value over two parameters, the best of each cell, as SVG inside a section of the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tallystick.platform.report.markup import section, signed, text

CELL_W, CELL_H, LEFT, TOP = 58, 28, 74, 30
PLAIN_OPACITY, FULL_OPACITY = 0.12, 0.85
MOST_CELLS = 2_500
Cells = dict[tuple[float, float], float]


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of an optimisation: two of its parameters and what it came to."""

    x: float
    y: float
    value: float


def heat_map(trials: Iterable[Trial], x_name: str, y_name: str, value_name: str) -> str:
    """The section; empty without trials. A cell shows the best of its trials, its colour their size and sign."""
    best: Cells = {}
    for trial in trials:
        key = (trial.x, trial.y)
        best[key] = max(best.get(key, trial.value), trial.value)
    if not best:
        return ""
    columns, rows = sorted({x for x, _ in best}), sorted({y for _, y in best})
    note = (
        f"{len(best):,} cells; each shows the best {text(value_name)} of its trials. One bright cell among dull ones "
        "is luck; a broad bright region is not proof either."
    )
    picture = _picture(best, columns, rows, f"{value_name} over {x_name} and {y_name}")
    axes = f'<p class="legend">across: {text(x_name)}, down: {text(y_name)}</p>'
    return section("heatmap", f"Optimisation: {value_name}", f'<div class="scroll heat">{picture}</div>{axes}', note)


def _picture(best: Cells, columns: Sequence[float], rows: Sequence[float], label: str) -> str:
    if len(columns) * len(rows) > MOST_CELLS:
        return f"<p>{len(columns)} by {len(rows)} cells are too many to show.</p>"
    largest = max(abs(value) for value in best.values()) or 1.0
    shapes = [
        f'<text x="{LEFT + (place + 0.5) * CELL_W:.0f}" y="{TOP - 10}" text-anchor="middle">{_plain(value)}</text>'
        for place, value in enumerate(columns)
    ]
    for down, y in enumerate(rows):
        top = TOP + down * CELL_H
        shapes.append(f'<text x="{LEFT - 8}" y="{top + 18}" text-anchor="end">{_plain(y)}</text>')
        for across, x in enumerate(columns):
            value = best.get((x, y))
            if value is not None:
                left = LEFT + across * CELL_W
                opacity = PLAIN_OPACITY + (FULL_OPACITY - PLAIN_OPACITY) * abs(value) / largest
                kind = "up" if value >= 0 else "down"
                shapes.append(
                    f'<rect class="{kind}" x="{left + 1}" y="{top + 1}" width="{CELL_W - 2}" height="{CELL_H - 2}" '
                    f'fill-opacity="{opacity:.2f}" rx="3"><title>{_plain(x)}, {_plain(y)}: {value:g}</title></rect>'
                    f'<text class="value" x="{left + CELL_W / 2:.0f}" y="{top + 18}" text-anchor="middle">'
                    f"{_plain(value)}</text>"
                )
    wide, tall = LEFT + len(columns) * CELL_W + 8, TOP + len(rows) * CELL_H + 8
    return f'<svg width="{wide}" height="{tall}" role="img" aria-label="{text(label)}">{"".join(shapes)}</svg>'


def _plain(value: float) -> str:
    return signed(f"{value:.4g}")
