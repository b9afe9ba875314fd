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
    noted_us = median(samples, lambda s: float(s.notes["noted_us"]))
    return [
        Figure("chained append", speed, "events/s of CPU", least=250_000, note=note),
        Figure("the same, not trading: no decision digest", 1e6 / noted_us, "events/s of CPU"),
        Figure("encoding and its checks", median(samples, lambda s: float(s.notes["encode_us"])), "us/event"),
    ]


def side(folder: Path, count: int) -> None:
    """Append and write groups of events just made, as in a run; encode as many more, alone."""
    from benchmarks.deal_log import DealLog, DealNoted, Unsynced, deals
    from tallystick.events import compiled
    from tallystick.events.types.trading import DealMade

    compiled.load()  # as in a run of more than 20,000 records
    watches = []
    for name, event_type in (("noted", DealNoted), ("made", DealMade)):
        log = DealLog(folder / name, Unsynced(), event_type)
        log.append(deals(1_000, event_type=event_type))
        log.commit()
        watch, encoding = Stopwatch(), Stopwatch()
        encode = log.catalogue.encode
        for begin in range(0, count, 1_000):
            events = deals(1_000, begin, event_type)
            with watch:
                log.append(events)
                log.commit()
            events = deals(1_000, begin, event_type)
            with encoding:
                for event in events:
                    encode(event)
        with watch:
            log.settle()
        watches.append(watch)
        log.writer.close()
    noted, made = watches
    tell(count, made, encode_us=encoding.cpu_s / count * 1e6, noted_us=noted.cpu_s / count * 1e6)


BENCHMARK = Benchmark(
    "append_chained",
    "Append without sync: checked canonical encoding of 290-byte bodies, body and leaf hash, chain, decision digest, "
    "tree, groups of 1,000 written to the file. The compiled loops are loaded beforehand, as a run of more than 20,000 "
    "records has them.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, required=True)
    options = parser.parse_args()
    side(options.folder, options.events)
