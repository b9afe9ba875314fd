"""An EMA cross through `on_bar` on 500,000 real hourly bars, beside the backtesters that people compare us with."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import feeds, peers
from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Sample,
    Settings,
    alternate,
    median,
    median_ratio,
    ours,
    spread,
)

CALM, BUSY = (100, 400), (8, 21)
"""Periods in bars: a low and a high turnover (about 2,500 and 48,000 orders on half a million bars)."""
README = (10, 30)
README_ROWS = 69_928
"""The bars PyEventBT is given: it takes half a minute for them, and longer a bar the more there are."""
UNIT = "bars/s of CPU"
SIDES = {
    "NautilusTrader": ("peers", "peer_nautilus_bars"),
    "backtesting.py": ("backtesters", "peer_backtesting"),
    "vectorbt": ("backtesters", "peer_vectorbt"),
}
PYEVENTBT = ("pyeventbt", "peer_pyeventbt")
LEAST = {"calm": 50_000.0, "busy": 50_000.0}


def measure(settings: Settings) -> Sequence[Figure]:
    """Low and high turnover against three peers, and PyEventBT's own example against ours."""
    rounds = 1 if settings.quick else min(settings.rounds, 3)
    rows = settings.size(500_000, 3_000)
    figures: list[Figure] = []
    for name, periods in (("calm", CALM), ("busy", BUSY)):
        figures += _compared(settings, name, rows, periods, rounds)
    return [*figures, *_readme(settings, rounds)]


def _compared(settings: Settings, name: str, rows: int, periods: tuple[int, int], rounds: int) -> list[Figure]:
    bars = settings.scratch / f"bars-{rows}.npy"
    feeds.bars_for_peer(feeds.bars(rows), bars)
    sides = {"ours": _own(settings, name, rows, periods)}
    sides |= {peer: theirs_on(where, bars, periods) for peer, where in SIDES.items() if peers.interpreter(where[0])}
    samples = alternate(rounds, sides)
    notes = samples["ours"][0].notes
    if not settings.quick and name == "busy" and notes["orders"] < 40_000:
        message = f"only {notes['orders']:,} orders were sent on {rows:,} bars"
        raise BenchmarkFailedError(message)
    where = f"EMA {periods[0]}/{periods[1]}"
    figures = [_speed(f"{where}: ours, on_bar, every server rule, audited", samples["ours"], LEAST[name])]
    for peer, (environment, _) in SIDES.items():
        if peer not in samples:
            figures.append(absent_in(environment, f"{where}: {peer}"))
            continue
        figures.append(_speed(f"{where}: {peer}", samples[peer], None))
        ratio = median_ratio(samples["ours"], samples[peer], _per_s)
        figures.append(Figure(f"{where}: ours over {peer}", ratio, "times"))
    return figures


def _readme(settings: Settings, rounds: int) -> list[Figure]:
    """PyEventBT's README strategy: two simple averages, reversed at every cross."""
    environment, _ = PYEVENTBT
    if peers.interpreter(environment) is None:
        return [absent_in(environment, "SMA 10/30: PyEventBT")]
    rows = settings.size(README_ROWS, 1_000)
    bars = settings.scratch / f"bars-{rows}.npy"
    feeds.bars_for_peer(feeds.bars(rows), bars)
    sides = {"ours": _own(settings, "readme", rows, README), "PyEventBT": theirs_on(PYEVENTBT, bars, README)}
    samples = alternate(rounds, sides)
    ratio = median_ratio(samples["ours"], samples["PyEventBT"], _per_s)
    return [
        _speed("SMA 10/30: ours, on_bar", samples["ours"], None),
        _speed("SMA 10/30: PyEventBT, its README's strategy", samples["PyEventBT"], None),
        Figure("SMA 10/30: ours over PyEventBT", ratio, "times", least=20.0),
    ]


def _own(settings: Settings, name: str, rows: int, periods: tuple[int, int]) -> list[str]:
    average = "sma" if name == "readme" else "ema"
    size = ("--rows", rows, "--fast", periods[0], "--slow", periods[1], "--average", average)
    return ours("on_bar_side", settings.scratch / f"own-{name}", *size)


def theirs_on(where: tuple[str, str], bars: Path, periods: tuple[int, int]) -> list[str]:
    """Command of a peer's side over bars in a file."""
    environment, module = where
    return [
        str(peers.interpreter(environment)),
        "-m",
        f"benchmarks.{module}",
        str(bars),
        *("--fast", str(periods[0]), "--slow", str(periods[1])),
    ]


def _speed(name: str, samples: list[Sample], least: float | None) -> Figure:
    notes = samples[0].notes
    parts = [str(notes["version"])] if "version" in notes else []
    note = "; ".join([*parts, f"{notes['orders']:,} orders", spread(samples, _per_s)])
    return Figure(name, median(samples, _per_s), UNIT, least=least, note=note)


def _per_s(one: Sample) -> float:
    return one.per_cpu_s


def absent_in(environment: str, name: str) -> Figure:
    """The figure of a peer whose environment does not exist."""
    note = f"SKIPPED: the peers' environment {environment} does not exist; run python benchmarks/peers.py {environment}"
    return Figure(name, None, UNIT, note=note)


BENCHMARK = Benchmark(
    "bars_peers",
    "An EMA cross on 500,000 real hourly EURUSD bars, repeated. Ours through a user's `on_bar`, with the simulated "
    "terminal's server rules, every risk rule, commission and swap, and the whole audit, synced and signed. The peers "
    "as their users write them: backtesting.py and vectorbt compute the averages as whole arrays, NautilusTrader "
    "streams them; none keeps a verifiable record. PyEventBT, which slows down with the number of bars, runs its "
    f"README's strategy on {README_ROWS:,} bars.",
    measure,
)
