"""What goes wrong next, as files that a test writes: `fate.json` for an order, `<function>.fault.json` for a call."""

import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Death = Literal["", "before", "after"]


@dataclass(frozen=True)
class Fate:
    """What happens to the next order.

    `before_s`, `after_s`: time before it is executed and before it is answered. `die`: the process is killed before or
    after it was executed. `error`: the answer is lost, `last_error` says this. `retcode`: answered in place of the
    truth; `executes`: whether the server carries it out all the same. `deal_late_s`: how late its deals show.
    """

    before_s: float = 0.0
    after_s: float = 0.0
    die: Death = ""
    error: tuple[int, str] | None = None
    retcode: int = 0
    executes: bool = True
    deal_late_s: float = 0.0

    def die_if(self, moment: Death) -> None:
        """End this process as `kill -9` does."""
        if self.die == moment:
            _die()


@dataclass(frozen=True)
class Fault:
    """What happens to the next call of one function: it hangs, dies, or gives None with this error."""

    block_s: float = 0.0
    dies: bool = False
    error: tuple[int, str] | None = None

    def die(self) -> None:
        """End this process, if so."""
        if self.dies:
            _die()


def plan_fate(folder: Path, fate: Fate) -> None:
    """Say what happens to the next order."""
    _write(folder / "fate.json", asdict(fate))


def plan_fault(folder: Path, function: str, fault: Fault) -> None:
    """Say what happens to the next call of a function."""
    _write(folder / f"{function}.fault.json", asdict(fault))


def next_fate(folder: Path) -> Fate:
    """The next order's fate, once."""
    found = _taken(folder / "fate.json")
    return Fate(**found) if found is not None else Fate()


def next_fault(folder: Path, function: str) -> Fault | None:
    """The next call's fault, once."""
    found = _taken(folder / f"{function}.fault.json")
    return Fault(**found) if found is not None else None


def held(seconds: float) -> None:
    """Wait in C with the interpreter's lock held, as the real package does: no other thread of this process runs."""
    if seconds <= 0:
        return
    if sys.platform == "win32":
        ctypes.PyDLL("kernel32").Sleep(int(seconds * 1000))
    else:
        for _ in range(max(1, int(seconds * 100))):  # usleep takes less than a second on some systems
            ctypes.PyDLL(None).usleep(int(min(seconds, 0.01) * 1_000_000))


def _die() -> None:
    if sys.platform == "win32":
        os._exit(9)
    os.kill(os.getpid(), signal.SIGKILL)


def _write(path: Path, value: dict[str, Any]) -> None:
    half = path.with_suffix(".half")
    half.write_text(json.dumps(value), encoding="utf-8")
    half.replace(path)


def _taken(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    if value.get("error") is not None:
        value["error"] = tuple(value["error"])
    return value
