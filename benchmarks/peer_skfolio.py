"""skfolio's side of `quantum_walk_forward`: the data set that comes with it, and its answer to the same problem.

Imports nothing of ours. Its mixed-integer solver is SCIP, which pip installs as PySCIPOpt.
"""

import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np


def export(path: Path) -> None:
    """Days, names and closing prices of 20 stocks."""
    from skfolio.datasets import load_sp500_dataset

    table = load_sp500_dataset()
    days = table.index.to_numpy().astype("datetime64[D]").astype(np.int64)
    np.savez(path, names=np.array(table.columns, dtype=str), days=days, prices=table.to_numpy(dtype=np.float64))


def optimise(asked: Path, path: Path) -> float:
    """Weights of every window; the CPU they took."""
    from skfolio.moments import LedoitWolf
    from skfolio.optimization import MeanRisk
    from skfolio.prior import EmpiricalPrior

    with np.load(asked) as found:
        returns, windows, terms = found["returns"], found["windows"], found["terms"]
    held, buy_in, most = int(terms[0]), float(terms[1]), float(terms[2])
    model = MeanRisk(
        cardinality=held,
        threshold_long=buy_in,
        min_weights=0.0,
        max_weights=most,
        prior_estimator=EmpiricalPrior(covariance_estimator=LedoitWolf()),
        solver="SCIP",
    )
    began = time.process_time()
    weights = [model.fit(returns[start:stop]).weights_ for start, stop in windows.tolist()]
    spent = time.process_time() - began
    np.savez(path, weights=np.array(weights))
    return spent


if __name__ == "__main__":
    import json

    verb, *paths = sys.argv[1:]
    cpu = 0.0
    if verb == "prices":
        export(Path(paths[0]))
    else:
        cpu = optimise(Path(paths[0]), Path(paths[1]))
    versions = {name: version(name) for name in ("skfolio", "PySCIPOpt", "cvxpy-base", "scikit-learn")}
    print(json.dumps({"events": 1, "cpu_s": cpu, "wall_s": cpu, "versions": versions}))
