"""An outcome as the console shows it: what was asked, the weights, the bound, and what the circuit added."""

from collections.abc import Iterator
from math import isfinite
from textwrap import wrap
from typing import Any

from tallystick.platform.report.optimisation import in_lots
from tallystick.platform.report.optimisation.outcome import Holding, Outcome

WIDTH = 110
"""Of sentences."""
SHOWN = 40
"""Assets in the table; all of them in `--json` and on the page."""


def lines_of(found: Outcome) -> Iterator[str]:
    """The lines, in order."""
    yield found.universe
    yield from found.notes
    yield from wrap(found.asked, WIDTH, break_long_words=False, break_on_hyphens=False)
    for warning in found.warnings:
        yield f"warning: {warning}"
    yield ""
    yield from _aligned(_weights(found), words=1)
    left = len(found.held) - SHOWN
    if left > 0:
        yield f"and {left} more, all in --json"
    yield ""
    yield from _facts(found)
    if found.lots is not None:
        yield ""
        yield from _aligned([in_lots.heads(found.lots), *in_lots.rows(found.lots)], words=1)
        yield from (f"{name:<10} {words}" for name, words in in_lots.facts(found.lots))
    if found.sources:
        yield ""
        yield from _aligned(_sources(found), words=1)
    yield ""
    yield from wrap(found.added, WIDTH)


def _weights(found: Outcome) -> list[list[str]]:
    traded = found.turnover is not None
    rows = [["asset", "weight", *(["before"] if traded else []), "return a year", "deviation"]]
    shown = found.held if not traded else _told(found)
    for each in shown[:SHOWN]:
        before = [percent(each.before or 0.0)] if traded else []
        rows.append([each.name, percent(each.weight), *before, percent(each.earns), percent(each.deviation)])
    for place in (found.portfolio, found.equal):
        whole = "100.00 %" if place is found.equal else percent(sum(each.weight for each in found.holdings))
        blank = [""] if traded else []
        rows.append([place.name, whole, *blank, percent(place.earns), percent(place.deviation)])
    return rows


def _told(found: Outcome) -> tuple[Holding, ...]:
    """What is held, then what was sold altogether."""
    return (*found.held, *(each for each in found.holdings if each.before and not each.weight))


def _facts(found: Outcome) -> Iterator[str]:
    yield f"objective  {found.objective:.10g}, with a {found.risk} of {found.risk_value:.6g} a period"
    yield f"bound      {found.bound:.10g}, from {found.bound_from}: no portfolio that meets the conditions is below"
    yield f"gap        {found.gap:.2g} of the objective{' (closed)' if found.closed else ''}"
    if found.turnover is not None:
        yield f"turnover   {percent(found.turnover)} of the capital, costs {percent(found.trading_cost or 0.0)}"


def _sources(found: Outcome) -> list[list[str]]:
    rows = [["supports from", "objective", "gap", "supports", "polished", "best", "before polishing", "their mean"]]
    for each in found.sources:
        polished = f"{each.polished:,}" if each.supports else "-"
        rows.append(
            [
                each.name,
                number(each.objective),
                "-" if each.gap is None else f"{each.gap:.2g}",
                f"{each.supports:,}" if each.supports else "-",
                polished,
                f"{each.hits:,}" if each.supports else "-",
                number(each.raw_best),
                number(each.raw_mean),
            ]
        )
    return rows


def number(value: float | None) -> str:
    """A number with eight digits; a dash for none."""
    return "-" if value is None else f"{value:.8g}"


def percent(share: float) -> str:
    """A share in per cent with two decimals."""
    return f"{share * 100:,.2f} %"


def _aligned(rows: list[list[str]], words: int) -> list[str]:
    """Columns side by side; the first `words` are text and stand to the left."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _finite(value: Any) -> Any:
    """Without numbers that JSON has no word for."""
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def document_of(found: Outcome) -> dict[str, Any]:
    """The outcome as `--json` gives it."""
    import msgspec

    plain: dict[str, Any] = _finite(msgspec.to_builtins(found))
    weights = {each.name: each.weight for each in found.holdings if each.weight}
    provenance = dict(found.provenance)
    return {"ok": True, "weights": weights, **plain, "provenance": provenance}
