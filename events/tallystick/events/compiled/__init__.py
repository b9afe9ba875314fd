"""Loops over many hashes at once, compiled, where there are so many that loading the compiler pays.

Nothing here is loaded with the package. `for_records` says when to load: that takes about a second of CPU, a tenth
where Numba is at work in the process already, and spares three to six microseconds a record. The first loading of an
installation compiles, for five to fifteen seconds: it waits for a log that is worth it. Where OpenSSL's functions
cannot be found in the process (see `openssl`), and where Numba is missing, may not compile or has nowhere to keep what
it compiled, the answer is no, and who asked goes on in Python: both ways give the same bytes.
"""

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallystick.events.compiled.loops import Loops

HERE = Path(__file__).parent
PATIENCE = 250_000
"""After so many records in a process the compiler pays for itself."""
PATIENCE_WITH_NUMBA = 20_000
"""The same where Numba has been loaded for something else."""
PATIENCE_TO_COMPILE = 1_500_000
"""The same where nothing is kept of an earlier compilation."""


SEALING, WALKING = "sealing.seal", "grouping.take_groups"
"""What the loops are wanted for: the function that does most of it."""


class _Chosen:
    """The loops of this process, and how many records have gone by without them."""

    loops: "Loops | None" = None
    records = 0
    refused = False


def at_hand() -> "Loops | None":
    """The loops where they are loaded."""
    return _Chosen.loops


def for_records(count: int, wanted: str) -> "Loops | None":
    """The loops for so many records that are about to be hashed, loaded when enough have come in this process.

    `wanted`: for `SEALING` or for `WALKING`.
    """
    return load() if due(count, wanted) else _Chosen.loops


def due(count: int, wanted: str) -> bool:
    """Whether the loops are not loaded and, so many records on, should be now."""
    if _Chosen.loops is not None or _Chosen.refused:
        return False
    _Chosen.records += count
    return _Chosen.records >= patience(wanted)


def patience(wanted: str) -> int:
    """How many records a process takes in Python before it loads the loops."""
    if not kept(wanted):
        return PATIENCE_TO_COMPILE
    return PATIENCE_WITH_NUMBA if "numba" in sys.modules else PATIENCE


@cache
def kept(wanted: str, folder: Path = HERE) -> bool:
    """Whether Numba's cache beside the code in `folder` holds a function; one kept elsewhere is not looked for."""
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    return any((folder / "__pycache__").glob(f"{wanted}-*.{version}.nbi"))


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
