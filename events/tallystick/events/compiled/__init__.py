"""Loops over many hashes at once, compiled, where there are so many that loading them pays.

A writer's loops (`at_hand`) come with Numba: loading them takes about a second of CPU, a tenth where Numba is at work
already, and spares three to six microseconds a record. A verifier's (`walking`) are kept as machine code and loaded
without it, in less than a tenth of a second, on Linux. The first loading of an installation compiles, for five to
fifteen seconds: it waits for a log that is worth it. Where OpenSSL's functions cannot be found in the process (see
`openssl`), and where Numba is missing or may not compile, the answer is no, and who asked goes on in Python: both ways
give the same bytes.
"""

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallystick.events.compiled.keeping import Entries
    from tallystick.events.compiled.loops import Loops
    from tallystick.events.compiled.walks import Walking

HERE = Path(__file__).parent
PATIENCE = 250_000
"""After so many records in a process the compiler pays for itself."""
PATIENCE_WITH_NUMBA = 20_000
"""The same where Numba has been loaded for something else."""
PATIENCE_WITH_CODE = 20_000
"""The same for the verifier's loops, whose machine code was kept."""
PATIENCE_TO_COMPILE = 1_500_000
"""The same where nothing is kept of an earlier compilation."""


SEALING, WALKING = "sealing.seal", "walking"
"""What loops are wanted for: a writer's, by the function that does most of it, and a verifier's."""


class _Chosen:
    """The loops of this process, and how many records have gone by without them."""

    loops: "Loops | None" = None
    walking: "Walking | None" = None
    records = 0
    refused: frozenset[str] = frozenset()


def at_hand() -> "Loops | None":
    """A writer's loops where they are loaded."""
    return _Chosen.loops


def walking() -> "Walking | None":
    """A verifier's loops where they are loaded."""
    return _Chosen.walking


def for_records(count: int, wanted: str) -> "Loops | None":
    """A writer's loops for so many records about to be hashed, loaded when enough have come in this process."""
    return load() if due(count, wanted) else _Chosen.loops


def due(count: int, wanted: str) -> bool:
    """Whether the loops are not loaded and, so many records on, should be now; for `SEALING` or for `WALKING`."""
    there = _Chosen.walking if wanted == WALKING else _Chosen.loops
    if there is not None or wanted in _Chosen.refused:
        return False
    _Chosen.records += count
    return _Chosen.records >= patience(wanted)


def patience(wanted: str) -> int:
    """How many records a process takes in Python before it loads the loops."""
    if not kept(wanted):
        return PATIENCE_TO_COMPILE
    if wanted == WALKING:
        from tallystick.events.compiled import keeping

        if keeping.loads_alone():
            return PATIENCE_WITH_CODE
    return PATIENCE_WITH_NUMBA if "numba" in sys.modules else PATIENCE


@cache
def kept(wanted: str, folder: Path = HERE) -> bool:
    """Whether what was compiled is kept beside the code in `folder`; what Numba keeps elsewhere is not looked for."""
    if wanted == WALKING:
        from tallystick.events.compiled import keeping

        return keeping.kept(folder)
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    return any((folder / "__pycache__").glob(f"{wanted}-*.{version}.nbi"))


def load() -> "Loops | None":
    """A writer's loops, loaded now; None where they cannot be."""
    if _Chosen.loops is None:
        _Chosen.loops = _loops()
        _Chosen.refused = _Chosen.refused - {SEALING} if _Chosen.loops else _Chosen.refused | {SEALING}
    return _Chosen.loops


def load_walking() -> "Walking | None":
    """A verifier's loops, loaded now; None where they cannot be."""
    if _Chosen.walking is None:
        _Chosen.walking = _walking()
        _Chosen.refused = _Chosen.refused - {WALKING} if _Chosen.walking else _Chosen.refused | {WALKING}
    return _Chosen.walking


def _loops() -> "Loops | None":
    from tallystick.events.compiled import openssl

    functions = openssl.found()
    if functions is None:
        return None
    try:
        from tallystick.events.compiled import keeping

        keeping.require_compiler()
        from tallystick.events.compiled.loops import Loops
    except (ImportError, RuntimeError):  # no Numba; it may not compile; no folder for its cache
        return None
    return Loops(functions)


def _walking() -> "Walking | None":
    from tallystick.events.compiled import openssl

    functions = openssl.found()
    if functions is None:
        return None
    try:
        from tallystick.events.compiled.walks import Walking

        return Walking(functions, _entries())
    except (ImportError, RuntimeError):  # no LLVM; no compiler, or one that may not compile
        return None


@cache
def _entries() -> "Entries":
    from tallystick.events.compiled import keeping

    return keeping.entries()


def refuse() -> None:
    """Go on in Python from here, whatever comes; `load` and `load_walking` end it."""
    _Chosen.loops, _Chosen.walking, _Chosen.refused = None, None, frozenset((SEALING, WALKING))
