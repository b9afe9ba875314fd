"""The portfolio that every side of `quantum_engine` evaluates, as a file of arrays; imports nothing of ours.

DAX data set of OR-Library (Beasley), risk aversion 0.5, costs scaled by QOKit's rule; gammas drawn before betas.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SOURCE = Path(__file__).resolve().parents[1] / "tests" / "golden" / "vectors" / "quantum" / "dax20.json"


@dataclass(frozen=True, slots=True)
class Problem:
    """Choose k of n with costs x'Qx + l'x, and angles of p layers."""

    n: int
    k: int
    quadratic: Floats
    linear: Floats
    gammas: Floats
    betas: Floats

    def all_costs(self) -> Floats:
        """The costs of all 2^n states in numeric order, qubit i being bit i."""
        found = np.zeros(1 << self.n)
        for j in range(self.n):
            cross = np.zeros(1 << j)
            for i in range(j):
                cross[1 << i : 2 << i] = cross[: 1 << i] + self.quadratic[i, j]
            found[1 << j : 2 << j] = found[: 1 << j] + (self.linear[j] + self.quadratic[j, j] + 2.0 * cross)
        return found

    def dicke(self) -> Floats:
        """The start among all 2^n states, the same in either order of the qubits."""
        ones = np.zeros(1 << self.n, dtype=np.int64)
        for j in range(self.n):
            ones[1 << j : 2 << j] = ones[: 1 << j] + 1
        found: Floats = (ones == self.k) / np.sqrt(np.count_nonzero(ones == self.k))
        return found

    def fields(self) -> tuple[Floats, Floats]:
        """Coefficients of Z and of ZZ in the costs, x being (1 - Z)/2; a constant is left out."""
        return -0.5 * (self.linear + self.quadratic.sum(axis=1)), 0.5 * self.quadratic

    def ring(self) -> list[tuple[int, int]]:
        """The ring's gates in order."""
        return [(i, i + 1) for first in (0, 1) for i in range(first, self.n - 1, 2)] + [(0, self.n - 1)]


def write(path: Path, n: int, k: int, layers: int) -> None:
    """Keep the problem where sides find it."""
    source = json.loads(SOURCE.read_text(encoding="utf-8"))
    mean, deviation = (np.array(source[name])[:n] for name in ("mean", "deviation"))
    covariance = 0.5 * np.array(source["correlation"])[:n, :n] * np.outer(deviation, deviation)
    field = mean - covariance.sum(axis=1)
    scale = 1.0 / np.sqrt(np.mean(covariance**2) + np.mean(field**2))
    rng = np.random.default_rng(0)
    gammas, betas = rng.uniform(0, 0.6, layers), rng.uniform(0, 0.8, layers)
    np.savez(path, n=n, k=k, quadratic=scale * covariance, linear=-scale * mean, gammas=gammas, betas=betas)


def read(path: Path) -> Problem:
    """What `write` kept."""
    kept = np.load(path)
    arrays = (kept[name] for name in ("quadratic", "linear", "gammas", "betas"))
    return Problem(int(kept["n"]), int(kept["k"]), *arrays)


Answer = Callable[[], tuple[float, list[float]]]
"""One evaluation or gradient: the expected cost, and derivatives by gammas and betas where there are any."""


def side(made: Callable[[Problem, str], tuple[Answer, str]]) -> None:
    """Run a side from the command line: once to warm up, then until it took its time; print the CPU per run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem", type=Path)
    parser.add_argument("--what", default="evaluation")
    parser.add_argument("--least-s", type=float, default=0.3, help="CPU seconds to measure at least")
    parser.add_argument("--warm", action="store_true", help="one run before measuring")
    options = parser.parse_args()
    answer, version = made(read(options.problem), options.what)
    if options.warm:
        answer()
    cpu, wall, runs = time.process_time(), time.perf_counter(), 0
    while not runs or time.process_time() - cpu < options.least_s:
        value, gradient = answer()
        runs += 1
    spent: dict[str, Any] = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    print(json.dumps({"events": runs, **spent, "value": value, "gradient": gradient, "version": version}))
