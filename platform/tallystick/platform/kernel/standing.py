"""Where a book stands: the kernel as it was at the last committed record, brought there by replay.

The newest snapshot that fits spares the replay of what came before it. Both a run that goes on after its process died
and a run that takes over from one that was stopped begin here.
"""

from pathlib import Path

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.platform.kernel import manifest, snapshot
from tallystick.platform.kernel.comparison import Comparison
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.history import History, RunSeen
from tallystick.platform.kernel.kernel import Composition, Kernel
from tallystick.platform.kernel.recorded import Names, records_of
from tallystick.platform.kernel.replay import Replay


def require_same_code(last: RunSeen) -> str:
    """Hash of the code and settings of that run; raises `RunConfigurationError` when they are not those of now."""
    started = last.started
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
    Replay(kernel, comparison, names).run()
    return kernel


def _best_snapshot(
    folder: Path, reader: LogReader, history: History, code: str
) -> tuple[int, dict[str, object] | None]:
    for one in snapshot.load(folder / "snapshots"):
        if one.seq < history.size and one.code == code and reader.record(one.seq).leaf == one.leaf:
            return one.seq + 1, one.state
    return 0, None
