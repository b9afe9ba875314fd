"""What an optimisation came to: plain values for the console's table, the page and JSON, whoever computed them.

Weights are shares of the capital. Objective, bound and costs are of one period; returns and deviations are a year's.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A portfolio or an asset by what it earns and how much that varies, both a year."""

    name: str
    earns: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Holding:
    """An asset of the universe with its weight, and with what it had before where that was told."""

    name: str
    weight: float
    earns: float
    deviation: float
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where supports came from, and what they came to before and after equal polishing."""

    name: str
    objective: float | None
    gap: float | None
    supports: int
    polished: int
    hits: int
    raw_best: float | None
    raw_mean: float | None


@dataclass(frozen=True, slots=True)
class Shot:
    """One bitstring over the sub-universe: which assets it holds, how probable it is, its cost at equal weights."""

    bits: str
    assets: tuple[str, ...]
    probability: float
    cost: float


@dataclass(frozen=True, slots=True)
class Circuit:
    """What the circuit says of one sub-universe; `trace` are the values met on the way to its angles.

    `allowed_probability`: that a shot meets the conditions; another is thrown away.
    """

    assets: tuple[str, ...]
    chosen_by: str
    k: int
    gammas: tuple[float, ...]
    betas: tuple[float, ...]
    ratio: float
    uniform_ratio: float
    optimum_probability: float
    uniform_probability: float
    allowed_probability: float
    top: tuple[Shot, ...]
    trace: tuple[float, ...]
    shots: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A frontier: deviations and returns, from the least risk up."""

    name: str
    deviations: tuple[float, ...]
    earns: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """A symbol in lots, below 0 sold: the weight that makes, the weight without lots, worth and margin in money."""

    name: str
    lots: float
    weight: float
    wanted: float
    worth: float
    margin: float


@dataclass(frozen=True, slots=True)
class InLots:
    """The best whole volume steps for an account; money in `currency`, of `digits` decimals.

    `gap` is how far the objective is above `bound`, which no lots of the `searched` symbols are below, and
    `fractional_gap` how far above the weights', both relative; `proved`: no other lots of any symbol are better.
    """

    volumes: tuple[Volume, ...]
    conditions: str
    prices: str
    currency: str
    digits: int
    equity: float
    leverage: int
    margin: float
    objective: float
    bound: float
    gap: float
    fractional_gap: float
    closed: bool
    proved: bool
    searched: tuple[str, ...]
    nodes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a desk is shown; `added` is what the circuit added in a sentence, empty where none ran."""

    title: str
    universe: str
    asked: str
    holdings: tuple[Holding, ...]
    objective: float
    bound: float
    gap: float
    bound_from: str
    closed: bool
    risk: str
    risk_value: float
    trading_cost: float | None
    turnover: float | None
    portfolio: Place
    equal: Place
    curves: tuple[Curve, ...]
    sources: tuple[Source, ...]
    added: str
    circuits: tuple[Circuit, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    lots: InLots | None = None

    @property
    def held(self) -> tuple[Holding, ...]:
        """The assets with a weight, the largest first."""
        return tuple(sorted((each for each in self.holdings if each.weight), key=lambda each: -abs(each.weight)))
