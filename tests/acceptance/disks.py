"""Disks that fail: one that loses power, one that is full."""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

from tallystick.events.files import Disk, OpenFile


class PowerCut(BaseException):
    """The machine lost power: nothing of the process runs after this."""


SECTOR = 512


class _Pages:
    """One file: what is durable, and every act since that is not."""

    def __init__(self, durable: bytes = b"") -> None:
        self.durable = durable
        self.length = len(durable)
        self.acts: list[tuple[int, bytes]] = []  # written at; a cut is written as (length, b"")

    def after_cut(self, chance: random.Random) -> bytes:
        """Each unsynced sector is there or not, each unsynced cut happened or not, and so did each length."""
        left = bytearray(self.durable)
        for at, data in self.acts:
            if not data:
                if chance.random() < 0.5:
                    del left[at:]
                continue
            for first in range(0, len(data), SECTOR):
                if chance.random() < 0.6:
                    piece = data[first : first + SECTOR]
                    left.extend(bytes(max(0, at + first - len(left))))
                    left[at + first : at + first + len(piece)] = piece
        if chance.random() < 0.4:
            left.extend(bytes(max(0, self.length - len(left))))
        return bytes(left)


class _File:
    def __init__(self, file: OpenFile, pages: _Pages, tick: Callable[[], None]) -> None:
        self._file, self._pages, self._tick = file, pages, tick
        self._at = pages.length
        self.close = file.close

    def write(self, data: bytes | bytearray) -> None:
        self._file.write(data)
        self._pages.acts.append((self._at, bytes(data)))
        self._at += len(data)
        self._pages.length = max(self._pages.length, self._at)
        self._tick()

    def seek(self, at: int) -> None:
        self._file.seek(at)
        self._at = at

    def sync(self) -> None:
        self._tick()
        length, durable = self._pages.length, bytearray(self._pages.durable)
        for at, data in self._pages.acts:
            if data:
                durable[at : at + len(data)] = data
            else:
                del durable[at:]
        assert len(durable) == length
        self._pages.durable = bytes(durable)
        self._pages.acts.clear()

    def truncate(self, size: int) -> None:
        self._file.truncate(size)
        self._pages.acts.append((size, b""))
        self._pages.length = self._at = size
        self._tick()


class FailingPower(Disk):
    """Loses power at its `acts`-th act (never when negative); `lose_power` then leaves what may be left."""

    def __init__(self, acts: int = -1) -> None:
        self._acts = acts
        self.done = 0
        self._names: dict[Path, _Pages] = {}
        self._durable_names: dict[Path, _Pages] = {}

    def create(self, path: Path) -> OpenFile:
        file = super().create(path)
        self._names[path] = _Pages()
        self._tick()
        return _File(file, self._names[path], self._tick)

    def extend(self, path: Path) -> OpenFile:
        self._know(path)
        return _File(super().extend(path), self._names[path], self._tick)

    def replace(self, source: Path, target: Path) -> None:
        self._know(target)
        super().replace(source, target)
        self._names[target] = self._names.pop(source)
        self._tick()

    def remove(self, path: Path) -> None:
        self._know(path)
        super().remove(path)
        self._names.pop(path, None)
        self._tick()

    def sync_folder(self, path: Path) -> None:
        self._tick()
        for name in {*self._names, *self._durable_names}:
            if name.parent != path:
                continue
            if name in self._names:
                self._durable_names[name] = self._names[name]
            else:
                self._durable_names.pop(name, None)

    def lose_power(self, chance: random.Random) -> None:
        """Put into the real folder what a power cut could have left there."""
        for path in sorted({*self._names, *self._durable_names}):
            before, now = self._durable_names.get(path), self._names.get(path)
            kept = now if now is before or chance.random() < 0.5 else before
            path.unlink(missing_ok=True)
            if kept is not None:
                path.write_bytes(kept.after_cut(chance))

    def _know(self, path: Path) -> None:
        """A file from before this disk was put there is durable."""
        if path not in self._names and path.exists():
            self._names[path] = self._durable_names[path] = _Pages(path.read_bytes())

    def _tick(self) -> None:
        self.done += 1
        if self.done == self._acts:
            raise PowerCut


class _FullFile:
    def __init__(self, file: OpenFile, disk: "FillingDisk", length: int) -> None:
        self._file, self._disk = file, disk
        self._at = self._length = length
        self.sync, self.close = file.sync, file.close

    def write(self, data: bytes | bytearray) -> None:
        fits = data[: self._disk.room + self._length - self._at]
        self._file.write(fits)
        self._at += len(fits)
        self._set_length(max(self._length, self._at))
        if len(fits) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def seek(self, at: int) -> None:
        self._file.seek(at)
        self._at = at

    def truncate(self, size: int) -> None:
        self._file.truncate(size)
        self._at = size
        self._set_length(size)

    def _set_length(self, length: int) -> None:
        self._disk.room += self._length - length
        self._length = length


class FillingDisk(Disk):
    """Has room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def create(self, path: Path) -> OpenFile:
        return _FullFile(super().create(path), self, 0)

    def extend(self, path: Path) -> OpenFile:
        return _FullFile(super().extend(path), self, path.stat().st_size)
