"""QOKit's side of `quantum_engine`: its C simulator for the XY ring, as its makefile builds it or optimised.

Imports nothing of ours. Only the package `qokit.fur` is loaded, for QOKit itself pins eighteen packages. The wheel has
its C sources without their headers, which are written from the definitions; flags are those of QOKit's makefile.
"""

import ctypes
import importlib.util
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from benchmarks.quantum_problem import Answer, Problem, side

SHIPPED = ("-fopenmp", "-fPIC", "-Wall")
FLAGS = {"shipped": SHIPPED, "optimised": (*SHIPPED, "-O3", "-march=native", "-ffast-math")}
DEFINITION = re.compile(r"^void\s+\w+\s*\([^)]*\)", re.MULTILINE)


def made(problem: Problem, what: str) -> tuple[Answer, str]:
    """`what`: shipped or optimised."""
    package = importlib.util.find_spec("qokit")
    if package is None or package.origin is None:
        message = "qokit is not installed; run python benchmarks/peers.py qokit"
        raise SystemExit(message)
    folder = Path(package.origin).parent
    bare = ModuleType("qokit")
    bare.__path__ = [str(folder)]
    sys.modules["qokit"] = bare
    with tempfile.TemporaryDirectory() as build:
        _build(folder / "fur" / "c" / "csim", Path(build), FLAGS[what])
        import qokit.fur.c.csim.libpath as place

        place.libpath = Path(build) / "libcsim.so"
        from qokit.fur.c.qaoa_simulator import QAOAFURXYRingSimulatorC
    simulator = QAOAFURXYRingSimulatorC(problem.n, costs=problem.all_costs())
    start = problem.dicke().astype(complex)

    def evaluate() -> tuple[float, list[float]]:
        result = simulator.simulate_qaoa(problem.gammas, problem.betas, sv0=start)
        return float(simulator.get_expectation(result)), []

    return evaluate, f"QOKit {version('qokit')} {' '.join(FLAGS[what])}"


def _build(where: Path, build: Path, flags: tuple[str, ...]) -> None:
    """Compile the three C files into build/libcsim.so."""
    sources = sorted((where / "src").glob("*.c"))
    for source in sources:
        found = DEFINITION.findall(source.read_text(encoding="utf-8"))
        declared = "".join(f"{each};\n" for each in found)
        (build / f"{source.stem}.h").write_text(f"#pragma once\n#include <stddef.h>\n{declared}", encoding="utf-8")
    command = ["gcc", *flags, "-shared", f"-I{build}", *map(str, sources), "-o", str(build / "libcsim.so"), "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    ctypes.CDLL(str(build / "libcsim.so"))


if __name__ == "__main__":
    side(made)
