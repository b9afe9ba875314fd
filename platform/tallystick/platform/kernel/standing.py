"""Where a book stands: the kernel as it was at the last committed record, brought there by replay.

The newest snapshot that fits spares the replay of what came before it. Both a run that goes on after its process died
and a run that takes over from one that was stopped begin here.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.events.types import running
from tallystick.events.writer import LogWriter
from tallystick.platform.kernel import manifest, snapshot
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.comparison import Comparison
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.history import History, RunSeen
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.recorded import Names, records_of
from tallystick.platform.kernel.replay import Replay

logger = logging.getLogger("tallystick.book")


@dataclass(frozen=True, slots=True)
class Standing:
    """A kernel that writes to its log again, in run number `run`."""

    kernel: Kernel
    run: int


def go_on(
    folder: Path, composition: Composition, catalogue: Catalogue, history: History, writer: LogWriter, code: str
) -> Standing:
    """The kernel as it stood at the last committed record; the same run goes on, or a new one takes over."""
    last = history.runs[-1]
    kernel = stand(folder, composition, catalogue, history, code)
    kernel.sequencer.use(writer)
    kernel.at(writer.time)
    number, end, rows = last.started.run, history.size - 1, kernel.rows_taken
    if last.ended is None:
        kernel.hear(running.RunRecovered(run=number, resumed_from=end, rows=rows), KERNEL, KERNEL)
        logger.info("recovered at record %d, row %d of the feed", end, rows)
        return Standing(kernel, number)
    number += 1
    started = msgspec.structs.replace(
        last.started, run=number, resumed_from=end, starting_rows=rows, next_order=history.next_order
    )
    kernel.hear(started, KERNEL, KERNEL)
    logger.info("run %d takes over at record %d, row %d of the feed", number, end, rows)
    return Standing(kernel, number)


def require_same_code(last: RunSeen, sources: Mapping[str, bytes] | None = None) -> str:
    """Hash of the code and settings of that run; raises `RunConfigurationError` when they are not those of now.

    `sources`: the user's own files as they are now, by name.
    """
    started = last.started
    for name, content in (sources or {}).items():
        if started.sources.get(name) != hashlib.sha256(content).hexdigest():
            message = f"{name} has changed since this run began, so its state cannot be recovered from the log"
            raise RunConfigurationError(message, "go on with the file as it was then, or begin a new book")
    if started.package_hash != manifest.package_hash() or dict(started.versions) != dict(manifest.versions()):
        message = "the code has changed since this run began, so its state cannot be recovered from the log"
        raise RunConfigurationError(message, "go on with the code of then, or begin a new book")
    return manifest.code_hash(started.settings_hash, started.sources)


def stand(folder: Path, composition: Composition, catalogue: Catalogue, history: History, code: str) -> Kernel:
    """The kernel at the end of the log in `folder`; its sink is still the comparison with that log."""
    reader = LogReader(folder / "log", catalogue)
    names = Names(reader.declarations, catalogue)
    chain = history.chains[-1]
    first, state = _best_snapshot(folder, reader, history, code)
    comparison = Comparison(records_of(reader, first if state else chain[0].seq, history.size - 1), names)
    kernel = Kernel(composition, catalogue, comparison)
    if state is not None:
        kernel.thaw(state)
    with composition.during():
        Replay(kernel, comparison, names, received=chain[0].received).run()
    return kernel


def _best_snapshot(
    folder: Path, reader: LogReader, history: History, code: str
) -> tuple[int, dict[str, object] | None]:
    for one in snapshot.load(folder / "snapshots"):
        if one.seq < history.size and one.code == code and reader.record(one.seq).leaf == one.leaf:
            return one.seq + 1, one.state
    return 0, None
