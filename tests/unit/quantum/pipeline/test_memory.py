"""What is asked for is what is taken: the peak of a process, beside the estimate."""

import subprocess
import sys

import pytest

from tallystick.quantum import HybridSettings
from tallystick.quantum.pipeline.reduction import bytes_of

PROGRAM = """
from pathlib import Path
import numpy as np
from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid
def peak():  # not getrusage: its peak is that of the process before this program too
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
rng = np.random.default_rng(1)
past = rng.normal(size=(60, 21))
problem = PortfolioProblem(past.mean(axis=0), np.cov(past, rowvar=False), k=10, risk_aversion=1.0)
terms = dict(shots=10, polish=1, iterations=1, layers=1, {terms})
hybrid(problem, HybridSettings(universe=13, whole=1, sub_universes=1, **terms))
before = peak()
hybrid(problem, HybridSettings(whole=400_000, **terms))
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
@pytest.mark.parametrize(
    ("mixer", "angles"), [("ring", "ramp"), ("ring", "optimise"), ("complete", "optimise"), ("grover", "ramp")]
)
def test_the_estimate_is_above_the_peak_and_not_far_above(mixer: str, angles: str) -> None:
    program = PROGRAM.replace("{terms}", f"mixer={mixer!r}, angles={angles!r}")
    taken = int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)
    settings = HybridSettings(mixer=mixer, angles=angles)  # type: ignore[arg-type]  # one of the words
    assert taken < bytes_of(21, 10, settings) < 4 * taken
