"""The peers' own environments: `python benchmarks/peers.py` creates them, `interpreter()` finds one.

Peers are fetched by pip into `.cache` on the machine of whoever wants the comparison. Nothing of theirs is imported by
Tallystick, part of its dependencies, or kept in the repository.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache"


@dataclass(frozen=True, slots=True)
class Environment:
    """Peers that install together, and the Python they need ("" is the one that runs this)."""

    folder: str
    requirements: tuple[str, ...]
    python: str = ""


ENVIRONMENTS = {
    "peers": Environment("peers-venv", ("nautilus_trader==1.221.0", "eventsourcing==9.5.6")),
    "backtesters": Environment("backtesters-venv", ("backtesting==0.6.6", "vectorbt==1.2.0", "plotly<6")),
    "simulators": Environment(
        "simulators-venv",
        ("cirq-core==1.6.1", "qsimcirq==0.22.1", "qiskit==2.6.2", "qiskit-aer==0.18.2", "pennylane==0.45.1"),
    ),
    "qokit": Environment(
        "qokit-venv", ("--no-deps", "qokit==0.1.4", "numpy==2.1.3", "numba==0.62.1", "llvmlite==0.45.1"), "3.11"
    ),
    "pyeventbt": Environment("pyeventbt-venv", ("pyeventbt==0.0.14",), "3.12"),
    "skfolio": Environment("skfolio-venv", ("skfolio==1.12.2", "pyscipopt==6.3.0")),
}
"""NautilusTrader 1.221.0 is the last release for Python 3.11 (no wheels for 3.14 and later). vectorbt needs an older
plotly. QOKit's wheel is for Python 3.11 and pins eighteen packages, of which its simulator needs two. PyEventBT needs
Python 3.12: on 3.11 pip finds a placeholder without code. skfolio chooses few assets with SCIP, which PySCIPOpt is."""


def interpreter(name: str = "peers") -> Path | None:
    """The environment's Python, or None where it has not been created."""
    folder = CACHE / ENVIRONMENTS[name].folder
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return python if python.exists() else None


def create(name: str) -> int:
    """Create one environment and install its peers; returns pip's exit code."""
    environment = ENVIRONMENTS[name]
    base = base_python(environment.python)
    if base is None:
        print(f"error[E901] {name} needs Python {environment.python}. Fix: install it, then run this again.")
        return 2
    if interpreter(name) is None:
        subprocess.run([base, "-m", "venv", str(CACHE / environment.folder)], check=True)
    python = interpreter(name)
    if python is None:
        print(f"error[E901] {CACHE / environment.folder} has no Python. Fix: delete that folder and run this again.")
        return 2
    install = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *environment.requirements]
    return subprocess.run(install, check=False).returncode


def base_python(version: str) -> str | None:
    """A Python of that version that starts; the one that runs this when no version is asked for."""
    if not version or sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, installed)):
        if candidate is not None and _starts(candidate):
            return candidate
    return None


def _starts(python: str) -> bool:
    """A name on the path may be a shim for a version that is not chosen."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    raise SystemExit(max(create(name) for name in sys.argv[1:] or ENVIRONMENTS))
