"""Solve what was asked, classically and with the circuit's proposals, and tell it in plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tallystick.platform.cli.optimise_asking import RISK_WORDS, Asked, in_words, stated
from tallystick.platform.cli.optimise_frontier import frontiers, place_of
from tallystick.platform.cli.optimise_library import quantum
from tallystick.platform.cli.optimise_lots import Desk, lots_of
from tallystick.platform.cli.optimise_universe import Universe
from tallystick.platform.report.optimisation.outcome import Circuit, Curve, Holding, Outcome, Shot, Source

Angles = Literal["ramp", "transfer", "optimise"]
Mixer = Literal["ring", "complete", "complete-trotter", "grover"]
Start = Literal["uniform", "own", "relaxation"]
Told = Callable[[str, int, int], None]
EQUAL = "1/N"


@dataclass(frozen=True, slots=True)
class Search:
    """How the answer is searched for: counts and a seed; with 0 layers classically alone."""

    layers: int = 3
    mixer: Mixer = "ring"
    start: Start = "uniform"
    angles: Angles = "optimise"
    shots: int = 1_000
    nodes: int | None = None
    seed: int = 0
    threads: int = 1


def answered(
    universe: Universe,
    asked: Asked,
    search: Search,
    estimator: str,
    told: Told,
    *,
    curves: bool,
    desk: Desk | None = None,
) -> Outcome:
    """The outcome; the library's errors pass through. `curves`: the frontiers too, which only the page shows.

    `desk`: what the portfolio is wanted in lots for, if it is.
    """
    problem = stated(universe, asked)
    limits = quantum("limits")(nodes=search.nodes, seed=search.seed)
    warnings = list(universe.warnings)
    hybrid = None
    if search.layers and problem.most < problem.size:
        hybrid = quantum("hybrid")(problem, _settings(universe, search), limits, told)
        best = hybrid.portfolio
    else:
        told("branch and bound", 0, 1)
        best = quantum("solve")(problem, limits)
    lots = None
    if desk is not None:
        told("lots", 0, 1)
        lots = lots_of(universe, desk, problem, limits, best)
    weights = np.asarray(best.weights, dtype=np.float64)
    closed = bool(best.gap <= max(2.0 * limits.tolerance, 1e-9))
    if not closed:
        warnings.append(
            f"the bound is {best.gap:.2g} below the objective, relative: a better portfolio may exist; --nodes with "
            "more than the search took may close it"
        )
    found: tuple[Curve, ...] = ()
    notes = universe.notes
    if curves:
        told("frontier", 0, 1)
        try:
            found = frontiers(universe, asked)
        except quantum("unsolvable") as error:  # the answer stands without its picture
            notes = (*notes, f"no frontier is drawn: {error}")
    trades = asked.trades
    traded = None if trades is None else float(np.abs(weights - trades.previous).sum())
    return Outcome(
        title=universe.title,
        universe=universe.words,
        asked=in_words(universe, asked, estimator),
        holdings=_holdings(universe, asked, weights),
        objective=float(best.objective),
        bound=float(best.bound),
        gap=float(best.gap),
        bound_from=str(best.bound_from.value),
        closed=closed,
        risk=RISK_WORDS[asked.risk],
        risk_value=float(problem.risk_of(weights)),
        trading_cost=None if trades is None or traded is None else trades.cost * traded,
        turnover=traded,
        portfolio=place_of("portfolio", universe, weights),
        equal=place_of(EQUAL, universe, np.full(len(weights), 1.0 / len(weights))),
        curves=found,
        sources=() if hybrid is None else tuple(_source(each) for each in hybrid.ablation.rows),
        added=_unused(search, asked) if hybrid is None else str(hybrid.added),
        circuits=() if hybrid is None else tuple(_circuit(universe, each) for each in hybrid.proposals),
        notes=notes,
        warnings=tuple(warnings),
        provenance=_provenance(search, best, hybrid),
        lots=lots,
    )


def _settings(universe: Universe, search: Search) -> Any:
    rows = None if universe.returns is None else len(universe.returns)
    return quantum("settings")(
        layers=search.layers, mixer=search.mixer, start=search.start, angles=search.angles, shots=search.shots,
        seed=search.seed, threads=search.threads, observations=rows,
    )  # fmt: skip


def _unused(search: Search, asked: Asked) -> str:
    if not search.layers:
        return "QAOA was not run (--layers 0)."
    return "QAOA was not run: no assets are to be left out." if asked.k else "QAOA was not run: give --k to choose few."


def _holdings(universe: Universe, asked: Asked, weights: Any) -> tuple[Holding, ...]:
    before = [None] * len(weights) if asked.trades is None else asked.trades.previous.tolist()
    columns = zip(
        universe.names, weights.tolist(), universe.earns.tolist(), universe.deviation.tolist(), before, strict=True
    )
    return tuple(Holding(*each) for each in columns)


def _source(row: Any) -> Source:
    name = quantum("sources")[row.source]
    return Source(name, row.objective, row.gap, row.supports, row.polished, row.hits, row.raw_best, row.raw_mean)


def _circuit(universe: Universe, found: Any) -> Circuit:
    names = universe.names
    shots = []
    for each in found.top:
        held = set(each.support)
        bits = "".join("1" if member in held else "0" for member in found.members)
        shots.append(Shot(bits, tuple(names[one] for one in each.support), each.probability, each.cost))
    return Circuit(
        assets=tuple(names[one] for one in found.members),
        chosen_by=str(found.chosen_by),
        k=found.k,
        gammas=tuple(found.gammas),
        betas=tuple(found.betas),
        ratio=found.approximation_ratio,
        uniform_ratio=found.uniform_ratio,
        optimum_probability=found.optimum_probability,
        uniform_probability=found.uniform_probability,
        allowed_probability=found.allowed_probability,
        top=tuple(shots),
        trace=tuple(found.trace),
        shots=found.shots,
        distinct=found.distinct,
    )


def _provenance(search: Search, best: Any, hybrid: Any) -> tuple[tuple[str, str], ...]:
    spent = [
        ("nodes of the tree", f"{best.nodes:,}"),
        ("iterations", f"{best.iterations:,}"),
        ("seed", f"{search.seed}"),
    ]
    if hybrid is None:
        return tuple(spent)
    return (
        *spent,
        ("circuit", f"{search.layers} layers, mixer {search.mixer}, start {search.start}, {search.shots:,} shots"),
        ("angles", search.angles),
        ("engine", f"{hybrid.engine} {hybrid.version}"),
        ("problem", hybrid.problem_hash),
        ("settings", hybrid.settings_hash),
    )
