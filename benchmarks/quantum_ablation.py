"""What a simulated circuit adds to a portfolio: the table of docs/quantum-pipeline.md, problem by problem.

`python -m benchmarks.quantum_ablation` prints it; with `--write docs/quantum-pipeline.md` it replaces the table there.
The indices are the OR-Library's where their files are (`TALLYSTICK_ORLIB`), one more is made from a seed.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Stopwatch
from benchmarks.quantum_reach import orlib
from benchmarks.quantum_reach_side import read_portfolio
from tallystick.quantum import HybridResult, HybridSettings, PortfolioProblem, hybrid
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.ablation import AblationRow
from tallystick.quantum.problem.conditions import Group, Trading

Floats = NDArray[np.float64]
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
COLUMNS = (
    "problem", "circuit", "approximation ratio", "shots allowed", "raw mean, % above", "raw best, % above",
    "polished: at best", "CPU s",
)  # fmt: skip
HEAD = (f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")
RAMP = HybridSettings()
SEARCHED = HybridSettings(angles="optimise", layers=5)
OWN = replace(SEARCHED, start="own")
WARM = replace(SEARCHED, start="relaxation")
CIRCUITS = {"ramp, p=3": RAMP, "searched, p=5": SEARCHED, "own start, p=5": OWN, "relaxed start, p=5": WARM}


LIMITED: dict[str, dict[str, Any]] = {
    "1 of 10 assets": {"groups": [Group(tuple(range(10)), 1)]},
    "2 of each 5": {"groups": [Group(tuple(range(at, at + 5)), 2) for at in range(0, 20, 5)]},
    "half traded": {"trading": Trading(np.where(np.arange(20) < 5, 0.2, 0.0), turnover=1.0)},
    "a third traded": {"trading": Trading(np.where(np.arange(20) < 5, 0.2, 0.0), turnover=0.6)},
}
"""Limits that leave few supports: of groups, and of turnover from five assets held alike."""


@dataclass(frozen=True, slots=True)
class Case:
    """A problem by its name, the circuits tried on it, and the limits of the classical side."""

    name: str
    problem: PortfolioProblem
    circuits: Sequence[str]
    limits: Limits


def cases() -> Iterator[Case]:
    """Chang et al. (2000): k assets, buy-in of 1 %, a share of the objective on the variance."""
    indices = {
        name: read_portfolio(orlib() / file, None) for name, file in (("Hang Seng", "port1.txt"), ("DAX", "port2.txt"))
    }
    for name, (mean, sigma) in indices.items():
        for share in (0.5, 0.98):
            shown = f"{name} {len(mean)}, k=10, {share:g}"
            yield Case(shown, chang(mean, sigma, 10, share), tuple(CIRCUITS), Limits())
    mean, sigma = indices["DAX"]
    yield Case("DAX 85 whole, k=3, 0.98", chang(mean, sigma, 3, 0.98), ("ramp, p=3", "searched, p=5"), Limits())
    mean, sigma = (each[:20] if each.ndim == 1 else each[:20, :20] for each in indices["DAX"])
    for name, limits in LIMITED.items():
        problem = replace(chang(mean, sigma, 5, 0.98), **limits)
        yield Case(f"DAX 20, k=5, 0.98, {name}", problem, ("ramp, p=3", "searched, p=5"), Limits())
    mean, sigma = seeded(225, 5)
    yield Case("seeded 225, k=10, 0.98", chang(mean, sigma, 10, 0.98), ("ramp, p=3", "own start, p=5"), Limits(nodes=1))


def chang(mean: Floats, sigma: Floats, k: int, share: float) -> PortfolioProblem:
    """The problem in the terms of the library."""
    return PortfolioProblem((1.0 - share) * mean, sigma, k=k, risk_aversion=share, buy_in=0.01)


def seeded(size: int, seed: int) -> tuple[Floats, Floats]:
    """Mean and covariance of 290 weeks of a factor model with twelve sectors."""
    drawn = np.random.default_rng(seed)
    loads = drawn.normal(0.0, 0.3, (size, 6))
    loads[:, 0] = drawn.uniform(0.5, 1.5, size)
    weeks = drawn.normal(0.0, 0.02, (290, 6)) @ loads.T
    weeks += drawn.normal(0.0, 0.015, (290, 12))[:, drawn.integers(0, 12, size)]
    weeks += drawn.normal(size=(290, size)) * drawn.uniform(0.015, 0.05, size) + drawn.normal(0.002, 0.002, size)
    return weeks.mean(axis=0), np.cov(weeks, rowvar=False)


def line(case: Case, circuit: str) -> str:
    """One row of the table; the circuit's figures before those of its start alone and of random supports."""
    with Stopwatch() as watch:
        found = hybrid(case.problem, CIRCUITS[circuit], case.limits)
    rows = [each for each in (found.ablation.row(source) for source in SOURCES) if each is not None]
    assert len(rows) == len(SOURCES)
    ratios = [np.mean([getattr(each, name) for each in found.proposals]) for name in RATIOS]
    cells = [
        case.name,
        circuit,
        f"{ratios[0]:.3f} / {ratios[1]:.3f}",
        f"{100.0 * np.mean([each.allowed_probability for each in found.proposals]):.1f} %",
        " / ".join(_above(found, each.raw_mean) for each in rows),
        " / ".join(_above(found, each.raw_best) for each in rows),
        " / ".join(_hits(each) for each in rows),
        f"{watch.cpu_s:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


SOURCES = ("qaoa", "start", "random")
RATIOS = ("approximation_ratio", "uniform_ratio")


def _above(found: HybridResult, value: float | None) -> str:
    best = found.portfolio.objective
    return "-" if value is None else f"{100.0 * (value - best) / abs(best):.2f}"


def _hits(row: AblationRow) -> str:
    return f"{row.hits} of {row.polished}"


def main() -> None:
    """Print the table, or put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="replace the table between the page's marks")
    page = parser.parse_args().write
    hybrid(chang(*seeded(12, 1), 3, 0.9), SEARCHED)  # compiled before anything is measured
    lines = [*HEAD]
    for each in lines:
        print(each)
    for case in cases():
        for circuit in case.circuits:
            lines.append(line(case, circuit))
            print(lines[-1], flush=True)
    if page is not None:
        text = page.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        page.write_text("\n".join([before + BEGIN, *lines, END + after]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
