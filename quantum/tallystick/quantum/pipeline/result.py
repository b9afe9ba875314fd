"""What a hybrid run gives back: the portfolio, the classical answer alone, what was proposed, and the comparison."""

from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.ablation import Ablation
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.problem.listing import Account, Listing
from tallystick.quantum.problem.lots import Allocation
from tallystick.quantum.problem.solving import Portfolio


@dataclass(frozen=True, slots=True)
class Bitstring:
    """A support as positions of the problem's assets, its probability in one shot, and its cost.

    The cost is the objective at equal weights, which the circuit works on; not that of the exact weights.
    """

    support: tuple[int, ...]
    probability: float
    cost: float


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the circuit says of one sub-universe of `members` (positions of the problem's assets), k of them held.

    `expectation` is the expected cost at equal weights of the allowed supports that come out; `approximation_ratio`
    (greatest - expectation) / (greatest - least) over the allowed supports, `uniform_ratio` the same of uniform random
    ones; the two probabilities are the
    chance that a shot, or a uniform random support, is of least cost, and `allowed_probability` that a shot is not to
    be thrown away. `top` are the likeliest allowed supports. `trace` is every value of the angles' objective in order,
    costs counted in standard deviations from their mean (of `optimum`: minus its probability). `distinct` allowed
    supports came out of `shots`.
    """

    members: tuple[int, ...]
    chosen_by: str
    k: int
    layers: int
    gammas: tuple[float, ...]
    betas: tuple[float, ...]
    expectation: float
    approximation_ratio: float
    uniform_ratio: float
    optimum_probability: float
    uniform_probability: float
    allowed_probability: float
    top: tuple[Bitstring, ...]
    trace: tuple[float, ...]
    shots: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Lots:
    """That the best portfolio is wanted in lots too: the assets' listings in order, the account, as in `allocate`."""

    listings: tuple[Listing, ...]
    account: Account
    tolerance: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class HybridResult:
    """`portfolio` is the best of all with the classical bound, `classical` what `solve` gives alone.

    `settings_hash` is of settings and limits, `threads` left out; `problem_hash` of all that the problem states.
    Equal hashes, engine and version on one instruction set give equal `data()`, whatever the number of threads.
    """

    portfolio: Portfolio
    classical: Portfolio
    proposals: tuple[Proposals, ...]
    ablation: Ablation
    settings: HybridSettings
    limits: Limits
    problem_hash: str
    settings_hash: str
    engine: str
    version: str
    allocation: Allocation | None = None
    """The best lots near `portfolio`, where they were asked for."""

    @property
    def added(self) -> str:
        """What the circuit added, in one sentence made from the numbers."""
        return self.ablation.added

    def data(self) -> dict[str, Any]:
        """Everything as plain lists, dicts, numbers and texts, for JSON or msgpack; `threads` left out."""
        found: dict[str, Any] = plain(self)
        del found["settings"]["threads"]
        found["ablation"]["added"] = self.added
        return found


def plain(value: Any) -> Any:
    """A value object as dicts, lists, numbers and texts. Numbers that JSON does not know become None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
