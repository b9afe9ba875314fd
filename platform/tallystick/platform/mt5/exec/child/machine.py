"""The machine's own clock, chance and waits, kept before anything is put in their place.

Whoever needs them (the watchdog, a run at real speed, waits for what lies outside) takes them from here.
"""

import _thread
import os
import selectors
import time
from types import SimpleNamespace
from typing import Any

monotonic = time.monotonic
sleep = time.sleep
urandom = os.urandom
start_thread = _thread.start_new_thread
clock: Any = SimpleNamespace(**vars(time))
"""The module `time` as it was."""
waits = {
    name: kind.select
    for name, kind in vars(selectors).items()
    if isinstance(kind, type) and issubclass(kind, selectors.BaseSelector)
}
"""The `select` of each selector of the standard library, by the name of its class."""


def for_processes(module: Any) -> None:
    """Processes of the bot's own run in the machine's time, so a module that waits for them does too."""
    module.time = clock
    if hasattr(module, "_time"):
        module._time = monotonic  # noqa: SLF001 -- the name under which `subprocess` keeps it
    for name in ("_PopenSelector", "_WaitSelector"):
        kind = getattr(module, name, None)
        if kind is not None:
            setattr(module, name, type(kind.__name__, (kind,), {"select": waits[kind.__name__]}))
