"""An unchanged MT5 bot in `tallystick mt5 exec`, against PyEventBT's backtest of the same rule."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import feeds, peers
from benchmarks.bars_peers import PYEVENTBT, absent_in, theirs_on
from benchmarks.harness import Benchmark, Figure, Sample, Settings, alternate, median, median_ratio, ours, spread

PERIODS = (10, 30)
YEAR, TICKS = 6_288, 1_000_000


def measure(settings: Settings) -> Sequence[Figure]:
    """A year of hourly bars, and a million ticks; the peer's bars are the minutes of the same ticks."""
    hours = settings.size(YEAR, 600)
    year = settings.scratch / "year.npy"
    feeds.bars_for_peer(feeds.bars(hours), year)
    ticks = feeds.quotes(settings.size(TICKS, 20_000))
    exported, minutes = settings.scratch / "EURUSD_ticks.csv", settings.scratch / "minutes.npy"
    feeds.ticks_as_exported(ticks, exported)
    feeds.minutes_for_peer(ticks, minutes)
    bars = f"EURUSD={feeds.BAR_YEAR}@fixed:-05:00"
    return [
        *_against(settings, "a year of H1", bars, ("TIMEFRAME_H1", "3600"), hours, year),
        *_against(settings, "a million ticks", f"EURUSD={exported}@utc", ("TIMEFRAME_M1", "60"), len(ticks), minutes),
    ]


def _against(
    settings: Settings, where: str, data: str, polling: tuple[str, str], rows: int, theirs: Path
) -> list[Figure]:
    bot = (*map(str, PERIODS), *polling)
    side = ours("mt5_exec_side", settings.scratch / "book", data, "--rows", rows, "--bot", *bot)
    sides = {"ours": side}
    environment, _ = PYEVENTBT
    if peers.interpreter(environment) is not None:
        sides["PyEventBT"] = theirs_on(PYEVENTBT, theirs, PERIODS)
    samples = alternate(1 if settings.quick else min(settings.rounds, 3), sides)
    own = samples["ours"]
    note = f"{own[0].notes['calls']:,} calls, {own[0].notes['orders']:,} orders; {spread(own, _cpu)}"
    figures = [Figure(f"{where}: ours, both processes and their start", median(own, _cpu), "s of CPU", note=note)]
    if "PyEventBT" not in samples:
        return [*figures, absent_in(environment, f"{where}: PyEventBT over ours")]
    peer = samples["PyEventBT"]
    note = (
        f"{peer[0].notes['version']}; {peer[0].events:,} bars, {peer[0].notes['orders']:,} orders; {spread(peer, _cpu)}"
    )
    return [
        *figures,
        Figure(f"{where}: PyEventBT, whole process", median(peer, _whole), "s of CPU", note=note),
        Figure(f"{where}: PyEventBT, its backtest alone", median(peer, _cpu), "s of CPU"),
        Figure(f"{where}: PyEventBT over ours, whole processes", median_ratio(peer, own, _whole), "times", least=3.0),
        Figure(f"{where}: PyEventBT's backtest alone over ours", median_ratio(peer, own, _cpu), "times"),
    ]


def _whole(one: Sample) -> float:
    """Of ours all is measured anyway."""
    return float(one.notes.get("process_s", one.cpu_s))


def _cpu(one: Sample) -> float:
    return one.cpu_s


BENCHMARK = Benchmark(
    "mt5_exec",
    "Two simple averages (10, 30), reversed at a cross. Ours is an unchanged MT5 bot that polls the terminal every "
    "hour (or minute): two processes, the signed log and the run's result, with start-up from bytecode, no page. "
    "PyEventBT 0.0.14 runs the same rule on the bars, of the ticks on their M1 bars: its whole process, and "
    "its backtest() alone.",
    measure,
)
