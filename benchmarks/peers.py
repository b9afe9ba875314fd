"""The peers' own environment: `python benchmarks/peers.py` creates it, `interpreter()` finds it.

Peers are fetched by pip into `.cache/peers-venv` on the machine of whoever wants the comparison. Nothing of theirs is
imported by Tallystick, part of its dependencies, or kept in the repository.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

VENV = Path(__file__).resolve().parents[1] / ".cache" / "peers-venv"
REQUIREMENTS = ("nautilus_trader==1.221.0", "eventsourcing==9.5.6")
"""NautilusTrader 1.221.0 is the last release for Python 3.11; it has no wheels for Python 3.14 and later."""


def interpreter() -> Path | None:
    """The environment's Python, or None where it has not been created."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return python if python.exists() else None


def create() -> int:
    """Create the environment and install the peers; returns pip's exit code."""
    if not VENV.exists():
        venv.create(VENV, with_pip=True)
    python = interpreter()
    if python is None:
        print(f"error[E901] {VENV} has no Python. Fix: delete that folder and run this again.", file=sys.stderr)
        return 2
    install = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *REQUIREMENTS]
    return subprocess.run(install, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(create())
