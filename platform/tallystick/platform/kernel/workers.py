"""Workers by the name that a strategy says: a Python module with a function `worker()`, found when a run begins.

The platform imports no domain module itself. Whatever is missing for a plan's work is said before anything is written.
A replay needs no worker: what they found is recorded.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from tallystick.events.worker import Worker
from tallystick.platform.kernel.errors import WorkerMissing
from tallystick.platform.plan import RunPlan, StrategyPlan
from tallystick.platform.strategies import KINDS

EXTRAS = {"tallystick.quantum": "quantum"}
"""What of ours has to be installed for a package, beside the platform."""


def asks_workers(plan: RunPlan) -> tuple[StrategyPlan, ...]:
    """The plan's own strategies that ask a worker."""
    return tuple(one for one in plan.strategies if getattr(KINDS.get(one.kind), "workers", ()))


def workers_of(plan: RunPlan) -> dict[str, Worker]:
    """The workers that a plan's own strategies ask, made ready. Raises `WorkerMissing` where one is missing."""
    made: dict[str, Worker] = {}
    for one in plan.strategies:
        for name in getattr(KINDS.get(one.kind), "workers", ()):
            if name not in made:
                made[name] = found(name, one.name)
            _require(made[name], name, one.name, one.parameters)
    return made


def workers_named(modules: Iterable[Any], ready: Iterable[str] = ()) -> dict[str, Worker]:
    """The workers that modules name and that are not ready yet. Raises `WorkerMissing` where one is missing."""
    asked = {name: module.name for module in modules for name in getattr(module, "workers", ())}
    return {name: found(name, who) for name, who in asked.items() if name not in set(ready)}


def found(name: str, who: str) -> Worker:
    """The worker of this name, which `who` asks. Raises `WorkerMissing` saying what to install."""
    try:
        made: Worker = import_module(name).worker()
    except ImportError as error:
        raise _missing(name, who, str(error)) from error
    except AttributeError as error:
        message = f"{who} asks the worker {name}, which has no function worker()"
        raise WorkerMissing(message, "name a module that has one") from error
    return made


def _require(worker: Worker, name: str, who: str, parameters: Any) -> None:
    """A worker may need more for some parameters than for others; it says so with an ImportError."""
    require = getattr(worker, "require", None)
    if require is None:
        return
    try:
        require(parameters)
    except ImportError as error:
        raise _missing(name, who, str(error)) from error


def _missing(name: str, who: str, why: str) -> WorkerMissing:
    extra = next((extra for package, extra in EXTRAS.items() if f"{name}.".startswith(f"{package}.")), "")
    message = f"{who} asks the worker {name}, which is not installed: {why.rstrip('.')}"
    fix = f'pip install "tallystick[{extra}]"' if extra else f"install the package that has {name}"
    return WorkerMissing(message, fix)
