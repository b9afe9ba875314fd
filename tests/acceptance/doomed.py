"""A search in a process of its own whose strategy ends the process: `python doomed.py FOLDER BAR`.

In the trial with `deadly=BAR` the process is killed (SIGKILL, as by a power cut) when its strategy hears that bar, the
first being 1.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.market.rows import BarClosed
from tallystick.platform.judging.optimising import optimize
from tests.unit.judging.kit import log_in, quarter


class Deadly:
    """Does nothing, until it ends everything."""

    name = "deadly"
    role = "strategy"
    hears: tuple[type, ...] = (BarClosed,)
    on_failure: OnFailure = "halt"

    def __init__(self, deadly: int = 0) -> None:
        self.parameters = {"deadly": deadly}
        self._bars = 0

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        self._bars += 1
        if self._bars == self.parameters["deadly"]:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return ()

    def freeze(self) -> Any:
        return self._bars

    def thaw(self, state: Any) -> None:
        self._bars = state


if __name__ == "__main__":
    optimize(
        Deadly, quarter(), parameters={"deadly": f"0,{sys.argv[2]},-1"}, jobs=1, research=log_in(Path(sys.argv[1]))
    )
