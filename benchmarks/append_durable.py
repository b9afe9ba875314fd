"""Durable append with encoding, hashes, digest and tree, against a bare write and sync of the same bodies."""

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Benchmark, Figure, Settings, Stopwatch, median, ours, sample, tell

COMMITS = {1: 600, 10: 600, 100: 200, 1000: 60}
"""Commits for each batch size: enough for a median, little enough for a shared disk."""
RATIO_AT = (1, 10)
CPU_AT = (100, 1000)


def measure(settings: Settings) -> Sequence[Figure]:
    """Both ways alternate commit by commit in one process, so that both see the same disk."""
    figures = []
    for batch, full in list(COMMITS.items())[: 2 if settings.quick else None]:
        figures += _at(settings, batch, settings.size(full, 3), slow=False)
    for batch in RATIO_AT[: 1 if settings.quick else None]:
        figures += _at(settings, batch, settings.size(150, 3), slow=True)
    for batch in CPU_AT[: 1 if settings.quick else None]:
        figures.append(_cpu_of_short_events(settings, batch, settings.size(COMMITS[batch], 3)))
    return figures


def _cpu_of_short_events(settings: Settings, batch: int, commits: int) -> Figure:
    """CPU for bodies as long, but of five fields: an order's denial with its reason in words."""
    samples = []
    for number in range(1 if settings.quick else settings.rounds):
        folder = settings.scratch / f"{batch}-denials-{number}"
        samples.append(sample(ours("append_durable", folder, "--batch", batch, "--commits", commits, "--denials")))
    where = f"batch {batch}, bodies of 5 fields: our CPU"
    return Figure(where, median(samples, lambda s: s.cpu_us), "us/event", most=3.5)


def _at(settings: Settings, batch: int, commits: int, *, slow: bool) -> list[Figure]:
    samples = []
    for number in range(1 if settings.quick else settings.rounds):
        folder = settings.scratch / f"{batch}-{slow}-{number}"
        command = ours("append_durable", folder, "--batch", batch, "--commits", commits)
        samples.append(sample([*command, "--slow"] if slow else command))
    ratio = statistics.median(s.notes["raw_s"] / s.notes["ours_s"] for s in samples)
    sync_us, raw_us, ours_us = (
        statistics.median(s.notes[name] for s in samples) * 1e6 for name in ("sync_s", "raw_s", "ours_s")
    )
    where = f"batch {batch}" + (", sync slowed to 2.5 ms" if slow else "")
    note = f"median commit: raw {raw_us:,.0f} us, of it sync {sync_us:,.0f} us; ours {ours_us:,.0f} us"
    least = 0.9 if batch in RATIO_AT and not slow else None
    figures = [Figure(f"{where}: speed over raw write and sync", ratio, "times", least=least, note=note)]
    if not slow:
        most = 3.5 if batch in CPU_AT else None
        raw_cpu = median(samples, lambda s: float(s.notes["raw_cpu_us"]))
        note = f"raw write and sync alone: {raw_cpu:.2f} us/event"
        figures.append(
            Figure(
                f"{where}, bodies of 17 fields: our CPU",
                median(samples, lambda s: s.cpu_us),
                "us/event",
                most=most,
                note=note,
            )
        )
    return figures


def side(folder: Path, batch: int, commits: int, *, slow: bool, denials: bool) -> None:
    """Alternate raw and ours; CPU is ours alone."""
    from benchmarks.deal_log import DealLog, Slow, SlowFile, deals, denied, wait_until
    from tallystick.events import compiled
    from tallystick.events.types.trading import DealMade, OrderDenied

    folder.mkdir(parents=True)
    log = DealLog(folder / "log", Slow() if slow else None, OrderDenied if denials else DealMade)
    made = denied if denials else deals
    bodies = [log.catalogue.encode(event) for event in made(batch)]
    raw_bytes = b"".join(bodies)
    handle = os.open(folder / "raw.bin", os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0))
    sync = getattr(os, "fdatasync", os.fsync)
    raw: list[float] = []
    synced: list[float] = []
    mine: list[float] = []
    watch, bare = Stopwatch(), Stopwatch()
    compiled.load()  # as in a run of more than 20,000 records
    log.append(made(batch))
    log.commit()
    for number in range(commits):
        with bare:
            os.write(handle, raw_bytes)
            written = time.perf_counter()
            sync(handle)
            if slow:
                wait_until(written + SlowFile.floor_s)
            synced.append(time.perf_counter() - written)
        raw.append(bare.last_wall_s)
        events = made(batch, (number + 1) * batch)
        with watch:
            log.append(events)
            log.commit()
        mine.append(watch.last_wall_s)
    with watch:
        log.settle()
    os.close(handle)
    log.writer.close()
    medians = {
        name: statistics.median(values) for name, values in (("raw_s", raw), ("sync_s", synced), ("ours_s", mine))
    }
    tell(batch * commits, watch, raw_cpu_us=bare.cpu_s / (batch * commits) * 1e6, **medians)


BENCHMARK = Benchmark(
    "append_durable",
    "Durable append of 290-byte bodies, one commit frame and one sync for each batch. Ours: checked canonical "
    "encoding, body and leaf hash, decision digest, tree; raw: write and fdatasync of the same bodies, encoded "
    "beforehand, to the end of a file that grows, as a bare append does. Ours writes groups of up to 64 KiB over zeros "
    "that it synced before (decision 14); the making of these is in its time. Wall time for the ratio, since the disk "
    "decides it: the notes give the sync's own time. Where it is tens of microseconds our own work shows; rows with a "
    "slowed sync stand for a disk that takes milliseconds. The compiled loops are loaded beforehand, as a run of more "
    "than 20,000 records has them.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--commits", type=int, required=True)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--denials", action="store_true")
    options = parser.parse_args()
    side(options.folder, options.batch, options.commits, slow=options.slow, denials=options.denials)
