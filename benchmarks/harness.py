"""How a benchmark measures: each side in a process of its own, sides in turn (A B A B ...), medians, ratios per round.

A side is a command that prints one JSON object as its last line: `events`, `cpu_s` (user and system), `wall_s` of the
measured part alone, and anything else worth keeping. A ratio is taken within each round, so that both of its numbers
saw the same load of the machine, and the median of the rounds counts.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one side."""

    events: int
    cpu_s: float
    wall_s: float
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def per_cpu_s(self) -> float:
        """Events for each second of CPU."""
        return self.events / self.cpu_s

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU for each event."""
        return self.cpu_s / self.events * 1e6


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the report, None when it was not measured; `least` or `most` is the project's target, if any."""

    name: str
    value: float | None
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.value is None:
            return None
        if self.least is not None:
            return self.value >= self.least
        if self.most is not None:
            return self.value <= self.most
        return None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a benchmark is run with. `quick` asks only that every part runs; its figures mean nothing."""

    quick: bool
    rounds: int
    scratch: Path
    peers: Path | None
    """Interpreter of the peers' environment, or None where it does not exist."""

    def size(self, full: int, quick: int) -> int:
        """The number of events to measure with."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A question and the way to its figures."""

    name: str
    question: str
    measure: Callable[[Settings], Sequence[Figure]]


class BenchmarkFailedError(RuntimeError):
    """A side did not end in good order, or two sides that must agree did not."""


class SkippedError(RuntimeError):
    """A benchmark cannot run here; the message says what to do."""


def absent(name: str, unit: str) -> Figure:
    """The figure of a peer that is not installed here; its note names the command that installs it."""
    return Figure(
        name, None, unit, note="SKIPPED: the peers' environment does not exist; run python benchmarks/peers.py"
    )


def ours(module: str, *arguments: object) -> list[str]:
    """Command of one of our sides: `python -m benchmarks.<module> ...` under this interpreter."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def theirs(settings: Settings, module: str, *arguments: object) -> list[str]:
    """Command of a peer's side, under the peers' interpreter."""
    if settings.peers is None:
        message = "the peers' environment does not exist; create it: python benchmarks/peers.py"
        raise SkippedError(message)
    return [str(settings.peers), "-m", f"benchmarks.{module}", *map(str, arguments)]


def sample(command: Sequence[str], **settings: str) -> Sample:
    """Run one side once, with `settings` in its environment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        message = f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stderr.strip()[-2000:]}"
        raise BenchmarkFailedError(message)
    notes = json.loads(done.stdout.strip().splitlines()[-1])
    return Sample(notes.pop("events"), notes.pop("cpu_s"), notes.pop("wall_s"), notes)


def alternate(rounds: int, sides: Mapping[str, Sequence[str]]) -> dict[str, list[Sample]]:
    """Run every side once a round, in the order given, `rounds` times."""
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, command in sides.items():
            samples[name].append(sample(command))
    return samples


def median(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """Median of a value over the rounds."""
    return statistics.median(map(value, samples))


def median_ratio(over: Sequence[Sample], under: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """Median over the rounds of the ratio of two sides of one round."""
    return statistics.median(value(a) / value(b) for a, b in zip(over, under, strict=True))


def spread(samples: Sequence[Sample], value: Callable[[Sample], float]) -> str:
    """Lowest and highest of the rounds, for a note."""
    values = sorted(map(value, samples))
    return f"{values[0]:,.4g} to {values[-1]:,.4g} in {len(values)} rounds"


class Stopwatch:
    """CPU (this process, all threads) and wall seconds of `with` blocks, summed over all of them."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.wall_s = 0.0
        self.last_wall_s = 0.0

    def __enter__(self) -> Self:
        """Start."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.cpu_s += time.process_time() - self._cpu
        self.last_wall_s = time.perf_counter() - self._wall
        self.wall_s += self.last_wall_s


def tell(events: int, watch: Stopwatch, **notes: Any) -> None:
    """Print a side's result for `sample`."""
    print(json.dumps({"events": events, "cpu_s": watch.cpu_s, "wall_s": watch.wall_s, **notes}))
