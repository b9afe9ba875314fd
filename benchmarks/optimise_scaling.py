"""A hundred trials of one optimisation on one core and on two, in turn; wall time, starting the workers included.

The same strategy, rows and research log on both sides. With one job the trials are made in the process that leads;
with two, by two others, while the one that leads records every start before its trial sees a row.
"""

import argparse
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

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

FAST, SLOW = "3..12:1", "20..110:10"


def measure(settings: Settings) -> Sequence[Figure]:
    """Both sides, the same trials."""
    trials, days = settings.size(100, 4), settings.size(365, 20)
    sides = {jobs: ours("optimise_scaling", jobs, trials, days) for jobs in ("1", "2")}
    samples = alternate(1 if settings.quick else settings.rounds, sides)
    one, two = samples["1"], samples["2"]
    if {each.notes["digests"] for each in (*one, *two)} != {one[0].notes["digests"]}:
        message = "one job and two jobs gave different trials"
        raise BenchmarkFailedError(message)
    speed_up = median_ratio(one, two, lambda s: s.wall_s)
    note = f"{trials} trials of {one[0].notes['rows']:,} bars; {spread(two, lambda s: s.wall_s)} s with two"
    return [
        Figure("two jobs over one", speed_up, "times", least=1.8, note=note),
        _a_trial("a trial, one job", one),
    ]


def _a_trial(name: str, samples: list[Sample]) -> Figure:
    note = spread(samples, lambda s: s.wall_s / s.events * 1e3)
    return Figure(name, median(samples, lambda s: s.wall_s / s.events * 1e3), "ms of wall time", note=note)


def side(jobs: int, trials: int, days: int) -> None:
    """One search."""
    from tallystick.events.signer import Ed25519Signer
    from tallystick.market.spans import DAY_NS
    from tallystick.platform.data.demo import YEAR_START_NS, demo_feed
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.judging.optimising import optimize
    from tallystick.platform.judging.research_log import ResearchLog
    from tallystick.platform.judging.sharing import part_of

    euro = Feed([one for one in demo_feed().series if one.symbol == "EURUSD"])
    feed = part_of(euro, YEAR_START_NS, YEAR_START_NS + days * DAY_NS)
    key = Ed25519Signer("benchmark", b"a key for benchmarks, of 32 byte")
    with TemporaryDirectory() as folder:
        log = ResearchLog(Path(folder), key)
        with Stopwatch() as watch:
            study = optimize(
                "ema_cross", feed, parameters={"fast": FAST, "slow": SLOW}, trials=trials, jobs=jobs, research=log
            )
        if len(study.completed) != trials:
            message = f"{len(study.completed)} of {trials} trials came to their end: {study.reports[0].error}"
            raise BenchmarkFailedError(message)
    every = "".join(report.outcome.digest for report in study.completed if report.outcome is not None)
    tell(trials, watch, rows=len(feed), digests=sha256(every.encode()).hexdigest())


BENCHMARK = Benchmark(
    "optimise_scaling",
    "Does an optimisation use both cores? A hundred trials of an EMA cross on a year of hourly EURUSD, each a whole "
    "backtest with its record, each start durable in the research log.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", type=int)
    parser.add_argument("trials", type=int)
    parser.add_argument("days", type=int)
    options = parser.parse_args()
    side(options.jobs, options.trials, options.days)
