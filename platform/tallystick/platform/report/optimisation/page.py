"""The page of an optimisation: no script, nothing fetched, light and dark as the reader's system is.

Pictures first, then the numbers they were drawn from.
"""

from tallystick.platform.report.inlining import allowed, asset
from tallystick.platform.report.markup import DASH, facts, section, signed, table, text
from tallystick.platform.report.optimisation import in_lots, pictures
from tallystick.platform.report.optimisation.outcome import Circuit, Holding, Outcome

GENERATOR = "tallystick optimise"
TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{generator}">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header class="top"><h1>{title}</h1><p>{universe}</p><p>{asked}</p></header>
<main>
{cards}
{body}
</main>
<footer>Made by Tallystick. QAOA is simulated on this computer, exactly; no quantum computer took part. Means of
the past promise nothing.</footer>
</body>
</html>
"""
POLICY = "default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'"
MOST_ROWS = 300


def page(found: Outcome) -> str:
    """The whole page."""
    style = asset("report.css") + asset("optimisation.css")
    parts = [_said(found), _pictures(found), _circuits(found), _sources(found), _weights(found)]
    parts += [_lots(found), _origin(found)]
    return TEMPLATE.format(
        generator=GENERATOR,
        policy=POLICY.format(style=allowed(style)),
        title=text(f"Optimisation of {found.title}"),
        style=style,
        universe=text(found.universe),
        asked=text(found.asked),
        cards=_cards(found),
        body="\n".join(part for part in parts if part),
    )


def _cards(found: Outcome) -> str:
    gap = "closed" if found.closed else f"{found.gap:.2g}"
    best = found.circuits[0] if found.circuits else None
    cards = [
        ("Return a year", _percent(found.portfolio.earns), f"1/N: {_percent(found.equal.earns)}"),
        ("Deviation a year", _percent(found.portfolio.deviation), f"1/N: {_percent(found.equal.deviation)}"),
        ("Gap to the bound", gap, f"bound {_number(found.bound)} from {text(found.bound_from)}"),
    ]
    if best is not None:
        times = best.optimum_probability / best.uniform_probability if best.uniform_probability else 0.0
        cards.append(
            (
                "Chance of the optimum in one shot",
                _percent(best.optimum_probability, 3),
                f"{times:,.3g} times that of a uniform draw",
            )
        )
    else:
        cards.append(("Assets held", f"{len(found.held)}", f"of {len(found.holdings)}"))
    made = "".join(
        f'<div class="card"><h3>{text(name)}</h3><div class="big">{value}</div><p>{under}</p></div>'
        for name, value, under in cards
    )
    return f'<div class="cards">{made}</div>'


def _said(found: Outcome) -> str:
    lines = [f'<p class="note warning">Warning: {text(each)}</p>' for each in found.warnings]
    lines += [f'<p class="note">{text(each)}</p>' for each in (*found.notes, found.added)]
    return f'<section id="said">{"".join(lines)}</section>'


def _pictures(found: Outcome) -> str:
    """Two columns: frontier and the way to the angles, weights and bitstrings."""
    chosen = frozenset(each.name for each in found.held)
    left = [_figure("Frontier", pictures.frontier(found), pictures.frontier_legend(found))]
    right = [_figure("Weights", pictures.weights(found), pictures.weights_legend(found))]
    way = pictures.convergence(found.circuits)
    if way:
        left.append(_figure("Search for the angles", way, pictures.convergence_legend(found.circuits)))
    for place, circuit in enumerate(found.circuits, 1):
        which = f", sub-universe {place}" if len(found.circuits) > 1 else ""
        made = pictures.bitstrings(circuit, chosen), pictures.bitstrings_legend(circuit)
        (right if place % 2 else left).append(_figure(f"Most probable bitstrings{which}", *made))
    columns = "".join(f'<div class="column">{"".join(column)}</div>' for column in (left, right))
    return f'<section id="pictures"><div class="pair">{columns}</div></section>'


def _circuits(found: Outcome) -> str:
    if not found.circuits:
        return ""
    circuit = found.circuits[0]
    note = (
        f"{len(circuit.gammas)} layers on {len(circuit.assets)} assets, {circuit.k} of them held. In a bitstring each "
        "bit is an asset; its cost is that of equal weights: the circuit chooses which assets, "
        "never how much of each. So its optimum need not be the portfolio's support."
    )
    return section("circuit", "What the simulated circuit proposes", _circuit_table(found), note)


def _circuit_table(found: Outcome) -> str:
    rows = [
        [
            f"{place}: {len(each.assets)} assets, {text(each.chosen_by)}",
            f"{each.ratio:.4f}",
            f"{each.uniform_ratio:.4f}",
            f"{each.optimum_probability:.3g}",
            f"{each.uniform_probability:.3g}",
            _percent(each.allowed_probability, 1),
            f"{each.distinct:,} of {each.shots:,}",
        ]
        for place, each in enumerate(found.circuits, 1)
    ]
    heads = [
        "sub-universe", "approximation ratio", "of a uniform draw", "chance of the optimum", "of a uniform draw",
        "shots allowed", "distinct supports",
    ]  # fmt: skip
    angles = "".join(_angles(place, each) for place, each in enumerate(found.circuits, 1))
    return f"{table(heads, rows)}{angles}"


def _angles(place: int, circuit: Circuit) -> str:
    gammas, betas = (", ".join(f"{each:.4g}" for each in angles) for angles in (circuit.gammas, circuit.betas))
    return (
        f'<p class="note angles">Sub-universe {place}: gammas {signed(gammas)}; betas {signed(betas)}. '
        f"Its bits, from the left: {text(', '.join(circuit.assets))}.</p>"
    )


def _sources(found: Outcome) -> str:
    if not found.sources:
        return ""
    rows = [
        [
            text(each.name),
            _number(each.objective),
            DASH if each.gap is None else f"{each.gap:.2g}",
            f"{each.supports:,}" if each.supports else DASH,
            f"{each.polished:,}" if each.supports else DASH,
            f"{each.hits:,}" if each.supports else DASH,
            _number(each.raw_best),
            _number(each.raw_mean),
        ]
        for each in found.sources
    ]
    heads = [
        "supports from", "objective", "gap", "supports", "polished", "ended best", "best before polishing",
        "mean before polishing",
    ]  # fmt: skip
    note = (
        "Equal shots and equal polishing for the circuit, for its start without any layer, and for chance; without "
        "that the comparison says nothing."
    )
    return section("sources", "What QAOA added", table(heads, rows), note)


def _weights(found: Outcome) -> str:
    traded = found.turnover is not None
    told = [each for each in found.holdings if each.weight or each.before]
    ordered = sorted(told, key=lambda each: (-abs(each.weight), each.name))
    rows = [_row(each, traded=traded) for each in ordered[:MOST_ROWS]]
    total = sum(each.weight for each in found.holdings)
    blank = ["", ""] if traded else []
    rows.append(
        ["portfolio", _percent(total), *blank, _percent(found.portfolio.earns), _percent(found.portfolio.deviation)]
    )
    rows.append(["1/N", _percent(1.0), *blank, _percent(found.equal.earns), _percent(found.equal.deviation)])
    heads = ["asset", "weight", *(["before", "traded"] if traded else []), "mean return a year", "deviation a year"]
    note = f"{len(found.held)} of {len(found.holdings)} assets are held. Returns are added up, not compounded."
    return section("weights", "Weights", table(heads, rows), note)


def _row(each: Holding, *, traded: bool) -> list[str]:
    before = each.before or 0.0
    change = [_percent(before), _percent(each.weight - before)] if traded else []
    return [text(each.name), _percent(each.weight), *change, _percent(each.earns), _percent(each.deviation)]


def _lots(found: Outcome) -> str:
    if found.lots is None:
        return ""
    rows = [[text(name), *(signed(cell) or DASH for cell in cells)] for name, *cells in in_lots.rows(found.lots)]
    shown = table([text(each) for each in in_lots.heads(found.lots)], rows)
    told = facts([(text(name), text(words)) for name, words in in_lots.facts(found.lots)])
    note = "The best whole volume steps near the weights. Worth is at the prices named below, without spread or costs."
    return section("lots", "In lots", f"{shown}{told}", note)


def _origin(found: Outcome) -> str:
    rows = [
        ("objective, of one period", _number(found.objective, 12)),
        ("bound, of one period", f"{_number(found.bound, 12)} from {text(found.bound_from)}"),
        ("gap", f"{found.gap:.3g} of the objective"),
        (f"{text(found.risk)}, of one period", _number(found.risk_value)),
    ]
    if found.turnover is not None:
        rows.append(("turnover", _percent(found.turnover)))
        rows.append(("costs of trading", _percent(found.trading_cost or 0.0, 4)))
    rows += [(name, f'<code class="hash">{text(value)}</code>') for name, value in found.provenance]
    note = (
        "The bound holds whatever the circuit proposes: no portfolio that meets the conditions has a lower objective."
    )
    return section("origin", "Objective, bound, and where they come from", facts(rows), note)


def _figure(title: str, picture: str, legend: str = "") -> str:
    return f'<figure class="picture"><figcaption>{text(title)}</figcaption>{picture}{legend}</figure>'


def _percent(share: float, decimals: int = 2) -> str:
    return signed(f"{share * 100:,.{decimals}f}\N{NO-BREAK SPACE}%")


def _number(value: float | None, digits: int = 8) -> str:
    return DASH if value is None else signed(f"{value:.{digits}g}")
