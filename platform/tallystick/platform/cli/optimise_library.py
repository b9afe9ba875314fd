"""The quantum library as the command line finds it: by name, for the platform imports no domain module.

Its errors become failures with a code here, in one place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tallystick.platform.cli.failure import Failure

NAME = "tallystick.quantum"
PARTS = {
    "limits": ("classical.cardinality", "Limits"),
    "problem": ("problem.portfolio_problem", "PortfolioProblem"),
    "condition": ("problem.conditions", "Condition"),
    "group": ("problem.conditions", "Group"),
    "trading": ("problem.conditions", "Trading"),
    "variance": ("problem.risk", "Variance"),
    "cvar": ("problem.risk", "CVaR"),
    "cdar": ("problem.risk", "CDaR"),
    "solve": ("problem.solving", "solve"),
    "account": ("problem.listing", "Account"),
    "listing": ("problem.listing", "Listing"),
    "allocate": ("problem.lots", "allocate"),
    "hybrid": ("pipeline.hybrid", "hybrid"),
    "sources": ("pipeline.ablation", "NAMES"),
    "settings": ("pipeline.settings", "HybridSettings"),
    "sample": ("estimators.covariance", "sample"),
    "ledoit-wolf": ("estimators.covariance", "ledoit_wolf"),
    "oas": ("estimators.covariance", "oas"),
    "rmt": ("estimators.covariance", "clipped"),
    "frontier": ("estimators.frontier", "efficient_frontier"),
    "numeric": ("problem.numeric", "numeric_form"),
    "search": ("classical.swap", "search"),
    "unsolvable": ("errors", "ProblemError"),
    "no_lots": ("errors", "NoLots"),
    "free_bytes": ("memory", "available"),
}
"""What the verb uses, by the name it has here."""


def quantum(part: str) -> Any:
    """A class or function of the library. Raises `Failure` E866 where the module is not installed."""
    module, name = PARTS[part]
    try:
        return getattr(import_module(f"{NAME}.{module}"), name)
    except ModuleNotFoundError as error:
        what = f"the quantum module cannot be loaded: {error}"
        raise Failure("E866", what, fix='pip install "tallystick[quantum]"') from error


def require_scipy(why: str, instead: str) -> None:
    """Raise `Failure` E866 before anything is computed where scipy is needed and not installed."""
    if find_spec("scipy") is None:
        what = f"{why} needs scipy, which is not installed"
        raise Failure("E866", what, fix=f'pip install "tallystick[quantum]", or {instead}')


@contextmanager
def its_errors_told() -> Iterator[None]:
    """Errors of the library as failures whose last sentence is the remedy."""
    errors = import_module(f"{NAME}.errors")
    codes = (
        (errors.ProblemError, "E864", "change the problem"),
        (errors.SettingError, "E865", "tallystick optimise --help"),
        (errors.TooBigError, "E863", "choose fewer assets or a smaller k"),
        (errors.Missing, "E866", 'pip install "tallystick[quantum]"'),
    )
    try:
        yield
    except errors.QuantumError as error:
        code, remedy = next((code, fix) for kind, code, fix in codes if isinstance(error, kind))
        text = str(error)
        what, mark, fix = text.rpartition(". ") if ". " in text else text.rpartition("; ")
        raise Failure(code, what if mark else text, fix=fix if mark else remedy) from error
