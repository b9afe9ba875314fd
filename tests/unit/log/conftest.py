"""A small log to damage: two types of event, one source, groups of a few records."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Self

import pytest

from tallystick.events import Catalogue, Event, LogWriter, fact, field
from tallystick.events.files import Disk, OpenFile
from tallystick.events.record import DERIVED, TRADING

ORIGIN = "example.org/book/0123456789abcdef"


@fact("test.noted", said_by="kernel")
class Noted(Event):
    """Something that does not count."""

    number: Annotated[int, field("a number")]
    text: Annotated[str, field("words")]


@fact("test.traded", said_by="kernel", trading=True)
class Traded(Event):
    """Something that counts."""

    price: Annotated[float, field("a price", "price")]
    note: Annotated[bytes, field("anything")]


class Scribe:
    """Writes cascades of one input and some derived records."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.catalogue = Catalogue((Noted, Traded))
        self.writer = LogWriter(folder, ORIGIN, **settings)
        self.writer.declare((Noted, Traded), time=max(1_000, self.writer.time))
        self.source = self.writer.declare_source("kernel", "kernel")

    def cascade(self, number: int, derived: int = 2, note: bytes = b"") -> int:
        """Append one cascade at book time 1000 + number; returns the seq of its input."""
        writer, time = self.writer, max(self.writer.time, 1_000 + number)
        root = writer.append(
            writer.type_id(Noted),
            1,
            self.catalogue.encode(Noted(number=number, text="héllo")),
            time=time,
            source=self.source,
        )
        for index in range(derived):
            body = self.catalogue.encode(Traded(price=1.25 + index, note=note))
            writer.append(
                writer.type_id(Traded),
                1,
                body,
                time=time,
                source=self.source,
                flags=DERIVED | TRADING,
                cause=root + index,
                root=root,
            )
        return root

    def groups(self, count: int, cascades: int = 2) -> "Scribe":
        """Append and commit `count` groups."""
        for group in range(count):
            for index in range(cascades):
                self.cascade(group * cascades + index)
            self.writer.commit()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.writer.close()
        else:
            self.writer.abandon()


@pytest.fixture
def scribe(tmp_path: Path) -> Callable[..., Scribe]:
    """Opens the log in the test's own folder, with `LogWriter`'s settings."""
    return lambda folder=tmp_path / "log", **settings: Scribe(folder, **settings)


@pytest.fixture
def origin() -> str:
    return ORIGIN


class _QuickFile:
    def __init__(self, file: OpenFile) -> None:
        self.write, self.seek, self.truncate, self.close = file.write, file.seek, file.truncate, file.close

    def sync(self) -> None:
        pass


class QuickDisk(Disk):
    """A disk that does not wait: for tests that ask what is written, hundreds of times, not whether it is durable."""

    def create(self, path: Path) -> OpenFile:
        return _QuickFile(super().create(path))

    def extend(self, path: Path) -> OpenFile:
        return _QuickFile(super().extend(path))

    def sync_folder(self, path: Path) -> None:
        pass


@pytest.fixture
def quick() -> QuickDisk:
    return QuickDisk()


class PowerCut(BaseException):
    """The machine lost power: nothing of the process runs after this."""


class _Written:
    """A file's durable bytes, and what was done to it since."""

    def __init__(self) -> None:
        self.durable = b""
        self.now = bytearray()
        self.undone: list[tuple[int, bytes] | int] = []

    def after_cut(self, chance: random.Random) -> bytes:
        """Any subset of the unsynced sectors, on a file as long as any of the lengths it had."""
        left = bytearray(self.durable)
        lengths = {len(left)}
        for act in self.undone:
            if isinstance(act, int):
                if chance.random() < 0.5:
                    del left[act:]
                lengths.add(act)
                continue
            at, data = act
            lengths.add(at + len(data))
            while data:
                size = 512 - at % 512
                if chance.random() < 0.5:
                    left.extend(bytes(max(0, at + len(data[:size]) - len(left))))
                    left[at : at + len(data[:size])] = data[:size]
                at, data = at + size, data[size:]
        if chance.random() < 0.5:  # the length reached the disk before the content did
            left.extend(bytes(max(0, max(lengths) - len(left))))
        return bytes(left)


class _LossyFile:
    def __init__(self, file: OpenFile, written: _Written, tick: Callable[[], None]) -> None:
        self._file, self._written, self._tick = file, written, tick
        self._at = len(written.now)

    def write(self, data: bytes | bytearray) -> None:
        self._file.write(data)
        self._written.undone.append((self._at, bytes(data)))
        self._written.now[self._at : self._at + len(data)] = data
        self._at += len(data)
        self._tick()

    def seek(self, at: int) -> None:
        self._file.seek(at)
        self._at = at

    def sync(self) -> None:
        self._tick()
        self._written.durable = bytes(self._written.now)
        self._written.undone.clear()
        self._tick()

    def truncate(self, size: int) -> None:
        self._file.truncate(size)
        self._written.undone.append(size)
        del self._written.now[size:]
        self._at = size
        self._tick()

    def close(self) -> None:
        self._file.close()


class LossyDisk(Disk):
    """A disk that remembers what was synced, and after a power cut keeps any subset of what was not.

    It loses power at its `ticks`-th act (never when negative).
    """

    def __init__(self, ticks: int = -1) -> None:
        self._left = ticks
        self._durable: dict[Path, _Written] = {}
        self._now: dict[Path, _Written] = {}

    def create(self, path: Path) -> OpenFile:
        file = super().create(path)
        self._now[path] = _Written()
        self._tick()
        return _LossyFile(file, self._now[path], self._tick)

    def extend(self, path: Path) -> OpenFile:
        if path not in self._now:
            self._now[path] = self._durable[path] = _Written()
            self._now[path].durable = path.read_bytes()
            self._now[path].now += path.read_bytes()
        return _LossyFile(super().extend(path), self._now[path], self._tick)

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self._now[target] = self._now.pop(source)
        self._tick()

    def remove(self, path: Path) -> None:
        if path.exists() and path not in self._now:
            self._now[path] = self._durable[path] = _Written()
            self._now[path].durable = path.read_bytes()
        super().remove(path)
        self._now.pop(path, None)
        self._tick()

    def sync_folder(self, path: Path) -> None:
        self._tick()
        for name in {*self._durable, *self._now}:
            if name.parent == path:
                if name in self._now:
                    self._durable[name] = self._now[name]
                else:
                    self._durable.pop(name, None)

    def _tick(self) -> None:
        if self._left == 0:
            raise PowerCut
        self._left -= 1

    def lose_power(self, chance: random.Random) -> None:
        """Leave in the real folder what a power cut could have left there."""
        for path in sorted({*self._durable, *self._now}):
            before, after = self._durable.get(path), self._now.get(path)
            kept = before if before is after or chance.random() < 0.5 else after
            path.unlink(missing_ok=True)
            if kept is not None:
                path.write_bytes(kept.after_cut(chance))


@pytest.fixture
def lossy_disk() -> type[LossyDisk]:
    return LossyDisk


@pytest.fixture
def power_cut() -> type[PowerCut]:
    return PowerCut


@pytest.fixture
def noted() -> type[Noted]:
    return Noted


@pytest.fixture
def traded() -> type[Traded]:
    return Traded
