"""EMA cross on one million real quotes, audited, against NautilusTrader's quote-tick backtest."""

from collections.abc import Sequence
from pathlib import Path

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
    sample,
    spread,
    theirs,
)

PERIODS = (100, 400)
"""Periods in quotes: about 3,500 crosses on a million quotes."""
NERVOUS = (12, 26)
"""The strategy's default periods, meant for bars: on quotes a cross every 29 rows."""
UNIT = "rows/s of CPU"

Samples = dict[str, list[Sample]]


def measure(settings: Settings) -> Sequence[Figure]:
    """Every side in turn on the same treated rows; all must find the same crosses."""
    rows = settings.size(1_000_000, 3_000)
    treated = settings.scratch / "quotes.npy"
    feeds.for_peer(feeds.quotes(rows), treated)
    rounds = 1 if settings.quick else settings.rounds
    usual = _run(settings, treated, rows, PERIODS, rounds)
    if settings.quick:
        return _usual(usual)
    nervous = _run(settings, treated, rows, NERVOUS, min(rounds, 3))
    return [*_usual(usual), _cold(settings), *_nervous(nervous)]


def _run(settings: Settings, treated: Path, rows: int, periods: tuple[int, int], rounds: int) -> Samples:
    crossing = ("--fast", periods[0], "--slow", periods[1])
    book = ("--rows", rows, "--source", "quotes", "--no-orders", *crossing)
    folder = settings.scratch / f"{periods[0]}-{periods[1]}"
    folder.mkdir()
    sides = {
        "scan": ours("book_side", folder / "scan", *book),
        "react": ours("book_side", folder / "react", *book, "--way", "react"),
        "bare": ours("ema_side", folder, "--rows", rows, *crossing),
    }
    if settings.peers is not None:
        sides["nautilus"] = theirs(settings, "peer_nautilus", treated, *crossing)
    samples = alternate(rounds, sides)
    found = {name: {(s.notes["crosses"], s.notes["crosses_hash"]) for s in runs} for name, runs in samples.items()}
    if len(set().union(*found.values())) != 1:
        message = f"the sides found different crosses: {found}"
        raise BenchmarkFailedError(message)
    return samples


def _usual(samples: Samples) -> list[Figure]:
    notes = samples["scan"][0].notes
    held = f"{notes['crosses']:,} crosses on every side, {notes['records']:,} records"
    figures = [
        _speed("whole platform, scan", samples["scan"], 1_000_000, f"{held}; "),
        _speed("whole platform, row by row", samples["react"], 300_000),
        _speed("strategy on the bare kernel, scan", samples["bare"], None),
    ]
    if "nautilus" not in samples:
        return [*figures, absent("NautilusTrader", UNIT)]
    peer = samples["nautilus"]
    return [
        *figures,
        _speed("NautilusTrader", peer, None, f"{peer[0].notes['version']}, run() alone; "),
        Figure("whole platform, scan, over NautilusTrader", _over(samples, "scan"), "times", least=5.0),
        Figure("whole platform, row by row, over NautilusTrader", _over(samples, "react"), "times"),
        Figure("bare kernel, scan, over NautilusTrader", _over(samples, "bare"), "times"),
    ]


def _nervous(samples: Samples) -> list[Figure]:
    where = f"periods {NERVOUS[0]}/{NERVOUS[1]}, "
    figures = [
        _speed(
            f"{where}whole platform, scan", samples["scan"], None, f"{samples['scan'][0].notes['crosses']:,} crosses; "
        ),
        _speed(f"{where}bare kernel, scan", samples["bare"], None),
    ]
    if "nautilus" in samples:
        figures.append(Figure(f"{where}whole platform over NautilusTrader", _over(samples, "scan"), "times"))
        figures.append(Figure(f"{where}bare kernel over NautilusTrader", _over(samples, "bare"), "times"))
    return figures


def _cold(settings: Settings) -> Figure:
    """A first run with nothing compiled yet."""
    book = ("--rows", 3_000, "--source", "quotes", "--no-orders", "--fast", PERIODS[0], "--slow", PERIODS[1])
    empty = str(settings.scratch / "nothing-compiled")
    first = sample(ours("book_side", settings.scratch / "cold", *book), NUMBA_CACHE_DIR=empty)
    return Figure("compiling the kernels of this run from nothing", float(first.notes["compile_s"]), "s of CPU")


def _speed(name: str, samples: list[Sample], least: float | None, note: str = "") -> Figure:
    speed = median(samples, lambda s: s.per_cpu_s)
    return Figure(name, speed, UNIT, least=least, note=note + spread(samples, lambda s: s.per_cpu_s))


def _over(samples: Samples, side: str) -> float:
    return median_ratio(samples[side], samples["nautilus"], lambda s: s.per_cpu_s)


BENCHMARK = Benchmark(
    "ema_quotes",
    f"EMA {PERIODS[0]}/{PERIODS[1]} on every quote's mid, one million real EURUSD quotes. Ours with the whole audit: "
    "blocks, body hashes, chunk roots, tree, final signed checkpoint, synced. Whole platform: terminal, portfolio, "
    "orders and risk, whose permission rule denies each order, so that no side sends any; NautilusTrader's strategy "
    "only notes its crosses. The bare kernel runs the strategy alone.",
    measure,
)
