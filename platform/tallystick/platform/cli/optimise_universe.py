"""What is chosen from: names, means and covariance of one period, from a table of prices or returns, or a port file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tallystick.market.arrays import Floats
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_library import quantum
from tallystick.platform.cli.optimise_panel import MIB, Panel, panel_of, read_source
from tallystick.platform.cli.optimise_port import WEEKS, Port, is_port, port_of
from tallystick.platform.cli.optimise_returns import NAMED, Missing, Returns, returns_of

Estimator = Literal["sample", "ledoit-wolf", "oas", "rmt"]
Kind = Literal["", "prices", "returns"]
MATRICES = 20
"""Matrices (n, n) that estimator and search hold at once, rounded up."""
ENOUGH = 2
"""Rows for each asset below which the sample covariance is mostly noise."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the file is to be read."""

    kind: Kind = ""
    missing: Missing = "refuse"
    last: int | None = None
    periods: float | None = None
    estimator: Estimator = "sample"


@dataclass(frozen=True, eq=False, slots=True)
class Universe:
    """Means (n,) and covariance (n, n) of one period; `returns` (T, n) where the file had rows."""

    title: str
    names: tuple[str, ...]
    mean: Floats
    covariance: Floats
    returns: Floats | None
    periods: float
    words: str
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    latest: Floats | None = None
    """The last prices (n,), where the file holds prices."""
    last: str = ""
    """What names their row."""

    @property
    def deviation(self) -> Floats:
        """Standard deviations (n,) a year."""
        return np.sqrt(np.diag(self.covariance) * self.periods)

    @property
    def earns(self) -> Floats:
        """Mean returns (n,) a year, added up and not compounded."""
        return self.mean * self.periods


def universe_of(path: Path, reading: Reading) -> Universe:
    """Raises `DataError` and `Failure` for what cannot be read, with file, line and column."""
    source = read_source(path, quantum("free_bytes")())
    if not isinstance(source, Panel):
        if is_port(source):
            return _of_port(port_of(source), reading)
        source = panel_of(source)
    if reading.last is not None:
        source = source.rows(np.arange(len(source.labels)) >= len(source.labels) - reading.last)
    return _of_returns(returns_of(source, reading.kind, reading.missing, reading.periods), reading.estimator)


def _require_room(n: int, title: str) -> None:
    """Raise `Failure` E863 where the matrices of a search over n assets would not fit."""
    needed, free = MATRICES * 8 * n * n, quantum("free_bytes")()
    if needed > free:
        what = f"{n:,} assets of {title} need {needed / MIB:,.0f} MiB of memory"
        raise Failure("E863", what, got=f"{free / MIB:,.0f} MiB free", fix="give fewer assets")


def _of_port(port: Port, reading: Reading) -> Universe:
    if reading.kind or reading.last or reading.missing != "refuse" or reading.estimator != "sample":
        what = f"{port.title} is a port file of the OR-Library: it holds means and correlations, no rows"
        raise Failure("E861", what, fix="leave out --prices, --returns, --last, --missing and --estimator")
    periods = WEEKS if reading.periods is None else reading.periods
    words = f"{port.title}: port file of the OR-Library, {len(port.names)} assets, {periods:g} periods a year"
    return Universe(port.title, port.names, port.mean, port.covariance, None, periods, words, (), ())


def _of_returns(found: Returns, estimator: Estimator) -> Universe:
    count, n = found.values.shape
    words = (
        f"{found.title}: {found.kind}, {n} assets, {count:,} returns from {found.first} to {found.last}, {found.rhythm}"
    )
    warnings = []
    if count <= n and estimator == "sample":
        warnings.append(
            f"{count} returns for {n} assets: the sample covariance is singular and shows risk-free portfolios that do "
            "not exist. --estimator ledoit-wolf, oas or rmt help"
        )
    elif count < ENOUGH * n and estimator == "sample":
        warnings.append(
            f"{count} returns for {n} assets: the sample covariance is mostly noise. --estimator ledoit-wolf helps"
        )
    still = [
        name
        for name, moves in zip(found.names, (np.ptp(found.values, axis=0) > 0.0).tolist(), strict=True)
        if not moves
    ]
    if still:
        warnings.append(f"the return of {', '.join(still[:NAMED])} never changes: counted as free of risk")
    _require_room(n, found.title)
    covariance = np.asarray(quantum(estimator)(found.values), dtype=np.float64)
    mean = found.values.mean(axis=0)
    told = words, found.notes, tuple(warnings), found.latest, found.last
    return Universe(found.title, found.names, mean, covariance, found.values, found.periods, *told)
