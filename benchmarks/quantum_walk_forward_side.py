"""Our side of `quantum_walk_forward`: weights of every month by each of our ways, from the same rows as the peer's."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.estimators.covariance import ledoit_wolf
from tallystick.quantum.estimators.hierarchical import hierarchical_risk_parity
from tallystick.quantum.pipeline.hybrid import hybrid
from tallystick.quantum.pipeline.result import HybridResult
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import Portfolio, solve

Floats = NDArray[np.float64]
SETTINGS = HybridSettings(layers=3, angles="ramp", seed=0)


def main(asked: Path, path: Path) -> None:
    """Choose, write the weights, say what it took."""
    with np.load(asked) as found:
        returns, windows, terms = found["returns"], found["windows"], found["terms"]
    n = returns.shape[1]
    spent = dict.fromkeys(("solve", "hybrid", "least", "hrp"), 0.0)
    weights: dict[str, list[Floats]] = {name: [] for name in ("solve", "hybrid", "equal", "least", "hrp")}
    alone: list[Portfolio] = []
    mixed: list[HybridResult] = []

    def timed(name: str, make: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = make()
        spent[name] += time.process_time() - began
        return made

    solve(_few(ledoit_wolf(returns[:100]), terms))  # compiles
    hybrid(_few(ledoit_wolf(returns[:100]), terms), SETTINGS)
    for start, stop in windows.tolist():
        sigma = ledoit_wolf(returns[start:stop])
        few = _few(sigma, terms)
        alone.append(timed("solve", partial(solve, few)))
        mixed.append(timed("hybrid", partial(hybrid, few, SETTINGS)))
        weights["least"].append(timed("least", partial(solve, PortfolioProblem(np.zeros(n), sigma))).weights)
        weights["hrp"].append(timed("hrp", partial(hierarchical_risk_parity, sigma)))
        weights["equal"].append(np.full(n, 1.0 / n))
        weights["solve"].append(alone[-1].weights)
        weights["hybrid"].append(mixed[-1].portfolio.weights)
    answers: dict[str, Any] = {name: np.array(each) for name, each in weights.items()}
    answers |= {"objective": [each.objective for each in alone], "bound": [each.bound for each in alone]}
    np.savez(path, **answers)
    total = sum(spent.values())
    print(json.dumps({"events": len(windows), "cpu_s": total, "wall_s": total, "spent": spent, **_said(mixed)}))


def _few(sigma: Floats, terms: Floats) -> PortfolioProblem:
    """Least variance of at most five."""
    return PortfolioProblem(
        np.zeros(len(sigma)), sigma, k=int(terms[0]), fewest=1, buy_in=float(terms[1]), upper=float(terms[2])
    )


def _said(mixed: list[HybridResult]) -> dict[str, Any]:
    """How the circuit's supports stood to random ones and to the classical answer, month by month."""
    counts = {"better": 0, "ratio": 0.0, "uniform": 0.0, "below_random": 0, "hits": 0, "random_hits": 0, "polished": 0}
    raw: list[tuple[float, float]] = []
    for each in mixed:
        rows = {row.source: row for row in each.ablation.rows}
        counts["better"] += each.portfolio.objective < each.classical.objective * (1.0 - 1e-9)
        counts["hits"] += rows["qaoa"].hits
        counts["random_hits"] += rows["random"].hits
        counts["polished"] += rows["qaoa"].polished
        qaoa, random = rows["qaoa"].raw_mean, rows["random"].raw_mean
        if qaoa is not None and random is not None:
            raw.append((qaoa / each.classical.objective, random / each.classical.objective))
        counts["ratio"] += float(np.mean([one.approximation_ratio for one in each.proposals])) / len(mixed)
        counts["uniform"] += float(np.mean([one.uniform_ratio for one in each.proposals])) / len(mixed)
    counts["below_random"] = sum(qaoa < random for qaoa, random in raw)
    means = np.mean(raw, axis=0).tolist() if raw else [None, None]
    return {"circuit": {**counts, "raw_qaoa": means[0], "raw_random": means[1]}, "settings": repr(SETTINGS)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
