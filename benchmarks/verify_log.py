"""Verification with every rule of the format, on one core and on two."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Settings,
    Stopwatch,
    alternate,
    median,
    median_ratio,
    ours,
    spread,
    tell,
)


def measure(settings: Settings) -> Sequence[Figure]:
    """One sealed log, verified by one process and by two, in turn."""
    from benchmarks.deal_log import build

    count = settings.size(600_000, 2_000)
    folder = settings.scratch / "log"
    build(folder, count)
    sides = {name: ours("verify_log", folder, "--processes", name) for name in ("1", "2")}
    samples = alternate(1 if settings.quick else settings.rounds, sides)
    one, two = samples["1"], samples["2"]
    note = f"{count:,} deals; {spread(one, lambda s: s.per_cpu_s)}"
    speed_up = median_ratio(one, two, lambda s: s.wall_s)
    return [
        Figure("verify, one core", median(one, lambda s: s.per_cpu_s), "events/s of CPU", least=300_000, note=note),
        Figure("two processes over one", speed_up, "times", least=1.7, note="wall time, starting the second included"),
    ]


def side(folder: Path, processes: int) -> None:
    """Verify; anything but a log that holds is a failure."""
    from benchmarks.deal_log import SIGNER
    from tallystick.events.verify import verify

    with Stopwatch() as watch:
        verdict = verify(folder, SIGNER.vkey, processes=processes)
    if verdict.exit_code != 0:
        message = f"the log that was just written: {verdict}"
        raise BenchmarkFailedError(message)
    tell(verdict.records, watch)


BENCHMARK = Benchmark(
    "verify_log",
    "Verification of a sealed log of 290-byte bodies: chain, both hashes, causality, canonical bodies, declarations, "
    "decision digest, tree, checkpoint.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, required=True)
    options = parser.parse_args()
    side(options.folder, options.processes)
