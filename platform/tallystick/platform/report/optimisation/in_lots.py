"""What is said of a portfolio in lots, alike on the console and on the page."""

from tallystick.platform.report.optimisation.outcome import InLots

HEADS = ("symbol", "lots", "weight", "without lots")
"""Before what the positions are worth and what margin they bind, whose headings name the currency."""
SAME_SUM = 1e-9
"""Sums of weights that differ by no more are the same."""


def heads(found: InLots) -> list[str]:
    """The table's headings."""
    return [*HEADS, f"worth, {found.currency}", f"margin, {found.currency}"]


def rows(found: InLots) -> list[list[str]]:
    """A row for each symbol, the largest position first, and their sum."""
    made = [
        [
            each.name,
            f"{each.lots:.8f}".rstrip("0").ljust(len(f"{each.lots:.0f}") + 3, "0") if each.lots else "0",
            _percent(each.weight),
            _percent(each.wanted),
            _money(found, each.worth),
            _money(found, each.margin),
        ]
        for each in found.volumes
    ]
    weights = sum(each.weight for each in found.volumes), sum(each.wanted for each in found.volumes)
    worth = sum(each.worth for each in found.volumes)
    return [*made, ["in all", "", *map(_percent, weights), _money(found, worth), _money(found, found.margin)]]


def facts(found: InLots) -> list[tuple[str, str]]:
    """What the lots are for, what they bind, and how good they are, by a short name."""
    equity = f"{_money(found, found.equity)} {found.currency} at 1:{found.leverage}"
    share = _percent(found.margin / found.equity)
    return [
        ("account", f"{equity}; conditions: {found.conditions}; prices: {found.prices}"),
        ("margin", f"{_money(found, found.margin)} {found.currency}, {share} of the equity"),
        ("in lots", f"objective {found.objective:.10g}, {_beside(found)}"),
        ("lots gap", _gap(found)),
    ]


def _beside(found: InLots) -> str:
    """Above the weights' objective, or below it and why: another sum, or weights that are not quite the best."""
    away = f"{abs(found.fractional_gap) * 100:.3g} %"
    if found.fractional_gap >= 0.0:
        return f"{away} above that of the weights without lots"
    more = sum(each.weight - each.wanted for each in found.volumes)
    why = "for the weights are the best only to within their own gap"
    if abs(more) > SAME_SUM:
        why = f"for these lots sum to {abs(more) * 100:.3g} % {'more' if more > 0.0 else 'less'} of the equity"
    return f"{away} below that of the weights without lots, {why}"


def _gap(found: InLots) -> str:
    """Proved, or how far a bound is, and over what it holds."""
    count = len(found.searched)
    if found.proved:
        return f"{found.gap:.2g}: proved, no other lots are better ({found.nodes:,} boxes)"
    over = f"of the {count} symbols that the weights hold; others were not searched"
    if found.closed:
        return f"{found.gap:.2g}: no other lots are better {over} ({found.nodes:,} boxes)"
    return f"{found.gap:.2g} above the bound {found.bound:.10g} on any lots {over} ({found.nodes:,} boxes)"


def _money(found: InLots, amount: float) -> str:
    return f"{amount:,.{found.digits}f}"


def _percent(share: float) -> str:
    return f"{share * 100:,.2f} %"
