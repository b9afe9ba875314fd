"""What a desk asks for, as a problem of the quantum library, and in words."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tallystick.market.arrays import Floats
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_library import quantum
from tallystick.platform.cli.optimise_side_files import Sector
from tallystick.platform.cli.optimise_universe import Universe

Risk = Literal["variance", "cvar", "cdar"]
Expect = Literal["mean", "nothing"]
MONTHS = 12
BUY_IN = 0.01
RISK_WORDS = {"variance": "variance", "cvar": "CVaR", "cdar": "CDaR"}


@dataclass(frozen=True, slots=True)
class Trades:
    """What is held already (n,), what trading costs per unit of weight, and over how many periods that is spread."""

    previous: Floats
    cost: float
    turnover: float | None
    hold: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions; numbers are shares of the capital."""

    k: int | None = None
    fewest: int | None = None
    buy_in: float | None = None
    upper: float = 1.0
    risk_aversion: float = 1.0
    gross: float | None = None
    expect: Expect = "mean"
    risk: Risk = "variance"
    level: float = 0.95
    sectors: tuple[Sector, ...] = ()
    trades: Trades | None = None

    @property
    def long_short(self) -> bool:
        """Whether weights may be below 0."""
        return self.gross is not None

    @property
    def least_held(self) -> float:
        """The buy-in; where none was said that of Chang et al. (2000) for a number of assets, and 0 for any."""
        usual = 0.0 if self.k is None else BUY_IN
        return usual if self.buy_in is None else self.buy_in


def hold_periods(universe: Universe, asked: float | None) -> float:
    """Periods until the next rebalancing: a month, if nothing was said."""
    return max(universe.periods / MONTHS, 1.0) if asked is None else asked


def stated(universe: Universe, asked: Asked) -> Any:
    """The library's problem of one period. Its own errors pass through."""
    tail = asked.risk != "variance"
    if tail and universe.returns is None:
        what = f"{universe.title} has no rows of returns, which {RISK_WORDS[asked.risk]} is counted from"
        raise Failure("E861", what, fix="--risk variance, or give a table of prices or returns")
    trading = None
    if asked.trades is not None:
        cost = asked.trades.cost / asked.trades.hold
        trading = quantum("trading")(asked.trades.previous, cost, asked.trades.turnover)
    return quantum("problem")(
        expected_returns=universe.mean if asked.expect == "mean" else np.zeros(len(universe.names)),
        covariance=None if tail else universe.covariance,
        k=asked.k,
        risk_aversion=asked.risk_aversion,
        fewest=asked.fewest,
        lower=-asked.upper if asked.long_short else 0.0,
        upper=asked.upper,
        buy_in=asked.least_held,
        gross=asked.gross,
        groups=[quantum("group")(each.members, each.most) for each in asked.sectors if each.most is not None],
        conditions=[_condition(universe, each) for each in asked.sectors if each.cap is not None],
        trading=trading,
        risk=quantum(asked.risk)() if asked.risk == "variance" else quantum(asked.risk)(asked.level),
        scenarios=universe.returns if tail else None,
        names=universe.names,
    )


def _condition(universe: Universe, sector: Sector) -> Any:
    members = np.zeros(len(universe.names))
    members[list(sector.members)] = 1.0
    return quantum("condition")(tuple(members.tolist()), high=sector.cap)


def in_words(universe: Universe, asked: Asked, estimator: str) -> str:
    """The problem in a sentence or two."""
    n = len(universe.names)
    if asked.k is None:
        count = f"any number of {n} assets"
    elif asked.fewest is not None and asked.fewest != asked.k:
        count = f"{asked.fewest} to {asked.k} of {n} assets"
    else:
        count = f"exactly {asked.k} of {n} assets"
    size = f"each at {_share(asked.least_held)} to {_share(asked.upper)}"
    if asked.gross is not None:
        size += f", long or short, gross at most {_share(asked.gross)}"
    sides = [f"{sector.name} at most {_most(sector)}" for sector in asked.sectors[:3]]
    if len(asked.sectors) > 3:
        sides.append(f"{len(asked.sectors) - 3} more sectors")
    level = "" if asked.risk == "variance" else f" at {asked.level:g}"
    gain = "" if asked.expect == "nothing" else " - mean return"
    measure = f"minimise {asked.risk_aversion:g} x {RISK_WORDS[asked.risk]}{level}{gain}"
    if asked.risk == "variance":
        measure += f" ({estimator if universe.returns is not None else 'given'} covariance)"
    if asked.trades is not None:
        trades = asked.trades
        if trades.cost:
            measure += f" + costs of {trades.cost:g} a unit traded, spread over {trades.hold:g} periods"
        if trades.turnover is not None:
            sides.append(f"turnover at most {_share(trades.turnover)}")
    return ", ".join([count, size, *sides]) + f"; {measure}"


def _most(sector: Sector) -> str:
    """The cap of a sector, and how many of it."""
    capped = [] if sector.cap is None else [_share(sector.cap)]
    return " and ".join([*capped, *([] if sector.most is None else [f"{sector.most} of {len(sector.members)}"])])


def _share(value: float) -> str:
    return f"{value * 100:.4g} %"
