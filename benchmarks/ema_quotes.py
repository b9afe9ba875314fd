"""EMA cross on one million real quotes, audited, against NautilusTrader's quote-tick backtest."""

from collections.abc import Sequence

from benchmarks import feeds
from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Sample,
    Settings,
    absent,
    alternate,
    median,
    median_ratio,
    ours,
    spread,
    theirs,
)

FAST, SLOW = 100, 400
"""Periods in quotes: about 3,500 crosses on a million quotes."""


def measure(settings: Settings) -> Sequence[Figure]:
    """Both reactions of ours and Nautilus in turn; all must find the same crosses."""
    rows = settings.size(1_000_000, 20_000)
    treated = settings.scratch / "quotes.npy"
    feeds.for_peer(feeds.quotes(rows), treated)
    sides = {
        "scan": ours("ema_side", settings.scratch, "--rows", rows, "--fast", FAST, "--slow", SLOW, "--way", "scan"),
        "react": ours("ema_side", settings.scratch, "--rows", rows, "--fast", FAST, "--slow", SLOW, "--way", "react"),
    }
    if settings.peers is not None:
        sides["nautilus"] = theirs(settings, "peer_nautilus", treated, "--fast", FAST, "--slow", SLOW)
    samples = alternate(1 if settings.quick else settings.rounds, sides)
    _agree(samples)
    scan, react = samples["scan"], samples["react"]
    notes = scan[0].notes
    figures = [
        Figure(
            "ours with scan",
            median(scan, lambda s: s.per_cpu_s),
            "rows/s of CPU",
            least=1_000_000,
            note=f"{notes['crosses']:,} crosses, {notes['records']:,} records; {spread(scan, lambda s: s.per_cpu_s)}",
        ),
        Figure(
            "ours row by row",
            median(react, lambda s: s.per_cpu_s),
            "rows/s of CPU",
            least=300_000,
            note=spread(react, lambda s: s.per_cpu_s),
        ),
        Figure("compiling kernels, apart", median(scan, lambda s: float(s.notes["compile_s"])), "s of CPU"),
    ]
    if "nautilus" in samples:
        peer = samples["nautilus"]
        note = f"{peer[0].notes['version']}, run() alone, no orders; {spread(peer, lambda s: s.per_cpu_s)}"
        figures += [
            Figure("NautilusTrader", median(peer, lambda s: s.per_cpu_s), "rows/s of CPU", note=note),
            Figure("scan over NautilusTrader", median_ratio(scan, peer, lambda s: s.per_cpu_s), "times", least=5.0),
            Figure("row by row over NautilusTrader", median_ratio(react, peer, lambda s: s.per_cpu_s), "times"),
        ]
    else:
        figures.append(absent("NautilusTrader", "rows/s of CPU"))
    return figures


def _agree(samples: dict[str, list[Sample]]) -> None:
    """The same crosses, by time and direction, on every side and in every round."""
    found = {name: {(s.notes["crosses"], s.notes["crosses_hash"]) for s in runs} for name, runs in samples.items()}
    if len(set().union(*found.values())) != 1:
        message = f"the sides found different crosses: {found}"
        raise BenchmarkFailedError(message)


BENCHMARK = Benchmark(
    "ema_quotes",
    f"EMA {FAST}/{SLOW} on every quote's mid, one million real EURUSD quotes; ours with the whole audit: blocks, body "
    "hashes, chunk roots, tree, final signed checkpoint, synced. A cross is a recorded signal; no side sends orders.",
    measure,
)
