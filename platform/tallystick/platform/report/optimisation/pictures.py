"""The pictures of an optimisation: frontier, weights, bitstrings, and the way to the circuit's angles."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from tallystick.platform.report.drawing import short
from tallystick.platform.report.markup import signed, text
from tallystick.platform.report.optimisation.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, picture
from tallystick.platform.report.optimisation.outcome import Circuit, Curve, Holding, Outcome, Place, Shot

ROW = 19
"""Height of a bar with the space around it."""
MOST_BARS = 30
MOST_SHOTS = 12
LONGEST_BITS = 24
FEW_STEPS = 12
"""Evaluations up to which each is a dot."""
LETTER, CAPITAL = 6.2, 8.4
"""Width of a letter of a label, at most, and of a capital."""
CUT = "\N{HORIZONTAL ELLIPSIS}"
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
KINDS = ("b", "a", "c", "d")
"""Classes of lines, in order."""


def frontier(found: Outcome) -> str:
    """Return over deviation: the frontiers, every asset, 1/N, and the portfolio."""
    assets = [Place(each.name, each.earns, each.deviation) for each in found.holdings]
    marked = [found.equal, found.portfolio]
    everything = assets + marked
    x = [each.deviation for each in everything] + [one for curve in found.curves for one in curve.deviations]
    y = [each.earns for each in everything] + [one for curve in found.curves for one in curve.earns]
    axes = Axes.around([0.0, *x], y)
    shapes = axes.grid(_percent, _percent, "standard deviation, a year", "mean return, a year")
    held = {each.name for each in found.held}
    for each in assets:
        title = f"<title>{text(each.name)}: {_told(each)}</title>"
        kind = "held" if each.name in held else "left"
        shapes.append(f'<circle class="asset {kind}" {_at(axes, each)} r="3.2">{title}</circle>')
    shapes += [axes.line(curve.deviations, curve.earns, kind) for curve, kind in _named(found.curves)]
    x1, y1 = axes.x(found.equal.deviation), axes.y(found.equal.earns)
    title = f"<title>1/N: {_told(found.equal)}</title>"
    shapes.append(f'<rect class="equal" x="{x1 - 4.5:.1f}" y="{y1 - 4.5:.1f}" width="9" height="9">{title}</rect>')
    x2, y2 = axes.x(found.portfolio.deviation), axes.y(found.portfolio.earns)
    diamond = f"M{x2:.1f} {y2 - 7.5:.1f}l7.5 7.5l-7.5 7.5l-7.5 -7.5z"
    shapes.append(f'<path class="chosen" d="{diamond}"><title>portfolio: {_told(found.portfolio)}</title></path>')
    named = [found.portfolio, found.equal, *(each for each in assets if each.name in held)]
    shapes += _labels(axes, named, [box for curve in found.curves for box in _along(axes, curve)])
    return picture(shapes, "mean return over standard deviation")


def frontier_legend(found: Outcome) -> str:
    """What its marks mean."""
    marks = [("chosen", "the portfolio"), ("equal", "1/N"), ("held", "assets held"), ("left", "assets left out")]
    keys = [*((kind, curve.name) for curve, kind in _named(found.curves)), *marks]
    return _legend(keys)


def weights(found: Outcome) -> str:
    """A bar for each asset that is held, the largest first; a tick where it was before."""
    shown = found.held[:MOST_BARS]
    longest = max((_wide(each.name) for each in shown), default=1.0)
    left = min(max(longest + 10, 40.0), 150.0)
    low = min([0.0, *(min(each.weight, each.before or 0.0) for each in shown)])
    high = max([0.0, *(max(each.weight, each.before or 0.0) for each in shown)]) or 1.0
    unit = (WIDTH - left - 62) / ((high - low) or 1.0)
    zero = left - low * unit
    shapes = []
    for place, each in enumerate(shown):
        y = 8 + place * ROW
        shapes.append(_name(left, y, each.name))
        shapes.append(_bar(zero, each.weight * unit, y, "down" if each.weight < 0 else "up", _of(each)))
        end = zero + max(each.weight, 0.0) * unit + 5
        shapes.append(f'<text class="value" x="{end:.1f}" y="{y + 11:.1f}">{_percent(each.weight, 2)}</text>')
        if each.before is not None:
            x = zero + each.before * unit
            shapes.append(f'<line class="before" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 1:.1f}" y2="{y + 15:.1f}"/>')
    height = 12 + len(shown) * ROW
    shapes.append(f'<line class="axis" x1="{zero:.1f}" x2="{zero:.1f}" y1="4" y2="{height - 4}"/>')
    return picture(shapes, "weights of the assets held", height)


def weights_legend(found: Outcome) -> str:
    """What the dashed ticks are, where there are any."""
    return "" if found.turnover is None else _legend([("d tried", "held before")])


def bitstrings(circuit: Circuit, chosen: frozenset[str]) -> str:
    """The most probable bitstrings; the one of least cost is marked, and so is the portfolio's own."""
    shown = circuit.top[:MOST_SHOTS]
    short_bits = len(circuit.assets) <= LONGEST_BITS
    left = len(circuit.assets) * 6.1 + 14 if short_bits else 40.0
    high = max([each.probability for each in shown], default=1.0) or 1.0
    words = [_chance(each, circuit, chosen) for each in shown]
    unit = (WIDTH - left - 12 - LETTER * max(map(len, words), default=0)) / high
    shapes = []
    for place, each in enumerate(shown):
        y = 8 + place * ROW
        title = f"{', '.join(each.assets)}: probability {each.probability:.4g}, cost {each.cost:.6g} at equal weights"
        shapes.append(_name(left, y, each.bits if short_bits else f"no. {place + 1}", "bits" if short_bits else ""))
        shapes.append(
            _bar(left, each.probability * unit, y, "optimum" if _is_optimum(each, circuit) else "shot", title)
        )
        end = left + each.probability * unit + 5
        shapes.append(f'<text class="value" x="{end:.1f}" y="{y + 11:.1f}">{text(words[place])}</text>')
    height = 12 + len(shown) * ROW
    x = left + circuit.uniform_probability * unit
    if x < WIDTH - 10:
        title = f"<title>each of them, drawn uniformly: {circuit.uniform_probability:.3g}</title>"
        shapes.append(f'<line class="before" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 4}">{title}</line>')
    return picture(shapes, "most probable bitstrings", height)


def bitstrings_legend(circuit: Circuit) -> str:
    """What the dashed line is, and where the optimum stands if it is not among those shown."""
    keys = [("d tried", f"uniform draw {circuit.uniform_probability:.2g}")]
    if not any(_is_optimum(each, circuit) for each in circuit.top[:MOST_SHOTS]):
        keys.append(("optimum", f"the optimum, {circuit.optimum_probability:.2g}, is not among them"))
    return _legend(keys)


def convergence(circuits: Sequence[Circuit]) -> str:
    """The objective of the angles: every evaluation, and the best so far; a colour for each sub-universe."""
    traces = [(place, each.trace) for place, each in enumerate(circuits) if each.trace]
    if not traces:
        return ""
    longest = max(len(trace) for _, trace in traces)
    values = [value for _, trace in traces for value in trace]
    axes = Axes.around([1.0, float(max(longest, 2))], values)
    shapes = axes.grid(_whole, short, "evaluation", "expected cost, in deviations of the costs")
    for place, trace in traces:
        kind = KINDS[place % len(KINDS)]
        steps = [float(step) for step in range(1, len(trace) + 1)]
        shapes.append(axes.line(steps, trace, f"{kind} tried"))
        shapes.append(axes.line(steps, list(accumulate(trace, min)), kind))
        if len(trace) <= FEW_STEPS:
            shapes += [
                f'<circle class="step {kind}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="2.4"/>'
                for x, y in zip(steps, trace, strict=True)
            ]
    return picture(shapes, "objective of the angles by evaluation")


def convergence_legend(circuits: Sequence[Circuit]) -> str:
    """Which line is which sub-universe."""
    if len(circuits) < 2:
        return _legend([(KINDS[0], "the best so far"), (f"{KINDS[0]} tried", "each evaluation")])
    keys = [(KINDS[place % len(KINDS)], f"sub-universe {place + 1}") for place in range(len(circuits))]
    return _legend(keys)


def _chance(each: Shot, circuit: Circuit, chosen: frozenset[str]) -> str:
    """Its probability, and what it is besides."""
    share = each.probability * 100.0
    marks = (" optimum", _is_optimum(each, circuit)), (" \N{BULLET} chosen", frozenset(each.assets) == chosen)
    return (f"{share:.2f}%" if share >= 0.1 else f"{share:.2g}%") + "".join(mark for mark, so in marks if so)


def _is_optimum(each: Shot, circuit: Circuit) -> bool:
    """Whether it is the one of least cost: the cheapest of those told, with the optimum's own probability."""
    least = min(one.cost for one in circuit.top)
    return each.cost == least and abs(each.probability - circuit.optimum_probability) <= 1e-6 * each.probability


def _labels(axes: Axes, places: Sequence[Place], lines: Sequence[Box]) -> list[str]:
    """Names beside their points, where there is room."""
    taken = [*lines, *(_around(axes, each) for each in places)]
    shapes = []
    for place, each in enumerate(places):
        wide, x, y = _wide(each.name), axes.x(each.deviation), axes.y(each.earns)
        sides = ((x + 9, y + 4), (x - 9 - wide, y + 4), (x - wide / 2, y - 9), (x - wide / 2, y + 18))
        corners = ((x + 8, y + 16), (x - 8 - wide, y - 8))
        for left, base in (*sides, *corners):
            box = (left, base - 9, left + wide, base + 2)
            inside = box[0] >= LEFT and box[2] <= WIDTH - RIGHT and box[1] >= TOP and box[3] <= HEIGHT - BOTTOM
            if inside and not any(_touch(box, other) for other in taken):
                kind = "value strong" if place == 0 else "value"
                shapes.append(f'<text class="{kind}" x="{left:.1f}" y="{base:.1f}">{text(each.name)}</text>')
                taken.append(box)
                break
    return shapes


def _along(axes: Axes, curve: Curve) -> list[Box]:
    """The room that a line takes, piece by piece."""
    x = [axes.x(each) for each in curve.deviations]
    y = [axes.y(each) for each in curve.earns]
    found = []
    for (x1, y1), (x2, y2) in pairwise(zip(x, y, strict=True)):
        pieces = max(int(max(abs(x2 - x1), abs(y2 - y1)) / 5.0), 1)
        for piece in range(pieces + 1):
            a, b = x1 + (x2 - x1) * piece / pieces, y1 + (y2 - y1) * piece / pieces
            found.append((a - 1.0, b - 1.0, a + 1.0, b + 1.0))
    return found


def _around(axes: Axes, place: Place) -> Box:
    """The room that a mark itself takes."""
    x, y = axes.x(place.deviation), axes.y(place.earns)
    return x - 4, y - 4, x + 4, y + 4


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _named(curves: Sequence[Curve]) -> list[tuple[Curve, str]]:
    return list(zip(curves, ("a", "b"), strict=False))


def _legend(keys: Sequence[tuple[str, str]]) -> str:
    items = "".join(f'<span class="mark {kind}">{text(words)}</span>' for kind, words in keys)
    return f'<p class="legend">{items}</p>'


def _at(axes: Axes, place: Place) -> str:
    return f'cx="{axes.x(place.deviation):.1f}" cy="{axes.y(place.earns):.1f}"'


def _bar(zero: float, long: float, y: float, kind: str, title: str) -> str:
    place = f'x="{min(zero, zero + long):.1f}" y="{y:.1f}" width="{max(abs(long), 0.8):.1f}" height="{ROW - 5}"'
    return f'<rect class="{kind}" {place} rx="2"><title>{text(title)}</title></rect>'


def _name(left: float, y: float, name: str, kind: str = "") -> str:
    shown = name
    while not kind and _wide(shown) > left - 8 and len(shown) > 2:
        shown = f"{shown.removesuffix(CUT)[:-1]}{CUT}"
    return f'<text class="{kind}" x="{left - 6:.1f}" y="{y + 11:.1f}" text-anchor="end">{text(shown)}</text>'


def _wide(name: str) -> float:
    """About the width of a label, at most."""
    return sum(CAPITAL if each.isupper() else LETTER for each in name)


def _of(each: Holding) -> str:
    before = "" if each.before is None else f", before {_percent(each.before, 2)}"
    return f"{each.name}: {_percent(each.weight, 2)}{before}"


def _told(each: Place) -> str:
    return f"{_percent(each.earns, 2)} a year, deviation {_percent(each.deviation, 2)}"


def _percent(share: float, decimals: int = 0) -> str:
    return signed(f"{share * 100:.{decimals}f}%")


def _whole(value: float) -> str:
    return f"{value:.0f}"
