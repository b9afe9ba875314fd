"""Loops over many hashes at once, compiled, where there are so many that loading the compiler pays.

Nothing here is loaded with the package. `for_records` says when to load: that takes about a second of CPU, a tenth
where Numba is at work in the process already, and spares some three microseconds a record. Where OpenSSL's functions
cannot be found in the process (see `openssl`), and where Numba is missing, may not compile or has nowhere to keep what
it compiled, the answer is no, and who asked goes on in Python: both ways give the same bytes.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallystick.events.compiled.loops import Loops

PATIENCE = 250_000
"""After so many records in a process the compiler pays for itself."""
PATIENCE_WITH_NUMBA = 20_000
"""The same where Numba has been loaded for something else."""


class _Chosen:
    """The loops of this process, and how many records have gone by without them."""

    loops: "Loops | None" = None
    records = 0
    refused = False


def at_hand() -> "Loops | None":
    """The loops where they are loaded."""
    return _Chosen.loops


def for_records(count: int) -> "Loops | None":
    """The loops for so many records that are about to be hashed, loaded when enough have come in this process."""
    if _Chosen.loops is None and not _Chosen.refused:
        _Chosen.records += count
        if _Chosen.records >= (PATIENCE_WITH_NUMBA if "numba" in sys.modules else PATIENCE):
            return load()
    return _Chosen.loops


def load() -> "Loops | None":
    """The loops, loaded now; None where they cannot be."""
    if _Chosen.loops is None:
        _Chosen.loops = _loops()
        _Chosen.refused = _Chosen.loops is None
    return _Chosen.loops


def _loops() -> "Loops | None":
    from tallystick.events.compiled import openssl

    functions = openssl.found()
    if functions is None:
        return None
    try:
        from numba import config

        from tallystick.events.compiled.loops import Loops
    except (ImportError, RuntimeError):  # no Numba; no folder for its cache
        return None
    return None if vars(config)["DISABLE_JIT"] else Loops(functions)


def refuse() -> None:
    """Go on in Python from here, whatever comes; `load` ends it."""
    _Chosen.loops, _Chosen.refused = None, True
