"""The outside verifier's speed, for information: one file for people to read, not built for speed."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Benchmark, BenchmarkFailedError, Figure, Settings, Stopwatch, median, ours, sample, tell


def measure(settings: Settings) -> Sequence[Figure]:
    """One log, verified once a round."""
    from benchmarks.deal_log import build

    count = settings.size(100_000, 1_000)
    build(settings.scratch / "log", count)
    command = ours("outside_verifier", settings.scratch / "log")
    samples = [sample(command) for _ in range(1 if settings.quick else settings.rounds)]
    return [Figure("outside verifier", median(samples, lambda s: s.per_cpu_s), "events/s of CPU")]


def side(folder: Path) -> None:
    """Verify; anything but a log that holds is a failure."""
    from benchmarks.deal_log import SIGNER
    from tallystick.events.outside.outside_verifier import read_key, verify_log

    key = read_key(str(SIGNER.vkey))
    with Stopwatch() as watch:
        report = verify_log(folder, key, None)
    if report["exit"] != 0:
        message = f"the outside verifier says {report}"
        raise BenchmarkFailedError(message)
    tell(report["records"], watch)


BENCHMARK = Benchmark(
    "outside_verifier",
    "The auditor's single file on a log of 290-byte bodies, every rule, one process. For information only.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    side(parser.parse_args().folder)
