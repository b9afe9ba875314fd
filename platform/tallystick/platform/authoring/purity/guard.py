"""The guard around a user's callback: while it is on, what no replay can repeat is refused where it is called.

    with guarding():                  # once around a run: clocks and generators are watched, then given back
        ...
        with HERE.guard:              # around each callback, about 0.25 us
            strategy.on_bar(bar)      # time.time(), random.random(), open(...): ImpureStrategy with file and line

`HERE.guard` is the guard of the thread that asks, so progress bars, log writers and other runs in other threads are not
touched. Guards nest. Outside `guarding()` entering one only counts. A refusal that the callback swallowed
(`except Exception`) is raised again when the outermost guard is left.

Limits: a clock kept in a list or a default argument before the run, `pandas.Timestamp.now`, a generator made without a
seed (`random.Random()`, `numpy.random.RandomState()`) and C code that opens files by itself are not seen here; the
static check (`check_source`) names them.
"""

import threading
from types import TracebackType
from typing import Any, Final, final

from tallystick.platform.authoring.purity.callers import culprit
from tallystick.platform.authoring.purity.impure import ImpureStrategy


@final
class Watch:
    """How many runs are on, and how to give back what was replaced for them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.runs = 0
        self.hooked = False
        self.replaced: list[tuple[Any, str, Any]] = []


WATCH: Final = Watch()


@final
class Guard:
    """Whether a thread is inside a user's callback; enter it around each one."""

    __slots__ = ("depth", "refused")

    def __init__(self) -> None:
        """Outside."""
        self.depth = 0
        self.refused: ImpureStrategy | None = None
        """What was refused since the outermost guard was entered; whoever counts `depth` by hand looks at it."""

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.depth -= 1
        if self.refused is not None:
            self._settle(error)

    def refuse(self, kind: str, call: str) -> None:
        """Raise `ImpureStrategy` if a run is on and a callback of this thread is the one that calls."""
        if not self.depth or not WATCH.runs:
            return
        depth, self.depth = self.depth, 0  # finding the caller is not the callback's doing
        try:
            caller = culprit(kind)
        finally:
            self.depth = depth
        if caller is not None:
            self.refused = ImpureStrategy(kind, call, *caller)
            raise self.refused

    def settled(self) -> ImpureStrategy:
        """What was refused, which is then forgotten."""
        refusal, self.refused = self.refused, None
        assert refusal is not None
        return refusal

    def _settle(self, error: BaseException | None) -> None:
        if not self.depth:
            refusal, self.refused = self.refused, None
            if error is None and refusal is not None:
                raise refusal


@final
class OfThread(threading.local):
    """One guard for each thread."""

    def __init__(self) -> None:
        self.guard = Guard()


HERE: Final = OfThread()
"""`HERE.guard` is the guard of the present thread."""
