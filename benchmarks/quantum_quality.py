"""How good a circuit's answers are: a table of approximation ratios and chances of the optimum, row by row.

`python benchmarks/run.py quantum_quality` runs every row, keeps each in docs/quantum-quality.json as soon as it is
known, and writes docs/quantum-quality.md from that file. `python -m benchmarks.quantum_quality --only 12,6` runs the
rows of one size, keeps them with `--write`, and ends with 1 where one is not reached: what `tasks.py nightly` asks.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import quantum_quality_page as page
from benchmarks.harness import Benchmark, Figure, Settings, SkippedError, Stopwatch
from benchmarks.quantum_problem import SOURCE
from benchmarks.quantum_quality_rows import ROWS, Case, Row
from benchmarks.quantum_reach import orlib
from benchmarks.quantum_reach_side import read_portfolio
from tallystick.quantum.angles import Angles, Search, optimise, ramps
from tallystick.quantum.arrays import Floats
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.objectives import Objective, OptimumProbability
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.subspace import Subspace

AVERSION, ITERATIONS, MARGIN, ROUNDING = 0.5, 150, 0.005, 0.0005
FILES = {"Hang Seng": "port1.txt", "DAX": "port2.txt"}
SMALL = Case("DAX", 8, 4, {1: (0.5, 0.01)})
SEEDS = range(12)
"""Of the last starts, where no other reached the row: the best angles so far, each shifted by chance."""
SHIFT = 0.15


@dataclass(frozen=True, slots=True)
class Grown:
    """Minus the chance of the optimum in units of the chance at a start: tiny numbers would look like a flat place."""

    unit: float

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """-1/unit at the optima, 0 elsewhere."""
        found: Floats = OptimumProbability().weights(costs, probabilities) / self.unit
        return found


@dataclass(frozen=True, slots=True)
class Start:
    """Angles to start from, and what they are called in the table."""

    name: str
    angles: Angles


def measure(settings: Settings) -> Sequence[Figure]:
    """Every row in both objectives; in a quick run one small one, from the data kept here, which is not kept."""
    figures: list[Figure] = []
    for row in _rows([SMALL] if settings.quick else ROWS, keep=not settings.quick):
        least = row.wanted - (MARGIN if row.objective == "expectation" else 0.0)
        note = f"start {row.start} of {row.tried}; table {row.wanted:g}; {row.cpu_s:.0f} s of CPU"
        figures.append(Figure(row.name, row.found, "", least=None if settings.quick else least, note=note))
    if not settings.quick:
        page.write(MARGIN)
    return figures


def _rows(cases: Sequence[Case], *, keep: bool) -> Iterator[Row]:
    """The rows of some cases, depth by depth: what one depth found is a start of the next."""
    for case in cases:
        qaoa = _circuit(case)
        before: dict[str, Angles] = {}
        for layers, (ratio, chance) in case.table.items():
            for objective, wanted in (("expectation", ratio), ("optimum", chance)):
                row, before[objective] = _row(qaoa, case, layers, objective, wanted, before)
                print(f"  {row.name}: {row.found:.4g} (table {wanted:g}), {row.start}, {row.cpu_s:.0f} s", flush=True)
                if keep:
                    page.keep(row)
                yield row


def _circuit(case: Case) -> Qaoa:
    path = SOURCE if case is SMALL else orlib() / FILES[case.index]
    mean, covariance = read_portfolio(path, case.n)
    space = Subspace(case.n, case.k)
    costs = quadratic_diagonal(space, AVERSION * covariance, -mean)
    return Qaoa(space, costs / costs.std())


def _row(
    qaoa: Qaoa, case: Case, layers: int, objective: str, wanted: float, before: dict[str, Angles]
) -> tuple[Row, Angles]:
    """Starts one after another until one ends where the table is; the best of them otherwise."""
    enough = wanted - ROUNDING if objective == "expectation" else wanted
    best: tuple[float, Angles, str] = (-np.inf, ramps(layers, 1.0)[0], "")
    tried = evaluations = 0
    with Stopwatch() as watch:
        for start in _starts(layers, objective, before):
            found = optimise(qaoa, [start.angles], objective=_objective(qaoa, start, objective), iterations=ITERATIONS)
            tried, evaluations = tried + 1, evaluations + found.evaluations
            best = max(best, (_quality(qaoa, found, objective), found.angles, start.name), key=lambda one: one[0])
            if best[0] >= enough:
                break
        else:
            best, more = _shifted(qaoa, best, objective, enough)
            tried += more
    row = Row(case.index, case.n, case.k, layers, objective, wanted, best[0], best[2], tried, evaluations, watch.cpu_s)
    return replace(row, uniform=float(1 / qaoa.space.dimension)), best[1]


def _starts(layers: int, objective: str, before: dict[str, Angles]) -> Iterator[Start]:
    """What the other objective found at this depth, what the depth before found, then six ramps."""
    if objective == "optimum":
        yield Start("the expectation's angles", before["expectation"])
    if objective in before and before[objective].layers < layers:
        yield Start(f"p={before[objective].layers} extended", before[objective].extended(layers))
    for number, angles in enumerate(ramps(layers, 1.0), 1):
        yield Start(f"ramp {number}", angles)


def _shifted(
    qaoa: Qaoa, best: tuple[float, Angles, str], objective: str, enough: float
) -> tuple[tuple[float, Angles, str], int]:
    """From the best angles, shifted by a normal deviate of each seed in turn, until the table is reached."""
    for seed in SEEDS:
        noise = np.random.default_rng(seed).normal(0.0, SHIFT, (2, best[1].layers))
        both = np.array([best[1].gammas, best[1].betas]) + noise
        start = Start(f"shifted, seed {seed}", Angles(tuple(both[0].tolist()), tuple(both[1].tolist())))
        found = optimise(qaoa, [start.angles], objective=_objective(qaoa, start, objective), iterations=ITERATIONS)
        best = max(best, (_quality(qaoa, found, objective), found.angles, start.name), key=lambda one: one[0])
        if best[0] >= enough:
            return best, seed + 1
    return best, len(SEEDS)


def _objective(qaoa: Qaoa, start: Start, objective: str) -> Objective | None:
    if objective == "expectation":
        return None
    chance = -qaoa.value(start.angles.gammas, start.angles.betas, OptimumProbability())
    return Grown(max(chance, 1e-12))


def _quality(qaoa: Qaoa, found: Search, objective: str) -> float:
    """The approximation ratio (Emax - <C>) / (Emax - Emin) over feasible states, or the chance of the optimum."""
    if objective == "expectation":
        most, least = float(qaoa.costs.max()), float(qaoa.costs.min())
        return (most - found.value) / (most - least)
    return -qaoa.value(found.angles.gammas, found.angles.betas, OptimumProbability())


def main() -> int:
    """Run the rows asked for; 1 where one of them is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="n,k of the rows wanted, such as 12,6; all by default")
    parser.add_argument("--index", choices=list(FILES), help="only this index")
    parser.add_argument("--write", action="store_true", help="keep the rows and write the page")
    parser.add_argument("--page", action="store_true", help="write the page from what is kept, and run nothing")
    options = parser.parse_args()
    if options.page:
        page.write(MARGIN)
        return 0
    sizes = {tuple(map(int, each.split(","))) for each in options.only or ()}
    cases = [case for case in ROWS if not sizes or (case.n, case.k) in sizes]
    cases = [case for case in cases if options.index in {None, case.index}]
    try:
        missed = [row.name for row in _rows(cases, keep=options.write) if not row.reached(MARGIN)]
    except SkippedError as reason:
        print(f"SKIPPED: {reason}")
        return 0
    if options.write:
        page.write(MARGIN)
    for name in missed:
        print(f"not reached: {name}")
    return 1 if missed else 0


BENCHMARK = Benchmark(
    "quantum_quality",
    "How good are circuits of the ring mixer from the Dicke state on the first 12 to 20 assets of the Hang Seng and "
    "the DAX: the best approximation ratio of the expected cost, and in separate searches the best chance of the "
    "optimum, each against the project's reference table.",
    measure,
)

if __name__ == "__main__":
    sys.exit(main())
