"""The watch over a run: what its callbacks must not use is replaced for its length, and audit events are heard."""

import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tallystick.platform.authoring.purity.guard import HERE, WATCH, Guard, OfThread
from tallystick.platform.authoring.purity.refused_events import REFUSED
from tallystick.platform.authoring.purity.watched import give_back, watch


@contextmanager
def guarding(*namespaces: dict[str, Any]) -> Iterator[Guard]:
    """Watch clocks, generators, files, sockets and processes for the length of a run; gives this thread's guard.

    `namespaces`: globals of user code that is not in `sys.modules` (a file loaded under no name). Names bound in user
    code to a watched function (`from time import time`) are watched too. All is given back when the last run ends.
    """
    with WATCH.lock:
        if not WATCH.hooked:
            sys.addaudithook(_heard)  # once for the process: a hook cannot be taken out again
            WATCH.hooked = True
        WATCH.replaced += watch(HERE, namespaces)
        WATCH.runs += 1
    try:
        yield HERE.guard
    finally:
        with WATCH.lock:
            WATCH.runs -= 1
            if not WATCH.runs:
                give_back(WATCH.replaced)
                WATCH.replaced.clear()


def _heard(event: str, arguments: tuple[Any, ...], here: OfThread = HERE) -> None:
    refused = REFUSED.get(event)
    if refused is not None and here.guard.depth:
        kind, call = refused
        if event == "open" and str(arguments[0]).startswith(zoneinfo.TZPATH):
            return  # the time zone database, read from C, is the same for every run
        here.guard.refuse(kind, f"{call}({arguments[0]!r})" if kind == "file" and arguments else call)
