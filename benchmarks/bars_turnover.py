"""A book that trades all day: bars a second in simulation, and events a second in replay."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Settings,
    median,
    ours,
    sample,
    spread,
)

FAST, SLOW = 9, 26
"""Periods in bars: about 20,500 crosses on half a million bars, each closing one position and opening the other."""


def book(settings: Settings, folder: Path, rows: int) -> list[str]:
    """Command that simulates the book; `replay_turnover` replays the same."""
    size = ("--rows", rows, "--source", "bars", "--fast", FAST, "--slow", SLOW)
    return ours("book_side", settings.scratch / folder, *size)


def measure(settings: Settings) -> Sequence[Figure]:
    """The same run once a round, each in a folder of its own."""
    rows = settings.size(500_000, 3_000)
    rounds = 1 if settings.quick else min(settings.rounds, 3)
    samples = [sample(book(settings, Path(f"book-{number}"), rows)) for number in range(rounds)]
    notes = samples[0].notes
    if not settings.quick and notes["orders"] < 40_000:
        message = f"only {notes['orders']:,} orders were sent on {rows:,} bars"
        raise BenchmarkFailedError(message)
    note = f"{notes['orders']:,} orders, {notes['records']:,} records; {spread(samples, lambda s: s.per_cpu_s)}"
    records = median(samples, lambda s: float(s.notes["records"]) / s.cpu_s)
    return [
        Figure("bars", median(samples, lambda s: s.per_cpu_s), "bars/s of CPU", least=50_000, note=note),
        Figure("events logged", records, "events/s of CPU"),
        Figure(
            "compiling kernels and a warm-up run, apart", median(samples, lambda s: s.notes["compile_s"]), "s of CPU"
        ),
    ]


BENCHMARK = Benchmark(
    "bars_turnover",
    f"EMA {FAST}/{SLOW} on 500,000 real hourly bars (the demo's year of EURUSD, repeated): simulated terminal, every "
    "risk rule asked for every order, commissions and swaps, the whole audit, synced and signed.",
    measure,
)
