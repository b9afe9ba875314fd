"""Full disks, read-only folders, second writers: each with a message that says what to do."""

import errno
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import BlobStore, LogLocked, LogReader, WriteFailed, lock
from tallystick.events.errors import WriterPoisoned
from tallystick.events.files import Disk, OpenFile


class FailingFile:
    """Takes half of what it is given, then fails as told."""

    def __init__(self, file: OpenFile, disk: "FailingDisk") -> None:
        self._file, self._disk = file, disk
        self.seek, self.truncate, self.close = file.seek, file.truncate, file.close

    def write(self, data: bytes | bytearray) -> None:
        if self._disk.fails == "write":
            self._file.write(bytes(data[: len(data) // 2]))
            raise OSError(self._disk.number, os.strerror(self._disk.number))
        self._file.write(data)

    def sync(self) -> None:
        if self._disk.fails == "sync":
            raise OSError(self._disk.number, os.strerror(self._disk.number))
        self._file.sync()


class FailingDisk(Disk):
    """Works until `fails` is set."""

    fails = ""
    number = errno.ENOSPC

    def create(self, path: Path) -> OpenFile:
        return FailingFile(super().create(path), self)

    def extend(self, path: Path) -> OpenFile:
        return FailingFile(super().extend(path), self)


@pytest.mark.parametrize("act", ["write", "sync"])
@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "the disk is full: free space"),
        (errno.EROFS, "mount it writable"),
        (errno.EACCES, "make the book's folder writable"),
        (errno.EIO, "check the disk"),
        (errno.ENXIO, "see the system's message"),
    ],
)
def test_a_failed_commit_says_what_to_do_and_poisons_the_writer(
    tmp_path: Path, scribe: Any, act: str, number: int, remedy: str
) -> None:
    disk = FailingDisk()
    with scribe(files=disk) as book:
        book.groups(2)
        committed, head = book.writer.committed, book.writer.committed_head
        book.cascade(9)
        disk.fails, disk.number = act, number
        with pytest.raises(WriteFailed, match=remedy):
            book.writer.commit()
        disk.fails = ""
        for forbidden in (lambda: book.cascade(10), book.writer.commit):
            with pytest.raises(WriterPoisoned, match="end the process"):
                forbidden()
    with scribe() as book:
        assert book.writer.committed >= committed
        assert book.writer.head == head or act == "sync"
        book.groups(1)
    assert len(LogReader(tmp_path / "log")) == book.writer.committed


def test_a_commit_that_failed_may_be_there_or_not_but_never_in_half(scribe: Any) -> None:
    disk = FailingDisk()
    with scribe(files=disk) as book:
        book.groups(1)
        committed = book.writer.committed
        book.cascade(9)
        disk.fails = "write"
        with pytest.raises(WriteFailed):
            book.writer.commit()
    with scribe() as book:
        assert book.writer.committed == committed
        assert book.writer.torn_bytes > 0


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="folders are read-only by mode")
def test_a_read_only_folder_is_named(tmp_path: Path, scribe: Any) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere; the failing disk stands in for it above")
    folder = tmp_path / "log"
    folder.mkdir(mode=0o500)
    with pytest.raises(WriteFailed, match="make the book's folder writable"):
        scribe()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, scribe: Any) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteFailed, match="cannot make the folder"):
        scribe(tmp_path / "file" / "log")


def test_a_full_disk_under_the_blobs_is_named(tmp_path: Path) -> None:
    disk = FailingDisk()
    disk.fails = "write"
    with pytest.raises(WriteFailed, match=r"cannot keep a blob of 3 bytes.*disk is full"):
        BlobStore(tmp_path, disk).put(b"abc")
    assert list(BlobStore(tmp_path)) == []


def test_a_second_writer_is_told_who_writes(scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
        with pytest.raises(LogLocked, match=f"process {os.getpid()} is writing the log") as refused:
            scribe()
        assert refused.value.pid == os.getpid()
        book.groups(1)
    with scribe() as book:
        book.groups(1)


def test_a_writer_in_another_process_is_named(tmp_path: Path, scribe: Any, origin: str) -> None:
    with scribe() as book:
        book.groups(1)
    program = (
        "import pathlib, sys\nfrom tallystick.events import LogWriter\n"
        f"writer = LogWriter(pathlib.Path({str(tmp_path / 'log')!r}), {origin!r})\n"
        "print('ready', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"ready"
        with pytest.raises(LogLocked) as refused:
            scribe()
        assert refused.value.pid == other.pid
    finally:
        other.kill()
        other.communicate()
    with scribe() as book:  # the lock died with its process, whatever it is made of
        book.groups(1)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where neither fcntl nor msvcrt can be imported."""
    monkeypatch.setattr(lock, "fcntl", None)
    monkeypatch.setattr(lock, "msvcrt", None)


@pytest.mark.usefixtures("without_locks")
def test_where_the_system_has_no_locks_a_file_with_the_pid_guards(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
        assert (tmp_path / "log" / "writer.lock").read_bytes() == str(os.getpid()).encode()
        with pytest.raises(LogLocked, match=f"process {os.getpid()}"):
            scribe()
    assert not (tmp_path / "log" / "writer.lock").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot ask for a process without harming it")
@pytest.mark.usefixtures("without_locks")
def test_the_pid_file_of_a_dead_process_is_a_leftover(tmp_path: Path, scribe: Any) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pid in (dead.pid, os.getpid()):  # the latter: the process before us had our number
        (tmp_path / "log").mkdir(exist_ok=True)
        (tmp_path / "log" / "writer.lock").write_text(str(pid), encoding="utf-8")
        with scribe() as book:
            book.groups(1)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot ask for a process without harming it")
@pytest.mark.usefixtures("without_locks")
def test_the_pid_file_of_a_living_process_is_respected(tmp_path: Path, scribe: Any) -> None:
    alive = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "writer.lock").write_text(str(alive.pid), encoding="utf-8")
    try:
        with pytest.raises(LogLocked) as refused:
            scribe()
        assert refused.value.pid == alive.pid
    finally:
        alive.communicate(b"\n")


@pytest.mark.usefixtures("without_locks")
def test_of_a_processs_threads_one_has_the_pid_file_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[int] = []
    together: list[int] = []
    unlink = Path.unlink

    def slowly(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT002 -- as `Path.unlink`
        time.sleep(0.001)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", slowly)

    def come_and_go(number: int) -> int:
        taken = 0
        while taken < 30:
            try:
                held = lock.WriterLock(tmp_path)
            except LogLocked:
                continue
            inside.append(number)
            time.sleep(0.0005)
            together.append(len(inside))
            inside.remove(number)
            held.release()
            held.release()  # harmless: another may hold it by now
            taken += 1
        return taken

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(come_and_go, range(4))) == 120
    assert set(together) == {1}


def test_the_log_works_where_fcntl_and_fdatasync_are_missing(tmp_path: Path, origin: str) -> None:
    program = (
        "import os, sys, pathlib\nsys.modules['fcntl'] = None\n"
        "vars(os).pop('fdatasync', None)\n"
        "from tallystick.events import LogReader, LogWriter\nfrom tallystick.events.types import EVENTS\n"
        f"folder = pathlib.Path({str(tmp_path / 'log')!r})\n"
        "for again in range(2):\n"
        f"    writer = LogWriter(folder, {origin!r})\n"
        "    writer.declare(EVENTS)\n    writer.open_epoch('a test')\n    writer.close()\n"
        "print(len(LogReader(folder)), writer.epoch)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    size, epoch = done.stdout.split()
    assert (int(size), int(epoch)) == (len(LogReader(tmp_path / "log")), 2)


def test_opening_syncs_what_others_may_have_left_in_memory_and_not_what_its_own_process_committed(scribe: Any) -> None:
    disk = FailingDisk()
    with scribe(files=disk) as book:
        own = book.groups(1).writer.committed_head
    disk.fails = "sync"
    with pytest.raises(WriteFailed, match="cannot make"):
        scribe(files=disk)
    scribe(files=disk, durable_head=own).writer.abandon()
    disk.fails = ""
    with scribe(files=disk) as book:
        book.groups(1)
    disk.fails = "sync"
    with pytest.raises(WriteFailed, match="cannot make"):
        scribe(files=disk, durable_head=own)
