"""Whole indices of the OR-Library: the best portfolio of ten assets, its bound, and the CPU that each of them took.

`python -m benchmarks.quantum_indices PATH...` takes port files (port1.txt to port5.txt) and prints a row for each of
five objectives: Chang et al. 2000 with three shares on the variance, bounds of 0.01 to 1, and the binary model with
two. `--starts` and `--nodes` spend more, to see whether anything better is there.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.harness import Stopwatch
from benchmarks.quantum_reach_side import read_portfolio
from tallystick.quantum.classical.branch import solve
from tallystick.quantum.classical.cardinality import CardinalityProblem, Limits
from tallystick.quantum.classical.swap import search

HELD = 10
CHANG, BINARY = (0.5, 0.9, 0.98), (0.5, 2.0)
HEAD = """| file | assets | model | share | objective | search CPU s | search above it | bound | gap | nodes | CPU s |
|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


def cases(path: Path) -> Iterator[tuple[str, float, CardinalityProblem]]:
    """Model, its parameter and the problem."""
    mean, covariance = read_portfolio(path, None)
    n = len(mean)
    ones, buy_in = np.ones(n), np.full(n, 0.01)
    for share in CHANG:
        yield "Chang", share, CardinalityProblem(share * covariance, (1.0 - share) * mean, HELD, buy_in, ones)
    for aversion in BINARY:
        yield "binary", aversion, CardinalityProblem(aversion * covariance, mean, HELD, ones, ones, total=float(HELD))


def row(path: Path, model: str, parameter: float, problem: CardinalityProblem, limits: Limits) -> str:
    """One line of the table: the search alone, then all of it again with its tree."""
    with Stopwatch() as searching:
        searched = search(problem, limits)
    with Stopwatch() as solving:
        found = solve(problem, limits)
    above = (np.inf if searched is None else searched.objective - found.objective) / abs(found.objective)
    cells = (
        path.name,
        problem.size,
        model,
        f"{parameter:g}",
        f"{found.objective:.9e}",
        f"{searching.cpu_s:.2f}",
        f"{above:.1e}",
        f"{found.bound:.9e}",
        f"{found.gap:.1e}",
        found.nodes,
        f"{solving.cpu_s:.2f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="port files of the OR-Library")
    parser.add_argument("--starts", type=int, default=Limits().starts, help="of the swap search")
    parser.add_argument("--nodes", type=int, help="of the tree; by default as many as Limits gives for the size")
    parser.add_argument("--only", choices=("Chang", "binary"), help="one model")
    options = parser.parse_args(arguments)
    limits = Limits(starts=options.starts, nodes=options.nodes)
    _, _, small = next(cases(options.paths[0]))
    solve(small, Limits(starts=1, nodes=1))  # compiles what is to be compiled before anything is timed
    print(HEAD)
    for path in options.paths:
        for model, parameter, problem in cases(path):
            if options.only in {None, model}:
                print(row(path, model, parameter, problem, limits), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
