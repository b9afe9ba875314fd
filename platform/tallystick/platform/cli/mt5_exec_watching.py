"""What a person sees while a bot trades: the date on its clock, how far that is, and how fast it makes its calls."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tallystick.market.spans import SECOND_NS

LOOK_S = 0.5


class AtWork(Protocol):
    """A bot's run as it goes on."""

    now: int
    """The bot's clock, ns UTC."""
    calls: int
    """Calls answered so far."""


class Watch:
    """Takes the run to be looked at, once there is one."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.run: AtWork | None = None

    def see(self, run: AtWork) -> None:
        """This is it."""
        self.run = run


@contextmanager
def watching(start_ns: int, end_ns: int) -> Iterator[Watch]:
    """A bar on stderr while the block runs, from the bot's first moment to its last; silent when nobody watches."""
    watch = Watch()
    if not sys.stderr.isatty():
        yield watch
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    gone = threading.Event()
    with Progress(*columns, console=Console(stderr=True, safe_box=True), transient=True) as bar:
        task = bar.add_task("prices are read", total=max(1, end_ns - start_ns))

        def look() -> None:
            calls, looked_s = 0, 0.0
            while not gone.wait(LOOK_S):
                run = watch.run
                if run is None or run.now < start_ns:
                    continue
                now_s = bar.tasks[0].elapsed or 0.0
                words = line_of(run.now, run.calls, (run.calls - calls) / max(now_s - looked_s, LOOK_S))
                calls, looked_s = run.calls, now_s
                bar.update(task, completed=run.now - start_ns, description=words)

        thread = threading.Thread(target=look, name="bot-progress", daemon=True)
        thread.start()
        try:
            yield watch
        finally:
            gone.set()
            thread.join()


def line_of(now_ns: int, calls: int, calls_a_second: float) -> str:
    """The bot's date and how fast it goes."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(now_ns // SECOND_NS, UTC)
    return f"the bot trades {at:%Y-%m-%d %H:%M} UTC, {calls:,} calls, {calls_a_second:,.0f}/s"
