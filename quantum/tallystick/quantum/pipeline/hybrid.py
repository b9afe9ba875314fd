"""The hybrid run: solve classically, reduce, let a simulated circuit propose, polish, compare, keep the best.

1. The classical answer, with its bound; it is what comes back unless something better is found.
2. The covariance of proposals is cleaned; a universe too large is reduced to overlapping sub-universes.
3. On each, the circuit's state is computed exactly; shots are drawn from it, as many of its start without layers, and
   as many uniform random supports.
4. Exact weights for the supports; the best of each source are polished, equally many.
5. The best of all, with the classical bound, and the comparison; in lots too where they are asked for.

No step looks at a clock; the seed draws the shots and nothing else.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.blas import one_thread
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.comparing import Compared, Comparison, alone
from tallystick.quantum.pipeline.equal_weights import BitCosts, cleaned_covariance, equal_weight_costs
from tallystick.quantum.pipeline.hashing import problem_hash, settings_hash
from tallystick.quantum.pipeline.proposing import SMALLER, Draws, Landscape, landscape, propose
from tallystick.quantum.pipeline.reduction import Guide, SubUniverse, relaxed, require_room, size_of, sub_universes
from tallystick.quantum.pipeline.result import HybridResult, Lots, Proposals
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.pipeline.weighing import SwapWeighing, TailWeighing, Weighing
from tallystick.quantum.problem.kinds import kind
from tallystick.quantum.problem.lots import Allocation, allocate
from tallystick.quantum.problem.numeric import numeric_form
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance
from tallystick.quantum.problem.solving import Portfolio, solve
from tallystick.quantum.problem.supports import bit_rows

Progress = Callable[[str, int, int], None]
ENGINE = "tallystick.quantum subspace simulator"
DEFAULT = HybridSettings()


@one_thread()
def hybrid(
    problem: PortfolioProblem,
    settings: HybridSettings = DEFAULT,
    limits: Limits | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    lots: Lots | None = None,
) -> HybridResult:
    """The best portfolio that classical search and a simulated circuit find, and what the circuit added.

    `progress` is told (what, done, of how many). Raises ProblemError where no weights, or no `lots`, meet all
    conditions, TooBigError where a sub-universe would need more memory than there is (nothing was allocated then),
    Missing without scipy where the settings or the measure of risk need it.
    """
    kind("problem", problem, PortfolioProblem, "Give PortfolioProblem(expected_returns, covariance, k=5)")
    kind("settings", settings, HybridSettings, "Give HybridSettings(layers=3), or leave them out")
    limits, progress = limits or Limits(), progress or _silent
    if problem.chooses and problem.least == problem.most:
        require_room(size_of(problem.size, problem.most, settings), problem.most, settings)
    progress("classical", 0, 1)
    classical = solve(problem, limits)
    proposals, compared = _run(problem, classical, settings, limits, progress)
    best = classical if compared.weights is None else _improved(problem, classical, compared.weights)
    return HybridResult(
        portfolio=best,
        classical=classical,
        proposals=tuple(proposals),
        ablation=compared.ablation,
        settings=settings,
        limits=limits,
        problem_hash=problem_hash(problem),
        settings_hash=settings_hash(settings, limits),
        engine=ENGINE,
        version=engine_version(),
        allocation=None if lots is None else _allocation(problem, best, lots, limits),
    )


def _run(
    problem: PortfolioProblem, classical: Portfolio, settings: HybridSettings, limits: Limits, progress: Progress
) -> tuple[list[Proposals], Compared]:
    """Steps 2 to 4; where the number held may vary it is that of the classical answer."""
    k = problem.most if problem.least == problem.most else len(classical.support)
    if not problem.chooses or not 0 < k < problem.size:
        return [], alone(classical)
    size = size_of(problem.size, k, settings)
    require_room(size, k, settings)
    covariance = cleaned_covariance(problem, settings.observations)
    form = numeric_form(problem)
    relaxation = relaxed(problem, form, covariance)
    costs = equal_weight_costs(problem, covariance, k, relaxation.weights)
    weighing: Weighing = SwapWeighing(problem, form, relaxation.signs)
    if not isinstance(problem.risk, Variance):
        weighing = TailWeighing(problem, limits, costs.at, settings.polish)
    subs = sub_universes(problem, Guide(classical, weighing, relaxation, covariance), size, settings.sub_universes)
    proposals, drawn = _proposed(problem, costs, subs, k, settings, progress)
    if not proposals:
        return [], alone(classical)
    compared = Comparison(problem, weighing, classical, settings.polish, progress)
    return proposals, compared.of(drawn)


def _proposed(
    problem: PortfolioProblem,
    costs: BitCosts,
    subs: Iterable[SubUniverse],
    k: int,
    settings: HybridSettings,
    progress: Progress,
) -> tuple[list[Proposals], dict[str, list[Draws]]]:
    """What is said of each sub-universe in which anything is allowed, and the draws there by source."""
    proposals: list[Proposals] = []
    drawn: dict[str, list[Draws]] = {}
    rows = bit_rows(problem)
    for sub in subs:
        progress("propose", len(proposals), settings.sub_universes)
        ground = landscape(costs, rows, sub, k, settings.threads)
        if ground is None:
            continue
        said, found = propose(sub, ground, _smaller(costs, sub, k, settings), settings, len(proposals))
        proposals.append(said)
        for source, draws in found.items():
            drawn.setdefault(source, []).append(draws)
        if len(proposals) == settings.sub_universes:
            break
    return proposals, drawn


def _smaller(costs: BitCosts, sub: SubUniverse, k: int, settings: HybridSettings) -> Landscape | None:
    """Fewer assets, spread over the sub-universe, of which about the same share is held; conditions left aside."""
    size = len(sub.members)
    if settings.angles != "transfer" or size <= SMALLER:
        return None
    members = tuple(sub.members[each * size // SMALLER] for each in range(SMALLER))
    share = min(max(round(k * SMALLER / size), 1), SMALLER - 1)
    return landscape(costs, [], SubUniverse(members, sub.chosen_by), share, settings.threads)


def _improved(problem: PortfolioProblem, classical: Portfolio, weights: Floats) -> Portfolio:
    """The weights as a portfolio, under the bound that the classical search proved."""
    objective = problem.objective(weights)
    gap = max(objective - classical.bound, 0.0) / max(abs(objective), 1e-300)
    support = tuple(int(each) for each in np.flatnonzero(weights))
    return replace(classical, weights=weights, support=support, objective=objective, gap=gap)


def _allocation(problem: PortfolioProblem, best: Portfolio, lots: Lots, limits: Limits) -> Allocation:
    terms = lots.listings, lots.account
    return allocate(problem, *terms, tolerance=lots.tolerance, limits=limits, fractional=best)


def engine_version() -> str:
    """The installed version, as results say it."""
    try:
        return version("tallystick")
    except PackageNotFoundError:
        return "from source"


def _silent(what: str, done: int, of: int) -> None:
    del what, done, of
