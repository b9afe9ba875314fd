"""The side of `quantum_reach`: one whole index, its diagonal, an evaluation, a gradient, steps, and their memory.

Where it is stands on the error stream, a line for each part and each gradient.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Stopwatch
from tallystick.quantum.angles import linear_ramp
from tallystick.quantum.compiling import njit
from tallystick.quantum.diagonal import cheapest, quadratic_diagonal
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads

AVERSION = 0.5
RAMP = (0.6, -0.8)
"""Last gamma and first beta, for costs scaled to a standard deviation of 1."""

TRIAD = 2**24
"""Numbers in each array of the triad."""


def main() -> None:
    """Print one JSON object: seconds of CPU and of the clock for each part, peak memory, bandwidth."""
    parser = argparse.ArgumentParser()
    parser.add_argument("portfolio", type=Path, help="a file of OR-Library: port1.txt, port2.txt")
    parser.add_argument("--n", type=int, help="the first n assets; all by default")
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--layers", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("float64", "float32"), default="float64")
    parser.add_argument("--steps", type=int, default=0, help="steps of L-BFGS after these; needs scipy")
    options = parser.parse_args()
    mean, covariance = read_portfolio(options.portfolio, options.n)
    space = Subspace(len(mean), options.k)
    parts: dict[str, Any] = {"amplitudes": space.dimension, "bandwidth_gb_s": _bandwidth(options.threads)}
    _say(f"triad {parts['bandwidth_gb_s']:.1f} GB/s; {space.dimension:,} amplitudes, {options.precision}")
    quadratic_diagonal(Subspace(4, 2), np.eye(4), np.zeros(4))
    with Stopwatch() as watch:
        costs = quadratic_diagonal(space, AVERSION * covariance, -mean, threads=options.threads)
    parts |= _spent("diagonal", watch) | {"least": cheapest(space, costs)[0].cost}
    _say(f"costs of all states {watch.wall_s:.1f} s")
    costs -= costs.mean()
    costs /= np.sqrt(np.mean(costs * costs))
    ramp = linear_ramp(options.layers, *RAMP)
    with Stopwatch() as watch:
        qaoa = Qaoa(space, costs, threads=options.threads, precision=options.precision)
    parts |= _spent("tables", watch)
    qaoa.state(ramp.gammas[:1], ramp.betas[:1])
    with Stopwatch() as watch:
        value = qaoa.expectation(ramp.gammas, ramp.betas)
    parts |= _spent("evaluation", watch) | {"value": value}
    _say(f"evaluation {watch.wall_s:.1f} s, {watch.cpu_s:.1f} s of CPU, expected cost {value:.6f} deviations")
    with Stopwatch() as watch:
        found = qaoa.gradient(ramp.gammas, ramp.betas)
    _say(f"gradient {watch.wall_s:.1f} s, {watch.cpu_s:.1f} s of CPU")
    parts |= _spent("gradient", watch) | {"norm": float(np.linalg.norm([*found.gammas, *found.betas]))}
    if options.steps:
        parts |= _descended(qaoa, options)
    parts["peak_gib"] = _peak_gib()
    print(json.dumps({"events": 1, "cpu_s": parts["evaluation_cpu_s"], "wall_s": parts["evaluation_wall_s"], **parts}))


def _peak_gib() -> float:
    """The most memory this process has had resident; POSIX counts it, Windows has no `resource`."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def _descended(qaoa: Qaoa, options: argparse.Namespace) -> dict[str, Any]:
    """Steps of L-BFGS from the ramp: how long, and what they gained.

    A step is an iteration, which moves the angles once; it takes a gradient, and another where the first try of its
    line search is refused. The gradient at the ramp comes before the first step.
    """
    from scipy.optimize import minimize

    layers, values = options.layers, list[float]()
    ramp = linear_ramp(layers, *RAMP)

    def asked(angles: Any) -> tuple[float, Any]:
        with Stopwatch() as one:
            found = qaoa.gradient(angles[:layers], angles[layers:])
        values.append(found.value)
        _say(f"gradient {len(values)}: expected cost {found.value:.6f} deviations, {one.wall_s:.1f} s")
        return found.value, np.concatenate([found.gammas, found.betas])

    with Stopwatch() as watch:
        start = np.array([*ramp.gammas, *ramp.betas])
        limits = {"maxiter": options.steps, "maxfun": 2 * options.steps, "ftol": 0.0, "gtol": 0.0}
        done = minimize(asked, start, jac=True, method="L-BFGS-B", options=limits)
    return _spent("steps", watch) | {"steps": int(done.nit), "gradients": len(values), "value_after": min(values)}


def _bandwidth(threads: int) -> float:
    """GB/s of a triad over arrays far beyond the caches, two read and one written, on so many threads; best of five."""
    a, b, c, over, best = np.zeros(TRIAD), np.ones(TRIAD), np.ones(TRIAD), Threads(threads).over, 0.0
    for _ in range(5):
        with Stopwatch() as watch:
            over(TRIAD, lambda start, stop: _triad(a, b, c, start, stop))
        best = max(best, 3 * a.nbytes / watch.wall_s / 1e9)
    return best


@njit(nogil=True)
def _triad(a: Any, b: Any, c: Any, start: int, stop: int) -> None:
    for x in range(start, stop):
        a[x] = b[x] + 3.0 * c[x]


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def read_portfolio(path: Path, count: int | None) -> tuple[Any, Any]:
    """Mean returns and covariance of a file of OR-Library (Chang et al. 2000), or of the 20 assets kept here."""
    if path.suffix == ".json":
        kept = json.loads(path.read_text(encoding="utf-8"))
        mean, deviation, correlation = (np.array(kept[name]) for name in ("mean", "deviation", "correlation"))
        return mean[:count], (correlation * np.outer(deviation, deviation))[:count, :count]
    words = path.read_text(encoding="ascii").split()
    n = int(words[0])
    assets = np.array(words[1 : 1 + 2 * n], dtype=float).reshape(n, 2)
    correlation = np.zeros((n, n))
    for i, j, value in np.array(words[1 + 2 * n :], dtype=float).reshape(-1, 3):
        correlation[int(i) - 1, int(j) - 1] = correlation[int(j) - 1, int(i) - 1] = value
    size = count or n
    mean, deviation = assets[:size].T
    return mean, correlation[:size, :size] * np.outer(deviation, deviation)


def _spent(part: str, watch: Stopwatch) -> dict[str, float]:
    return {f"{part}_cpu_s": watch.cpu_s, f"{part}_wall_s": watch.wall_s}


if __name__ == "__main__":
    main()
