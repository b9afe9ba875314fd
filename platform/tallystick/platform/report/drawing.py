"""Small pictures as SVG, drawn here so that they need no script: bars by group, and clouds of points.

Colours are classes of the page's style, so that both of its themes hold. Widths are in the picture's own units; the
page scales it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.report.markup import text

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points with their axes' names; `won` colours each point."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    won: NDArray[np.bool_]
    x_name: str
    y_name: str


def bars(names: Sequence[str], up: Sequence[float], down: Sequence[float], label: str) -> str:
    """Grouped columns: `up` above the line, `down` (not positive) below it."""
    top, bottom = max([*up, 0.0]), min([*down, 0.0])
    marks = ticks(bottom, top)
    low, high = min(bottom, marks[0]), max(top, marks[-1])
    span = (high - low) or 1.0
    step = (WIDTH - LEFT - RIGHT) / max(len(names), 1)
    zero = _y(0.0, low, span)
    shapes = [_grid(value, low, span) for value in marks]
    for place, (gain, loss) in enumerate(zip(up, down, strict=True)):
        x, wide = LEFT + place * step + step * 0.14, step * 0.72
        for value, kind in ((gain, "up"), (loss, "down")):
            if value:
                y = min(_y(value, low, span), zero)
                title = f"<title>{text(names[place])}: {value:,.2f}</title>"
                tall = abs(_y(value, low, span) - zero)
                place_and_size = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
                shapes.append(f'<rect class="{kind}" {place_and_size}>{title}</rect>')
    every = max(1, -(-max(len(name) for name in names or " ") * 7 // int(step or 1)))
    for place, name in enumerate(names):
        if place % every == 0:
            x = LEFT + (place + 0.5) * step
            shapes.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{text(name)}</text>')
    shapes.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{zero:.1f}" y2="{zero:.1f}"/>')
    return _svg(shapes, label)


def cloud(points: Cloud, label: str) -> str:
    """A scatter with a line through it by least squares; one point for each unit of the picture."""
    if not len(points.x):
        return ""
    x_ticks, y_ticks = ticks(*_ends(points.x), 4), ticks(*_ends(points.y))
    low_x, low_y = min(float(points.x.min()), x_ticks[0]), min(float(points.y.min()), y_ticks[0])
    span_x = (max(float(points.x.max()), x_ticks[-1]) - low_x) or 1.0
    span_y = (max(float(points.y.max()), y_ticks[-1]) - low_y) or 1.0
    across = WIDTH - LEFT - RIGHT

    def x_of(value: float) -> float:
        return LEFT + (value - low_x) / span_x * across

    shapes = [_grid(value, low_y, span_y) for value in y_ticks]
    shapes += [
        f'<text x="{x_of(value):.1f}" y="{HEIGHT - 8}" text-anchor="{"end" if value == x_ticks[-1] else "middle"}">'
        f"{short(value)}</text>"
        for value in x_ticks
    ]
    zero = _y(0.0, low_y, span_y)
    shapes.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{zero:.1f}" y2="{zero:.1f}"/>')
    for won, kind in ((False, "down"), (True, "up")):
        chosen = points.won == won
        cell_x = np.rint(LEFT + (points.x[chosen] - low_x) / span_x * across).astype(int)
        cell_y = np.rint(HEIGHT - BOTTOM - (points.y[chosen] - low_y) / span_y * (HEIGHT - TOP - BOTTOM)).astype(int)
        cells = np.unique(np.stack([cell_x, cell_y], axis=1), axis=0) if len(cell_x) else np.empty((0, 2), dtype=int)
        dots = "".join(f"M{x} {y}h0" for x, y in cells.tolist())
        if dots:
            shapes.append(f'<path class="dot {kind}" d="{dots}"/>')
    shapes.append(_line_through(points, x_of, low_y, span_y))
    return _svg(shapes, f"{label}: {points.y_name} over {points.x_name}")


def _line_through(points: Cloud, x_of: Callable[[float], float], low: float, span: float) -> str:
    if len(points.x) < 3 or not points.x.std():
        return ""
    slope, offset = np.polyfit(points.x, points.y, 1)
    ends = [float(points.x.min()), float(points.x.max())]
    (x1, y1), (x2, y2) = [(x_of(x), _y(float(slope * x + offset), low, span)) for x in ends]
    return f'<line class="fit" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _svg(shapes: Sequence[str], label: str) -> str:
    body = "".join(shapes)
    return f'<svg class="small" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(label)}">{body}</svg>'


def _grid(value: float, low: float, span: float) -> str:
    y = _y(value, low, span)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 5}" y="{y + 3.5:.1f}" text-anchor="end">{short(value)}</text>'
    )


def _y(value: float, low: float, span: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / span * (HEIGHT - TOP - BOTTOM)


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values from below `low` to above `high`."""
    span = (high - low) or 1.0
    power = 10.0 ** np.floor(np.log10(span / count))
    step = next(float(power * factor) for factor in (1, 2, 5, 10) if power * factor >= span / count)
    first, last = int(np.floor(low / step)), int(np.ceil(high / step))
    return [place * step for place in range(first, last + 1)]


def short(value: float) -> str:
    """A tick in few characters."""
    size = abs(value)
    if size >= 1_000_000:
        shown = f"{value / 1_000_000:g}M"
    elif size >= 10_000:
        shown = f"{value / 1_000:g}k"
    else:
        shown = f"{round(value, 6):g}"
    return shown.replace("-", "\N{MINUS SIGN}")
