"""The demo's folder: made, gone on with, or replaced; a folder that holds anything else is left alone."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tallystick.events.lock import LOCK_NAME, WriterLock
from tallystick.platform.cli.failure import Failure

MARK = "demo.json"
OURS = (
    "log", "snapshots", "terminal.journal", "control.json", "HALT", "book.json", "report.html", "plan.json",
    "operators.log",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Maker:
    """Who writes in a folder and may replace what it wrote: a verb, the file that marks its folders, its name."""

    verb: str
    mark: str
    name: str

    @property
    def mark_text(self) -> str:
        """What the mark says."""
        note = f"{self.verb} may replace what it wrote in this folder"
        return f'{{"made_by": "{self.verb}", "note": "{note}"}}\n'


DEMO = Maker("tallystick demo", MARK, "the demo")


def take_folder(folder: Path, *, again: bool, maker: Maker = DEMO) -> bool:
    """Make the folder ready for a demo; true when an earlier demo in it was removed.

    A demo whose process died is gone on with, unless `again`; one that ended is replaced. Raises `Failure` for a
    folder that holds anything but a demo, `LogLocked` while another process is at work in it.
    """
    require_made_by(folder, maker)
    replace = _holds_something(folder) and (again or _ended(folder))
    if replace:
        _remove(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / maker.mark).write_text(maker.mark_text, encoding="utf-8")
    return replace


def require_made_by(folder: Path, maker: Maker) -> None:
    """Raise `Failure` for a folder that holds anything but what this maker wrote."""
    if not is_made_by(folder, maker):
        got = f"a folder that {maker.verb} did not make" if folder.is_dir() else "a file"
        raise _refused(folder, got, maker)


def is_made_by(folder: Path, maker: Maker) -> bool:
    """Whether a folder is not there, is empty, or holds what this maker wrote."""
    if not folder.is_dir():
        return not folder.exists()
    return (folder / maker.mark).is_file() or not _holds_something(folder)


def _holds_something(folder: Path) -> bool:
    """Whether anything but a verb's lock lies there."""
    return folder.is_dir() and any(each.name != LOCK_NAME for each in folder.iterdir())


def _ended(folder: Path) -> bool:
    """True when the last record of the log says that the run ended, or the log cannot be read at all."""
    from tallystick.events.errors import TallystickError
    from tallystick.events.reader import LogReader

    try:
        reader = LogReader(folder / "log")
        last = [reader.fetch(seq).type for seq in range(max(0, len(reader) - 2), len(reader))]
    except TallystickError:
        return True
    return "run.ended" in last


def _remove(folder: Path) -> None:
    """Take away what a demo wrote, and nothing else."""
    if (folder / "log").is_dir():
        WriterLock(folder / "log").release()  # raises when a run is at work here
    for name in OURS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _refused(folder: Path, got: str, maker: Maker) -> Failure:
    fix = f"{maker.verb} --book another-folder"
    what = f"{maker.name} does not write here"
    return Failure("E830", what, where=str(folder), got=got, expected="no folder", fix=fix)
