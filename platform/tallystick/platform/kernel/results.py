"""Results of work: each distinct request is computed once in a run and, where a folder is named, once for all runs.

A result is kept under the SHA-256 of what it rests on: the worker, the code it names, and the canonical request. A file
of the folder is the line `tallystick result 1`, the SHA-256 of what follows, the key, and the result. One that is not
exactly that is ignored and written anew; so is one under another key. The folder is a cache: without it a run has the
same records, for whether a result came out of it is recorded nowhere.
"""

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from tallystick.events.canonical import encode
from tallystick.events.files import Disk, write_whole
from tallystick.events.worker import Worker, WorkResult
from tallystick.platform.kernel.deadlines import PendingWork
from tallystick.platform.kernel.manifest import versions

logger = logging.getLogger("tallystick.book")

MAGIC = b"tallystick result 1\n"
DIGEST = 32
SUFFIX = ".result"


def user_folder(home: Path | None = None) -> Path:
    """The user's own cache: `results` in `home` or TALLYSTICK_HOME, else where the system keeps a user's caches."""
    named = home or os.environ.get("TALLYSTICK_HOME")  # noqa: TID251 -- where the user's own cache lies
    if named:
        return Path(named) / "results"
    from platformdirs import user_cache_path

    return user_cache_path("tallystick", appauthor=False) / "results"


class Doing(Protocol):
    """Where the results of work come from: `Results` computes them; live they arrive by themselves."""

    def of(self, work: PendingWork, seed: int) -> WorkResult | None:
        """The result of a request, or None: nobody waits for it. `seed` is the run's."""
        ...


class Results:
    """What the workers of a run found; `asked` and `cached` count requests and those that nobody had to compute."""

    def __init__(self, workers: Mapping[str, Worker], folder: Path | None = None) -> None:
        """`folder` is made when the first result is kept; None keeps nothing beyond this process."""
        self._workers = dict(workers)
        self._folder = folder
        self._known: dict[tuple[str, bytes], WorkResult] = {}
        self._counted: set[int] = set()
        self.asked = 0
        self.cached = 0

    def of(self, work: PendingWork, seed: int) -> WorkResult:
        """The worker's result for a request; `seed` is the run's."""
        known = self._known.get((work.worker, work.request))
        if work.seq not in self._counted:  # work that needs longer is asked about again
            self._counted.add(work.seq)
            self.asked += 1
            self.cached += known is not None
        if known is not None:
            return known
        doing = self._workers[work.worker]
        path = self._path(work, doing)
        result = None if path is None else read(path)
        if result is not None:
            self.cached += 1
        else:
            result = doing.work(work.request, seed)
            if path is not None and result.keep:
                _keep(path, result)
        self._known[work.worker, work.request] = result
        return result

    def _path(self, work: PendingWork, worker: Worker) -> Path | None:
        """Where the result of a request lies; None of a worker that does not say what its results rest on."""
        fingerprint = getattr(worker, "fingerprint", None)
        if self._folder is None or fingerprint is None:
            return None
        rests_on = encode([work.worker, fingerprint(), dict(versions()), work.request])
        key = hashlib.sha256(rests_on).hexdigest()
        return self._folder / key[:2] / f"{key}{SUFFIX}"


def read(path: Path) -> WorkResult | None:
    """The result in a file of the cache; None where there is none, or what is there is not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    body = content[len(MAGIC) + DIGEST :]
    if content != MAGIC + hashlib.sha256(body).digest() + body:
        return None
    try:
        key, result = msgspec.msgpack.decode(body, type=tuple[str, WorkResult])
    except msgspec.MsgspecError:
        return None
    return result if key == path.name.removesuffix(SUFFIX) else None


def _keep(path: Path, result: WorkResult) -> None:
    body = encode([path.name.removesuffix(SUFFIX), result])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(Disk(), path, MAGIC + hashlib.sha256(body).digest() + body)
    except OSError as error:  # only a cache: without it the next run computes it again
        logger.warning("no result is kept in %s: %s", path.parent, error)
