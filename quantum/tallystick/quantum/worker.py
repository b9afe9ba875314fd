"""The optimiser as a book's worker: a book's strategies name this module and ask for `worker()`.

The compiler and the rest of the package are loaded when there is work: a run whose results are all cached pays nothing.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tallystick.events.worker import KeepingWorker, WorkResult

RAMP = "ramp"


class OptimisationWorker:
    """Answers `optimisation.requested` with `optimisation.completed`; the same request gives the same bytes."""

    def work(self, request: bytes, seed: int) -> WorkResult:  # noqa: ARG002 -- the request carries a seed of its own
        """See `book.optimising.completed`; what cannot be solved is answered too, with the reason."""
        from tallystick.quantum.book.optimising import body_of, completed, requested

        asked = requested(request)
        found = completed(asked)
        return WorkResult(
            result=body_of(found),
            engine=found.engine,
            version=found.version,
            artefact=found.settings_hash,
            seed=found.seed,
            keep=found.outcome == "lots",
        )

    def fingerprint(self) -> str:
        """SHA-256 over the files of this package and of `tallystick.market`, in hex."""
        return _fingerprint()

    def require(self, parameters: Mapping[str, Any]) -> None:
        """Angles that are searched for need scipy."""
        if parameters.get("angles", RAMP) != RAMP and find_spec("scipy") is None:
            message = f'angles "{parameters["angles"]}" need scipy, "{RAMP}" does not'
            raise ImportError(message)


def worker() -> KeepingWorker:
    """The optimiser."""
    return OptimisationWorker()


@cache
def _fingerprint() -> str:
    import tallystick.market.rows

    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, Path(tallystick.market.rows.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()
