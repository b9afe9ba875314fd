"""Runs in processes of their own that are killed with SIGKILL, and what a power cut may leave of what they wrote."""

import json
import multiprocessing
import random
import socket
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from tallystick.events.segment import FRAME, SEGMENT, SegmentHeader, read_group, written
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import RunConfigurationError
from tests.acceptance.books import CutFeed, plan, run


def processes() -> BaseContext:
    """A fork server that has everything loaded, where the platform has one; else fresh processes."""
    if hasattr(socket, "AF_UNIX") and "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.acceptance.warm"])
        return context
    return multiprocessing.get_context("spawn")


def _live(folder: Path, rows: int, durability: str, how: dict[str, Any], line: Connection) -> None:
    """The whole life of one process."""
    feed = CutFeed(rows)
    line.send("ready")
    with suppress(RunConfigurationError):  # killed in its very last moment: the run had ended and was signed
        line.send(run(folder, plan(durability=durability), feed, **how))
        return
    line.send(None)


class Process:
    """One process that runs, or goes on with, the book in a folder."""

    def __init__(self, folder: Path, rows: int, durability: str, **how: Any) -> None:
        context = processes()
        self._line, theirs = context.Pipe(duplex=False)
        arguments = (folder, rows, durability, how, theirs)
        self._process = context.Process(target=_live, args=arguments)  # type: ignore[attr-defined]  # a context of any kind has it
        self._process.start()
        theirs.close()
        ready = self._line.recv()
        assert ready == "ready"

    def kill_after(self, seconds: float) -> bool:
        """SIGKILL after so many seconds; False when its run was over by then."""
        over = self._line.poll(seconds)
        self._process.kill()
        self._process.join()
        self._line.close()
        return not over

    def result(self) -> RunResult | None:
        """Let it run to its end; None when there was nothing left to do."""
        result: RunResult | None = self._line.recv()
        self._process.join()
        self._line.close()
        return result


def time_of_a_run(folder: Path, rows: int, durability: str) -> tuple[float, bytes]:
    """Seconds that an undisturbed run of a process takes once it is ready, and its decision digest."""
    process = Process(folder, rows, durability)
    began = time.perf_counter()
    result = process.result()
    assert result is not None
    return time.perf_counter() - began, result.decision_digest


def tear(folder: Path, chance: random.Random) -> str:
    """What a power cut right after the kill could have left: sectors of the last, unsynced group are gone or garbled.

    Everything before the last group, and the room that it lies in, was synced before the group was written. Returns
    what was done, in words.
    """
    segments = sorted((folder / "log").glob("*.seg"))
    if not segments:
        return "nothing was written"
    data = segments[-1].read_bytes()
    last = _start_of_last_group(data)
    end = last + len(written(data, last))
    if last >= end or _checkpointed(folder):
        return "the log ends with its header or under a checkpoint"
    how = chance.choice(("zeroed" if data[end:] else "cut", "zeroed", "garbled", "frame only"))
    at = chance.randrange(last, end)
    torn = bytearray(data[:end])
    if how == "cut":
        del torn[at:]
    elif how == "zeroed":
        torn[at:] = bytes(len(torn) - at)
    elif how == "garbled":
        torn[at : at + 512] = chance.randbytes(len(torn[at : at + 512]))
    else:
        stop = max(last, len(torn) - FRAME.size)
        torn[last:stop] = bytes(stop - last)
    segments[-1].write_bytes(torn + data[end:])
    journal = folder / "terminal.journal"
    if journal.exists() and chance.random() < 0.5:
        lines = journal.read_bytes()
        journal.write_bytes(lines[: len(lines) - chance.randrange(0, 60)] if lines else lines)
    return f"{how} at byte {at} of {len(data)}, the last group begins at {last}"


def _start_of_last_group(data: bytes) -> int:
    """Where the last whole group begins, or the torn bytes after it when there are any."""
    if len(data) < SEGMENT.size:
        return 0
    header = SegmentHeader.parse(data)
    at, before, seq, prev = SEGMENT.size, SEGMENT.size, header.first, header.prev
    try:
        while at < len(data):
            records, end = read_group(memoryview(data), at, header.marker, seq, prev)
            before, at, seq, prev = at, end, seq + len(records), records[-1].leaf
    except Exception:  # noqa: BLE001 -- whatever is wrong with what follows, it is torn already, or room
        return at if written(data, at) else before
    return before


def _checkpointed(folder: Path) -> bool:
    return any((folder / "log" / "checkpoints").glob("*.checkpoint"))


def orders_in_journal(folder: Path) -> list[int]:
    """Order numbers in the terminal's own journal, in the order in which it was given them."""
    path = folder / "terminal.journal"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [int(json.loads(line)["order"]) for line in lines]
