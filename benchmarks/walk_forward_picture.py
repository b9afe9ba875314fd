"""Equity curves as SVG: one line a way, a logarithmic axis, and names at the lines' ends, readable light and dark."""

from itertools import pairwise
from math import ceil, floor, log2
from typing import Any

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 56, 220, 44, 36
SAID = "Value of one unit by each way, costs paid, logarithmic"
APART = 17.0
"""Least distance between two names at the right."""
LINES = {
    "equal": ("1/N", "#8a8f98", 1.6, ""),
    "hrp": ("HRP", "#b8860b", 1.6, ""),
    "least": ("least variance, all 20", "#2e8b57", 1.6, ""),
    "solve": ("ours: solve", "#1f6feb", 2.6, ""),
    "hybrid": ("ours: hybrid", "#79b8ff", 1.6, "7 5"),
    "skfolio": ("skfolio, SCIP", "#d1242f", 1.4, "2 4"),
}
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #24292f; } .grid { stroke: #d0d7de; stroke-width: 1; }
.back { fill: #ffffff; } .title { font-weight: 600; font-size: 15px; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .grid { stroke: #30363d; } .back { fill: #0d1117; } }
</style>"""


def picture(found: dict[str, Any]) -> str:
    """The curves of a result, month by month."""
    values = {name: found["values"][name] for name in LINES if name in found["values"]}
    every = [one for each in values.values() for one in each]
    low, high = floor(log2(min(every)) * 2) / 2, ceil(log2(max(every)) * 2) / 2
    count = len(found["dates"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{SAID}">',
        STYLE,
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="24">Value of one unit, costs paid (logarithmic)</text>',
    ]
    for power in range(ceil(low), floor(high) + 1):
        y = _y(2.0**power, low, high)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{2.0**power:g}</text>')
    parts += [
        f'<text x="{_x(place, count):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{date[:4]}</text>'
        for place, date in _years(found["dates"])
    ]
    for name, curve in values.items():
        _, colour, wide, dashes = LINES[name]
        points = " ".join(f"{_x(place, count):.1f},{_y(one, low, high):.1f}" for place, one in enumerate(curve))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashed}/>')
    parts += _named({name: _y(curve[-1], low, high) for name, curve in values.items()}, values)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _named(ends: dict[str, float], values: dict[str, list[float]]) -> list[str]:
    """Names beside the lines' ends, pushed apart; a short piece of each line before its name."""
    order = sorted(ends, key=lambda name: (ends[name], list(LINES).index(name)))
    places = [ends[order[0]]]
    for before, name in pairwise(order):
        places.append(max(ends[name], places[-1] + APART if before else 0.0))
    over = max(places[-1] - (HEIGHT - BOTTOM), 0.0)
    found = []
    for name, y in zip(order, (each - over for each in places), strict=True):
        said, colour, wide, dashes = LINES[name]
        x, dashed = WIDTH - RIGHT + 6, f' stroke-dasharray="{dashes}"' if dashes else ""
        stroke = f'stroke="{colour}" stroke-width="{wide}"{dashed}'
        found.append(f'<line x1="{x}" x2="{x + 22}" y1="{y:.1f}" y2="{y:.1f}" {stroke}/>')
        found.append(f'<text x="{x + 27}" y="{y + 4:.1f}">{said} {values[name][-1]:.2f}</text>')
    return found


def _years(dates: list[str]) -> list[tuple[int, str]]:
    """Each fourth year's first month."""
    first = [(place, date) for place, date in enumerate(dates) if date[5:7] == "01"]
    return first[::4] if len(first) > 8 else first


def _x(place: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * place / max(count - 1, 1)


def _y(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - log2(value)) / max(high - low, 1e-9)
