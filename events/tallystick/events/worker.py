"""The shape of a worker: heavy or non-deterministic work outside of the reactors, whose result is an input.

A package that has one offers it as `worker()` in a module that a strategy names; nobody imports it by another way.
"""

from typing import Any, Protocol

import msgspec


class WorkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker gives back; `took_ns` is its modelled duration in book time (0: in time, whenever due).

    Of work that was asked for in an event of its own, `result` is the body of the event that answers it.
    """

    result: bytes
    engine: str
    version: str
    artefact: str = ""
    seed: int = 0
    took_ns: int = 0
    keep: bool = True
    """False where another run may find otherwise: something was not installed, or the memory was too small."""


class Worker(Protocol):
    """Does what is asked of it in a `work.requested`, or in an event of its own."""

    def work(self, request: bytes, seed: int) -> WorkResult:
        """Do the work; called outside any reactor, its result is recorded as an input. `seed` is the run's."""
        ...


class KeepingWorker(Worker, Protocol):
    """A worker whose results may be kept: they rest on the request and on its code alone, not on the run's seed."""

    def fingerprint(self) -> str:
        """Hash of the code that a result rests on."""
        ...

    def require(self, parameters: Any) -> None:
        """Raise `ImportError` where a strategy's parameters (by name) need something that is not installed."""
        ...
