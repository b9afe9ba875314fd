"""A worker that does what its request says: it answers, raises, ends its process, never ends, or waits at a gate.

Whoever waits at the gate, a file named by GATE, first leaves its process id in a line of the file beside it, and
keeps writing to another. A request that is none of these words is an optimiser's, which waits at the gate too.
"""

import os
import time
from pathlib import Path

from tallystick.events.worker import WorkResult

GATE = "TALLYSTICK_TEST_GATE"


def begun(gate: Path) -> Path:
    """The file with a line for each time that work began at the gate."""
    return gate.with_suffix(".begun")


def pulse_of(gate: Path, process: int) -> Path:
    """The file that this process keeps writing to while it waits at the gate."""
    return gate.with_suffix(f".{process}")


class Odd:
    """See the module."""

    def work(self, request: bytes, seed: int) -> WorkResult:
        if request == b"raise":
            message = "no such matrix"
            raise ArithmeticError(message)
        if request == b"die":
            os._exit(7)
        if request == b"answer":
            return WorkResult(result=request, engine="odd", version="1", seed=seed)
        gate = Path(os.environ[GATE])
        pulse = pulse_of(gate, os.getpid())
        pulse.touch()
        with begun(gate).open("a", encoding="utf-8") as lines:
            lines.write(f"{os.getpid()}\n")
        while not gate.exists():
            pulse.write_text(str(time.monotonic_ns()), encoding="utf-8")
            time.sleep(0.01)
        if request == b"gate":
            return WorkResult(result=request, engine="odd", version="1", seed=seed)
        from tallystick.quantum.worker import worker as optimiser

        return optimiser().work(request, seed)


def worker() -> Odd:
    return Odd()
