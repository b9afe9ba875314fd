"""Chained append without sync: everything but the disk."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Benchmark, Figure, Settings, Stopwatch, median, ours, sample, spread, tell


def measure(settings: Settings) -> Sequence[Figure]:
    """Groups of 1,000 events, written and not waited for."""
    events = settings.size(200_000, 1_000)
    rounds = range(1 if settings.quick else settings.rounds)
    command = [ours("append_chained", settings.scratch / f"log-{number}", "--events", events) for number in rounds]
    samples = [sample(each) for each in command]
    speed = median(samples, lambda s: s.per_cpu_s)
    note = spread(samples, lambda s: s.per_cpu_s)
    return [
        Figure("chained append", speed, "events/s of CPU", least=250_000, note=note),
        Figure("of it encoding and its checks", median(samples, lambda s: float(s.notes["encode_us"])), "us/event"),
    ]


def side(folder: Path, count: int) -> None:
    """Append and write; then encode once more, alone."""
    from benchmarks.deal_log import DealLog, Unsynced, deals

    log = DealLog(folder, Unsynced())
    events = deals(count)
    log.append(events[: min(count, 2_000)])
    log.commit()
    with Stopwatch() as watch:
        for begin in range(0, count, 1_000):
            log.append(events[begin : begin + 1_000])
            log.commit()
        log.settle()
    encode = log.catalogue.encode
    with Stopwatch() as encoding:
        for event in events:
            encode(event)
    log.writer.close()
    tell(count, watch, encode_us=encoding.cpu_s / count * 1e6)


BENCHMARK = Benchmark(
    "append_chained",
    "Append without sync: checked canonical encoding of 290-byte bodies, body and leaf hash, chain, decision digest, "
    "tree, groups of 1,000 written to the file.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, required=True)
    options = parser.parse_args()
    side(options.folder, options.events)
