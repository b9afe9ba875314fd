"""Replay with bit comparison on a micro-book of five tiny reactors: what the kernel itself costs for each event."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import (
    Benchmark,
    BenchmarkFailedError,
    Figure,
    Settings,
    Stopwatch,
    median,
    ours,
    sample,
    spread,
    tell,
)

INPUT_STEP_NS = 1_000_000
START = 1_399_266_000_000_000_000
EVENTS_OF_A_CASCADE = 6


def measure(settings: Settings) -> Sequence[Figure]:
    """The log is written once, then replayed once a round."""
    cascades = settings.size(30_000, 200)
    written = sample(ours("replay_micro", settings.scratch / "log", "--write", cascades))
    rounds = 1 if settings.quick else settings.rounds
    samples = [sample(ours("replay_micro", settings.scratch / "log")) for _ in range(rounds)]
    speed = median(samples, lambda s: s.per_cpu_s)
    note = spread(samples, lambda s: s.per_cpu_s)
    return [
        Figure("replay with bit comparison", speed, "events/s of CPU", least=150_000, note=note),
        Figure("the run itself, written and synced", written.per_cpu_s, "events/s of CPU"),
    ]


def write(folder: Path, cascades: int) -> None:
    """Run the book: one timer after another."""
    from benchmarks import micro_book
    from benchmarks.deal_log import ORIGIN
    from tallystick.events.catalogue import Catalogue
    from tallystick.events.types.running import TimerFired
    from tallystick.events.writer import LogWriter
    from tallystick.platform.kernel.kernel import Kernel

    writer = LogWriter(folder, ORIGIN)
    composition = micro_book.composition()
    writer.declare((TimerFired, *micro_book.SAID))
    for name, role in (("kernel", "kernel"), *((m.name, m.role) for m in composition.modules)):
        writer.source_id(name, role)
    kernel = Kernel(composition, Catalogue(), writer)
    with Stopwatch() as watch:
        for number in range(cascades):
            now = START + number * INPUT_STEP_NS
            kernel.at(now)
            kernel.hear(micro_book.timer(number, now), "kernel", "kernel")
            if number % 500 == 0:
                writer.commit()
        writer.close()
    tell(cascades * EVENTS_OF_A_CASCADE, watch)


def replay(folder: Path) -> None:
    """Feed the recorded inputs in again and compare every derived event."""
    from benchmarks import micro_book
    from tallystick.events.catalogue import Catalogue
    from tallystick.events.reader import LogReader
    from tallystick.platform.kernel.comparison import Comparison
    from tallystick.platform.kernel.kernel import Kernel
    from tallystick.platform.kernel.recorded import Names, records_of
    from tallystick.platform.kernel.replay import Replay

    catalogue = Catalogue()
    with Stopwatch() as watch:
        reader = LogReader(folder, catalogue)
        names = Names(reader.declarations, catalogue)
        comparison = Comparison(records_of(reader, 0), names)
        kernel = Kernel(micro_book.composition(), catalogue, comparison)
        compared = Replay(kernel, comparison, names).run()
    if compared % EVENTS_OF_A_CASCADE or comparison.divergence is not None:
        message = f"the replay compared {compared} records and found {comparison.divergence}"
        raise BenchmarkFailedError(message)
    tell(compared, watch)


BENCHMARK = Benchmark(
    "replay_micro",
    "Replay of a book of five reactors, each input answered by a chain of five events: reading the log, running the "
    "reactors again, encoding, and comparing type, source, time, cause, root and body of every record.",
    measure,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=int, metavar="CASCADES")
    options = parser.parse_args()
    if options.write:
        write(options.folder, options.write)
    else:
        replay(options.folder)
