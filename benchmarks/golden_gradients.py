"""Gradients by lightning's adjoint, kept for the engine's tests: `python -m benchmarks.golden_gradients`.

Writes tests/golden/vectors/quantum/lightning_adjoint.json from the peers' environment (`python benchmarks/peers.py
simulators`); the tests themselves need no peer.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks import peers, quantum_problem
from benchmarks.harness import CACHE, ROOT, sample

KEPT = ROOT / "tests/golden/vectors/quantum/lightning_adjoint.json"
SIZES = ((12, 3), (12, 6), (16, 4), (20, 5))
LAYERS = 10


def main() -> int:
    """Ask the peer, keep what it says with its version."""
    python = peers.interpreter("simulators")
    if python is None:
        print("error[E901] the simulators' environment does not exist. Fix: python benchmarks/peers.py simulators")
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    gradients: dict[str, list[float]] = {}
    version = ""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        for n, k in SIZES:
            problem = Path(scratch) / f"{n}-{k}.npz"
            quantum_problem.write(problem, n, k, LAYERS)
            command = [str(python), "-m", "benchmarks.peer_qlightning", str(problem), "--what", "gradient"]
            notes = sample([*command, "--least-s", "0"], OMP_NUM_THREADS="1").notes
            gradients[f"{n},{k}"], version = notes["gradient"], notes["version"]
    said = {
        "source": "lightning.qubit, diff_method adjoint, complex128; benchmarks/peer_qlightning.py",
        "command": "python -m benchmarks.golden_gradients",
        "version": version,
        "order": f"derivatives by {LAYERS} gammas, then by {LAYERS} betas, of the angles of quantum_problem.write",
        "gradients": gradients,
    }
    KEPT.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
