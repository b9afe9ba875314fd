"""Work over ranges, on one thread or several; what a range computes is the same on any, so threads change no bit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

from tallystick.quantum.errors import SettingError

RANGES_PER_THREAD = 4


@dataclass(frozen=True)
class Threads:
    """Runs compiled loops, which hold no lock of the interpreter."""

    count: int = 1
    _pool: list[ThreadPoolExecutor] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.count < 1:
            message = f"threads {self.count}: at least one is needed"
            raise SettingError(message)

    def over(self, size: int, run: Callable[[int, int], object], *, least: int = 1) -> None:
        """Call `run(start, stop)` over consecutive ranges that make up 0..size, none shorter than `least` but the last.

        Ranges may run at the same time: they must not touch one another's data.
        """
        ranges = min(self.count * RANGES_PER_THREAD, max(size // least, 1))
        if self.count == 1 or ranges == 1:
            if size:
                run(0, size)
            return
        if not self._pool:
            self._pool.append(ThreadPoolExecutor(self.count))
        edges = [size * each // ranges for each in range(ranges + 1)]
        for done in [self._pool[0].submit(run, *each) for each in pairwise(edges)]:
            done.result()
