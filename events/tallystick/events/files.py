"""Durable files on every platform: the one door through which the log touches the disk.

`Files` is also a seam: tests put a disk behind it that is full, read-only, or loses what was never synced.
"""

import errno
import os
from pathlib import Path
from typing import Protocol

from tallystick.events.errors import WriteFailed

# Windows has no fdatasync; elsewhere it spares the update of times that nobody needs.
_sync = getattr(os, "fdatasync", os.fsync)


class OpenFile(Protocol):
    """A file being appended to."""

    def write(self, data: bytes | bytearray) -> None:
        """Write all of `data` behind what was written last, at first at the end; not durable before `sync`."""
        ...

    def seek(self, at: int) -> None:
        """What is written next goes over what lies from byte `at` on."""
        ...

    def sync(self) -> None:
        """Make everything written durable."""
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, and write on there; not durable before `sync`."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


class Files(Protocol):
    """What the log does to a disk. Every method raises `OSError` as the system does."""

    def create(self, path: Path) -> OpenFile:
        """Make a new file; refuses one that exists."""
        ...

    def extend(self, path: Path) -> OpenFile:
        """Open a file to append to it."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename, over whatever stood there; not durable before `sync_folder`."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it, when missing."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Make new, renamed and removed names in a folder durable."""
        ...


class DiskFile:
    """A real file, unbuffered."""

    __slots__ = ("_file",)

    def __init__(self, path: Path, mode: str) -> None:
        self._file = path.open(mode, buffering=0)
        self._file.seek(0, os.SEEK_END)

    def write(self, data: bytes | bytearray) -> None:
        """See `OpenFile`; the system may take less than it was given, so the rest is offered again."""
        written = self._file.write(data) or 0
        if written < len(data):
            view = memoryview(data)
            while written < len(view):
                written += self._file.write(view[written:]) or 0

    def seek(self, at: int) -> None:
        """See `OpenFile`."""
        self._file.seek(at)

    def sync(self) -> None:
        """See `OpenFile`."""
        _sync(self._file.fileno())

    def truncate(self, size: int) -> None:
        """See `OpenFile`."""
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """See `OpenFile`."""
        self._file.close()


class Disk:
    """The real disk."""

    def create(self, path: Path) -> OpenFile:
        """See `Files`."""
        return DiskFile(path, "x+b")

    def extend(self, path: Path) -> OpenFile:
        """See `Files`."""
        return DiskFile(path, "r+b")

    def replace(self, source: Path, target: Path) -> None:
        """See `Files`."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """See `Files`."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """See `Files`; the new name is made durable in the folder above."""
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            self.sync_folder(path.parent)

    def sync_folder(self, path: Path) -> None:
        """See `Files`. Windows gives no handle to a folder and orders its metadata itself."""
        if os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(files: Files, path: Path, data: bytes) -> None:
    """Write a small file so that it is there whole or not at all: temporary name, sync, rename, sync the folder."""
    files.make_folder(path.parent)
    temporary = path.with_name(path.name + ".tmp")
    files.remove(temporary)
    file = files.create(temporary)
    try:
        file.write(data)
        file.sync()
    finally:
        file.close()
    files.replace(temporary, path)
    files.sync_folder(path.parent)


_DENIED = "permission was denied: make the book's folder writable for this user, then start again"
if os.name == "nt":
    _DENIED = "close the programs that read this book, or make its folder writable for this user, then start again"
_REMEDIES = {
    errno.ENOSPC: "the disk is full: free space, then start again; nothing committed was lost",
    errno.EDQUOT: "the quota is used up: free space, then start again; nothing committed was lost",
    errno.EROFS: "the file system is read-only: mount it writable, then start again",
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EIO: "the device reported an error: check the disk before you start again; verify the log first",
}


def write_failed(what: str, error: OSError) -> WriteFailed:
    """The log's own error for a failed write or sync, with what to do next."""
    remedy = _REMEDIES.get(error.errno or 0, "see the system's message, then start again")
    return WriteFailed(f"{what}: {error.strerror or error}", fix=remedy)
