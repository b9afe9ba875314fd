"""A hybrid run is never worse than the classical answer, compares like with like, and gives the same bytes again."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid, solve
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import TooBigError
from tallystick.quantum.pipeline.result import HybridResult, Lots
from tallystick.quantum.problem.listing import Account
from tests.unit.quantum.pipeline.stated import KINDS, market, moments
from tests.unit.quantum.problem.test_lots import FIVE
from tests.unit.quantum.problem.test_lots import problem as in_lots

WHOLE = HybridSettings(shots=200, polish=3)
REDUCED = replace(WHOLE, whole=1, universe=7, sub_universes=4)


def encoded(result: HybridResult) -> bytes:
    return json.dumps(result.data(), allow_nan=False).encode()


@pytest.mark.parametrize("settings", [WHOLE, REDUCED], ids=["whole", "reduced"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_problem_gets_a_worse_answer_than_the_classical_one(kind: str, settings: HybridSettings) -> None:
    problem = KINDS[kind](1)
    found, classical = hybrid(problem, settings), solve(problem)
    assert found.portfolio.objective <= classical.objective
    assert found.classical.objective == classical.objective
    assert found.portfolio.bound == classical.bound <= found.portfolio.objective + 1e-15
    assert found.portfolio.objective == problem.objective(found.portfolio.weights)
    assert problem.violation(found.portfolio.weights) < 1e-9


@pytest.mark.parametrize("settings", [WHOLE, REDUCED], ids=["whole", "reduced"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_circuit_and_chance_are_polished_alike_and_their_values_are_of_portfolios(
    kind: str, settings: HybridSettings
) -> None:
    found = hybrid(KINDS[kind](2), settings)
    qaoa, random, classical = (found.ablation.row(each) for each in ("qaoa", "random", "classical"))
    assert qaoa is not None
    assert random is not None
    assert classical is not None
    assert 0 < qaoa.polished == random.polished <= settings.polish
    best = min(each.objective for each in (qaoa, random, classical) if each.objective is not None)
    assert best == pytest.approx(found.portfolio.objective, rel=1e-8, abs=1e-15)
    for each in (qaoa, random):
        assert each.hits <= each.polished <= each.weighed <= each.supports
        assert each.objective is not None
        assert each.raw_best is not None
        assert each.raw_mean is not None
        assert each.objective <= each.raw_best * (1 + 1e-9 * np.sign(each.raw_best)) + 1e-15
        assert each.raw_best <= each.raw_mean + 1e-15
        assert found.classical.bound <= each.objective + 1e-15


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_shots() -> None:
    problem = market(40, 1, 6)
    one, two, other = (hybrid(problem, HybridSettings(seed=each)) for each in (5, 5, 6))
    assert encoded(one) == encoded(two)
    assert one.settings_hash != other.settings_hash
    assert one.proposals[0].gammas == other.proposals[0].gammas
    assert [each.distinct for each in one.proposals] != [each.distinct for each in other.proposals]


@pytest.mark.parametrize("angles", ["ramp", "transfer", "optimise"])
def test_threads_change_no_byte(angles: str) -> None:
    problem = market(40, 2, 8)
    settings = HybridSettings(angles=angles, iterations=4, threads=1)  # type: ignore[arg-type]  # one of the words
    assert encoded(hybrid(problem, settings)) == encoded(hybrid(problem, replace(settings, threads=3)))


def test_where_the_classical_search_is_cut_short_the_better_portfolio_is_taken_and_chance_gets_its_due() -> None:
    found = hybrid(market(60, 3, 6), replace(WHOLE, polish=4), Limits(nodes=0, starts=1))
    assert found.portfolio.objective < 0.97 * found.classical.objective
    assert found.portfolio.bound == found.classical.bound
    assert 0.0 < found.portfolio.gap < found.classical.gap
    assert set(found.portfolio.support) != set(found.classical.support)
    assert "nothing that chance does not" in found.added


def test_where_nothing_is_to_be_chosen_only_the_classical_answer_is_there() -> None:
    for problem in (PortfolioProblem(*moments(1)), PortfolioProblem(*moments(1), k=10)):
        found = hybrid(problem)
        assert found.proposals == ()
        assert [each.source for each in found.ablation.rows] == ["classical"]
        assert "nothing for it to choose" in found.added


@pytest.mark.parametrize(("size", "k"), [(2, 1), (3, 1), (3, 2), (10, 1), (10, 9)])
def test_the_smallest_choices_are_choices_too(size: int, k: int) -> None:
    mean, sigma = moments(3)
    found = hybrid(PortfolioProblem(mean[:size], sigma[:size, :size], k=k), WHOLE)
    assert [len(each.members) for each in found.proposals] == [size]
    assert found.portfolio.objective == found.classical.objective


def test_assets_that_are_all_alike_leave_the_circuit_without_a_preference() -> None:
    found = hybrid(PortfolioProblem(np.full(6, 0.01), np.eye(6), k=2), WHOLE)
    assert found.proposals[0].optimum_probability == pytest.approx(1.0)
    assert found.proposals[0].uniform_probability == 1.0
    json.dumps(found.data(), allow_nan=False)


def test_memory_is_asked_for_before_anything_is_searched() -> None:
    steps: list[str] = []
    with pytest.raises(TooBigError, match=r"Lower HybridSettings\(universe=60"):
        hybrid(market(80, 1, 25), HybridSettings(universe=60), progress=lambda what, *_: steps.append(what))
    assert steps == []


def test_progress_tells_each_part_in_order() -> None:
    steps: list[str] = []

    def tell(what: str, done: int, of: int) -> None:
        assert 0 <= done < of
        if what not in steps:
            steps.append(what)

    hybrid(market(30, 1, 6), WHOLE, progress=tell)
    assert steps == ["classical", "propose", "weigh qaoa", "weigh start", "weigh random", "polish"]


def test_the_best_portfolio_goes_on_to_lots_where_that_is_asked() -> None:
    found = hybrid(in_lots(k=3), lots=Lots(FIVE, Account(100_000.0)))
    assert found.allocation is not None
    assert found.allocation.proved
    assert found.allocation.fractional is found.portfolio
    assert json.loads(encoded(found))["allocation"]["volumes"] == found.allocation.volumes.tolist()
    assert hybrid(in_lots(k=3)).allocation is None


@pytest.mark.parametrize(("angles", "outcome"), [("ramp", "added"), ("optimise", "Missing")])
def test_ramps_need_neither_scipy_nor_scikit_learn_and_searches_say_what_to_install(angles: str, outcome: str) -> None:
    program = (
        "import sys\n"
        "sys.modules['scipy'] = sys.modules['sklearn'] = None\n"
        "import numpy as np\n"
        "from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid\n"
        "from tallystick.quantum.errors import Missing\n"
        "problem = PortfolioProblem(np.arange(5) / 1e3, np.eye(5) / 1e3, k=2)\n"
        "try:\n"
        f"    print(hybrid(problem, HybridSettings(angles={angles!r})).added)\n"
        "except Missing as error:\n"
        "    print('Missing', error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8").stdout
    assert outcome in said
    assert ("pip install" in said) == (outcome == "Missing")
