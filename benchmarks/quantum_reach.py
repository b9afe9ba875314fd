"""Whole indices by exact simulation: choose 10 of the Hang Seng's 31, 5 of the DAX's 85, ten layers."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Benchmark, BenchmarkFailedError, Figure, Settings, SkippedError, ours
from benchmarks.quantum_problem import SOURCE

LAYERS, STEPS = 10, 30
THREADS, PRECISION = 2, os.environ.get("TALLYSTICK_REACH_PRECISION", "float64")
TRAFFIC = 80
"""Bytes that one layer must move per amplitude: two passes over real and imaginary parts, read and written, and costs
and wrap in between (8 bytes each; see the reference of the project's issue)."""
INDICES = {"Hang Seng": ("port1.txt", 31, 10), "DAX": ("port2.txt", 85, 5)}
MINUTES, GIB = 15.0, 4.0


def measure(settings: Settings) -> Sequence[Figure]:
    """An evaluation, a gradient and 30 gradient steps of each, and what they took."""
    if settings.quick:
        return _figures("DAX, choose 5 of 20", _run(SOURCE, 20, 5, steps=0), meant=False)
    folder = orlib()
    figures: list[Figure] = []
    for name, (file, n, k) in INDICES.items():
        figures += _figures(f"{name}, choose {k} of {n}", _run(folder / file, n, k, steps=STEPS), meant=True)
    return figures


def _run(portfolio: Path, n: int, k: int, *, steps: int) -> dict[str, Any]:
    """One index in a process of its own; what it says of its progress goes to the error stream as it comes."""
    size = ("--n", n, "--k", k, "--layers", LAYERS, "--threads", THREADS, "--precision", PRECISION, "--steps", steps)
    command = ours("quantum_reach_side", portfolio, *size)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        message = f"{' '.join(command[1:])} ended with {done.returncode}"
        raise BenchmarkFailedError(message)
    notes: dict[str, Any] = json.loads(done.stdout)
    return notes


def _figures(where: str, notes: dict[str, Any], *, meant: bool) -> list[Figure]:
    amplitudes = notes["amplitudes"]
    floor = amplitudes * TRAFFIC * LAYERS / (notes["bandwidth_gb_s"] * 1e9)
    size = f"{amplitudes:,} amplitudes, {PRECISION}, {THREADS} threads"
    figures = [
        Figure(
            f"{where}: costs of all states", notes["diagonal_wall_s"], "s", note=f"exact least {notes['least']:.9g}"
        ),
        Figure(f"{where}: evaluation", notes["evaluation_wall_s"], "s", note=size),
        Figure(f"{where}: evaluation, CPU", notes["evaluation_cpu_s"], "s of CPU"),
        Figure(
            f"{where}: floor of memory bandwidth",
            floor,
            "s",
            note=f"triad {notes['bandwidth_gb_s']:.1f} GB/s, {TRAFFIC} B",
        ),
        Figure(f"{where}: evaluation over its floor", notes["evaluation_wall_s"] / floor, "times"),
        Figure(f"{where}: gradient", notes["gradient_wall_s"], "s", note=f"CPU {notes['gradient_cpu_s']:.3g} s"),
        Figure(f"{where}: peak memory", notes["peak_gib"], "GiB", most=GIB if meant else None),
    ]
    if "steps" not in notes:
        return figures
    minutes = sum(notes[f"{part}_wall_s"] for part in ("diagonal", "tables", "evaluation", "gradient", "steps")) / 60
    gained = notes["value"] - notes["value_after"]
    return [
        *figures,
        Figure(
            f"{where}: steps of L-BFGS", notes["steps"], "steps", least=STEPS, note=f"{notes['gradients']} gradients"
        ),
        Figure(f"{where}: evaluation, gradient and steps", minutes, "min", most=MINUTES),
        Figure(f"{where}: expected cost gained on the ramp", gained, "deviations", least=0.0),
    ]


def orlib() -> Path:
    """OR-Library's portfolio files: TALLYSTICK_ORLIB, or ../shared/data/orlib. Raises `SkippedError` without them."""
    folder = Path(os.environ.get("TALLYSTICK_ORLIB", ROOT.parent / "shared" / "data" / "orlib"))
    if not (folder / "port1.txt").exists():
        message = f"no portfolio files of OR-Library in {folder}; set TALLYSTICK_ORLIB to the folder of port1.txt"
        raise SkippedError(message)
    return folder


BENCHMARK = Benchmark(
    "quantum_reach",
    "Whole indices, exactly: all choices of 10 of the Hang Seng's 31 assets (44.4 million) and of 5 of the DAX's 85 "
    "(32.8 million) through ten layers with the XY ring, from a linear ramp, and 30 gradients from there. Where no 2^n "
    "simulator can go (2^85), the measure is the memory: what the bandwidth alone would take.",
    measure,
)
