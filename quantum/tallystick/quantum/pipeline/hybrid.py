"""The hybrid run: solve classically, reduce, let a simulated circuit propose, polish, compare, keep the best.

1. The classical answer, with its bound; it is what comes back unless something better is found.
2. The covariance of proposals is cleaned; a universe too large is reduced to overlapping sub-universes.
3. On each, the circuit's state is computed exactly; shots are drawn from it, and as many uniform random supports.
4. Exact weights for the supports; the best of each source are polished, equally many.
5. The best of all, with the classical bound, and the comparison.

No step looks at a clock; the seed draws the shots and nothing else.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.comparing import Comparison
from tallystick.quantum.pipeline.equal_weights import BitCosts, cleaned_covariance, equal_weight_costs
from tallystick.quantum.pipeline.hashing import problem_hash, settings_hash
from tallystick.quantum.pipeline.proposing import SMALLER, Draws, Landscape, landscape, propose
from tallystick.quantum.pipeline.reduction import Guide, SubUniverse, relaxed, require_room, size_of, sub_universes
from tallystick.quantum.pipeline.result import HybridResult, Proposals
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.pipeline.weighing import SwapWeighing, TailWeighing, Weighing
from tallystick.quantum.problem.numeric import numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance
from tallystick.quantum.problem.solving import Portfolio, solve

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
ENGINE = "tallystick.quantum subspace simulator"
DEFAULT = HybridSettings()


def hybrid(
    problem: PortfolioProblem,
    settings: HybridSettings = DEFAULT,
    limits: Limits | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> HybridResult:
    """The best portfolio that classical search and a simulated circuit find, and what the circuit added.

    `progress` is told (what, done, of how many). Raises ProblemError where no weights meet all conditions,
    TooBigError where a sub-universe would need more memory than there is (nothing was allocated then), Missing
    without scipy where the settings or the measure of risk need it.
    """
    limits, progress = limits or Limits(), progress or _silent
    if problem.chooses and problem.least == problem.most:
        require_room(size_of(problem.size, problem.most, settings), problem.most, settings)
    progress("classical", 0, 1)
    classical = solve(problem, limits)
    k = problem.most if problem.least == problem.most else len(classical.support)
    proposals: list[Proposals] = []
    drawn: dict[str, list[Draws]] = {}
    form = numeric_form(problem)
    weighing: Weighing = TailWeighing(problem, limits)
    costs: BitCosts | None = None
    if problem.chooses and 0 < k < problem.size:
        size = size_of(problem.size, k, settings)
        require_room(size, k, settings)
        covariance = cleaned_covariance(problem, settings.observations)
        relaxation = relaxed(problem, form, covariance)
        if isinstance(problem.risk, Variance):
            weighing = SwapWeighing(problem, form, relaxation.signs)
        costs = equal_weight_costs(problem, covariance, k, relaxation.signs)
        guide = Guide(classical, weighing, relaxation, covariance)
        subs = sub_universes(problem, guide, size, settings.sub_universes)
        proposals, drawn = _proposed(problem, costs, subs, k, settings, progress)
    compared = Comparison(problem, weighing, classical, settings.polish, progress, _cost_of(costs))
    ablation, better = compared.of(drawn)
    return HybridResult(
        portfolio=classical if better is None else _improved(problem, classical, better),
        classical=classical,
        proposals=tuple(proposals),
        ablation=ablation,
        settings=settings,
        limits=limits,
        problem_hash=problem_hash(problem),
        settings_hash=settings_hash(settings, limits),
        engine=ENGINE,
        version=_version(),
    )


def _proposed(
    problem: PortfolioProblem,
    costs: BitCosts,
    subs: list[SubUniverse],
    k: int,
    settings: HybridSettings,
    progress: Progress,
) -> tuple[list[Proposals], dict[str, list[Draws]]]:
    proposals: list[Proposals] = []
    drawn: dict[str, list[Draws]] = {"qaoa": [], "random": []}
    for place, sub in enumerate(subs):
        progress("propose", place, len(subs))
        ground = landscape(problem, costs, sub, k, settings.threads)
        if ground is None:
            continue
        said, found, random = propose(sub, ground, _smaller(problem, costs, sub, k, settings), settings, place)
        proposals.append(said)
        drawn["qaoa"].append(found)
        drawn["random"].append(random)
    return proposals, drawn if proposals else {}


def _smaller(
    problem: PortfolioProblem, costs: BitCosts, sub: SubUniverse, k: int, settings: HybridSettings
) -> Landscape | None:
    """Fewer assets, spread over the sub-universe, of which about the same share is held; groups left aside."""
    size = len(sub.members)
    if settings.angles != "transfer" or size <= SMALLER:
        return None
    members = tuple(sub.members[each * size // SMALLER] for each in range(SMALLER))
    share = min(max(round(k * SMALLER / size), 1), SMALLER - 1)
    free = replace(problem, groups=(), lower=np.minimum(np.asarray(problem.lower), 0.0))
    return landscape(free, costs, SubUniverse(members, sub.chosen_by), share, settings.threads)


def _improved(problem: PortfolioProblem, classical: Portfolio, weights: Floats) -> Portfolio:
    """The weights as a portfolio, under the bound that the classical search proved."""
    objective = problem.objective(weights)
    gap = max(objective - classical.bound, 0.0) / max(abs(objective), 1e-300)
    support = tuple(int(each) for each in np.flatnonzero(weights))
    return replace(classical, weights=weights, support=support, objective=objective, gap=gap)


def _cost_of(costs: BitCosts | None) -> Callable[[tuple[int, ...]], float]:
    def cost(support: tuple[int, ...]) -> float:
        if costs is None:
            return 0.0
        held = list(support)
        return float(costs.quadratic[np.ix_(held, held)].sum() + costs.linear[held].sum()) + costs.constant

    return cost


def _version() -> str:
    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "from source"


def _silent(what: str, done: int, of: int) -> None:
    del what, done, of
