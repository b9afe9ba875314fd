"""The demo's folder: made, gone on with, or replaced; a folder that holds anything else is left alone."""

import shutil
from dataclasses import dataclass
from pathlib import Path

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
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "a file", maker)
    there = folder.is_dir() and any(folder.iterdir())
    if there and not (folder / maker.mark).is_file():
        raise _refused(folder, f"a folder that {maker.verb} did not make", maker)
    replace = there and (again or _ended(folder))
    if replace:
        _remove(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / maker.mark).write_text(maker.mark_text, encoding="utf-8")
    return replace


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
    from tallystick.events.lock import WriterLock

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
