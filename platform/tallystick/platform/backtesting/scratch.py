"""Where a backtest writes that nobody asked to keep: a folder that goes with its result, its files never synced."""

from pathlib import Path

from tallystick.events.files import Disk, DiskFile, OpenFile
from tallystick.platform.passing_folder import PassingFolder


class ScratchFile(DiskFile):
    """A file whose content need not outlive the machine."""

    __slots__ = ()

    def sync(self) -> None:
        """Nothing: a power cut may take a folder that is removed anyway."""


class Scratch(Disk):
    """The real disk without waiting for it."""

    def create(self, path: Path) -> OpenFile:
        """See `Files`."""
        return ScratchFile(path, "x+b")

    def extend(self, path: Path) -> OpenFile:
        """See `Files`."""
        return ScratchFile(path, "r+b")

    def sync_folder(self, path: Path) -> None:
        """Nothing, as for a file."""


def scratch_folder() -> PassingFolder:
    """A folder that is removed when the last that holds this object is gone."""
    return PassingFolder("backtest")
