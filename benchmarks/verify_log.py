"""Verification with every rule of the format, on one core and on two."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree

from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Sample,
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
    """Sealed logs, each verified on one core and on two, in turn."""
    from benchmarks.deal_log import build
    from tallystick.events import compiled
    from tallystick.events.types.trading import DealMade, OrderDenied

    compiled.load()
    compiled.load_walking()  # compiled here, if never before, and kept
    count, more = settings.size(600_000, 2_000), settings.size(5_000_000, 4_000)
    deals, denials, long = (settings.scratch / name for name in ("deals", "denials", "long"))
    build(deals, count, DealMade)
    build(denials, count, OrderDenied)
    build(long, more, DealMade)
    sides = {
        "deals": ours("verify_log", deals, "--cores", 1),
        "two": ours("verify_log", deals, "--cores", 2),
        "denials": ours("verify_log", denials, "--cores", 1),
        "long": ours("verify_log", long, "--cores", 1),
        "long two": ours("verify_log", long, "--cores", 2),
    }
    samples = alternate(1 if settings.quick else settings.rounds, sides)
    rmtree(long)  # two gigabytes
    one, lean = samples["deals"], samples["denials"]
    return [
        _one_core("bodies of 5 fields, one core", lean),
        _one_core("bodies of 17 fields, one core", one),
        _two_cores(one, samples["two"]),
        _two_cores(samples["long"], samples["long two"], least=1.7),
    ]


def _two_cores(one: list[Sample], two: list[Sample], least: float | None = None) -> Figure:
    name = f"two cores over one, {one[0].events:,} records"
    speed_up = median_ratio(one, two, lambda s: s.wall_s)
    note = "wall time; loading the compiled loops included"
    return Figure(name, speed_up, "times", least=least, note=note)


def _one_core(name: str, samples: list[Sample]) -> Figure:
    note = f"{samples[0].events:,} records; {spread(samples, lambda s: s.per_cpu_s)}"
    return Figure(name, median(samples, lambda s: s.per_cpu_s), "events/s of CPU", least=300_000, note=note)


def side(folder: Path, cores: int) -> None:
    """Verify; anything but a log that holds is a failure."""
    from benchmarks.deal_log import SIGNER
    from tallystick.events.verify import verify

    with Stopwatch() as watch:
        verdict = verify(folder, SIGNER.vkey, cores=cores)
    if verdict.exit_code != 0:
        message = f"the log that was just written: {verdict}"
        raise BenchmarkFailedError(message)
    tell(verdict.records, watch)


BENCHMARK = Benchmark(
    "verify_log",
    "Verification of a sealed log of trading events with bodies of 290 bytes: chain, both hashes, causality, canonical "
    "bodies, declarations, decision digest, tree, checkpoint. Loading the compiled loops is part of it.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cores", type=int, required=True)
    options = parser.parse_args()
    side(options.folder, options.cores)
