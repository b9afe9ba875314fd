"""The same deals, in the same batches, as durable: our log against the eventsourcing library on SQLite."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.deals import deal
from benchmarks.harness import (
    Benchmark,
    Figure,
    Settings,
    Stopwatch,
    absent,
    alternate,
    median,
    median_ratio,
    ours,
    sample,
    tell,
    theirs,
)

COMMITS = {1: 500, 10: 300, 100: 50, 1000: 10}


def measure(settings: Settings) -> Sequence[Figure]:
    """CPU of an event, from its values to the disk, for four batch sizes."""
    figures: list[Figure] = []
    for batch, full in list(COMMITS.items())[: 1 if settings.quick else None]:
        commits = settings.size(full, 2)
        name = f"batch {batch}"
        rounds = 1 if settings.quick else settings.rounds
        if settings.peers is None:
            command = ours("eventsourcing_store", settings.scratch / name, "--batch", batch, "--commits", commits)
            figures.append(Figure(f"{name}: ours", sample(command).cpu_us, "us/event of CPU"))
            figures.append(absent(f"{name}: eventsourcing", "us/event of CPU"))
            continue
        mine, peer = [], []
        for number in range(rounds):
            size = ("--batch", batch, "--commits", commits)
            folders = [settings.scratch / f"{who}-{batch}-{number}" for who in ("ours", "peer")]
            folders[1].mkdir()
            sides = {
                "ours": ours("eventsourcing_store", folders[0], *size),
                "peer": theirs(settings, "peer_eventsourcing", folders[1], *size),
            }
            samples = alternate(1, sides)
            mine += samples["ours"]
            peer += samples["peer"]
        note = f"ours {median(mine, lambda s: s.cpu_us):.1f}, {peer[0].notes['version']} "
        note += f"{median(peer, lambda s: s.cpu_us):.1f} us/event"
        ratio = median_ratio(mine, peer, lambda s: s.cpu_us)
        figures.append(Figure(f"{name}: our CPU over theirs", ratio, "times", most=1 / 3, note=note))
    return figures


def side(folder: Path, batch: int, commits: int) -> None:
    """From the deal's values to a durable commit, the event's construction included, as on the peer's side."""
    from benchmarks.deal_log import DealLog
    from tallystick.events.types.trading import DealMade

    log = DealLog(folder)
    numbers = iter(range(batch * commits))
    with Stopwatch() as watch:
        for _ in range(commits):
            log.append([DealMade(**deal(next(numbers))) for _ in range(batch)])
            log.commit()
        log.settle()
    log.writer.close()
    tell(batch * commits, watch)


BENCHMARK = Benchmark(
    "eventsourcing_store",
    "CPU of an event from its values to the disk, at equal batch and durability (one sync a batch: our fdatasync; "
    "SQLite in WAL mode with synchronous=FULL, the library's and SQLite's own defaults). The peer keeps its aggregate "
    "in memory, has no hashes and no chain.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--commits", type=int, required=True)
    options = parser.parse_args()
    side(options.folder, options.batch, options.commits)
