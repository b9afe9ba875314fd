"""Replay with bit comparison of a book that trades all day, under full risk."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.bars_turnover import FAST, SLOW, book
from benchmarks.harness import Benchmark, Figure, Settings, median, ours, sample, spread


def measure(settings: Settings) -> Sequence[Figure]:
    """The book is simulated once, then replayed once a round."""
    written = sample(book(settings, Path("book"), settings.size(100_000, 3_000)))
    rounds = 1 if settings.quick else settings.rounds
    samples = [sample(ours("book_side", settings.scratch / "book", "--replay")) for _ in range(rounds)]
    speed = median(samples, lambda s: s.per_cpu_s)
    note = f"{written.notes['orders']:,} orders; {spread(samples, lambda s: s.per_cpu_s)}"
    return [
        Figure("replay with bit comparison", speed, "events/s of CPU", least=30_000, note=note),
        Figure("the run itself, written and synced", written.notes["records"] / written.cpu_s, "events/s of CPU"),
        Figure("loading kernels and a first replay, apart", median(samples, lambda s: s.notes["load_s"]), "s of CPU"),
    ]


BENCHMARK = Benchmark(
    "replay_turnover",
    f"Replay of EMA {FAST}/{SLOW} on 100,000 real hourly bars with the simulated terminal and every risk rule: the "
    "terminal's answers are computed anew and compared too. The compiled kernels have been loaded before, in both.",
    measure,
)
