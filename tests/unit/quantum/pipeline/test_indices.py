"""Whole indices: Hang Seng (31), DAX (85), Nikkei (225) of the OR-Library where they are, and one from a seed."""

import time

import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem, hybrid
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.result import HybridResult
from tests.unit.quantum.classical.test_orlib import OPTIMA
from tests.unit.quantum.pipeline.stated import market
from tests.unit.quantum.problem.orlib import portfolio

CHANG = [(number, share, value) for kind, number, share, value in OPTIMA if kind == "chang"]


def chang(number: int, share: float) -> PortfolioProblem:
    """Chang et al. 2000: K = 10, buy-in of 1 %, `share` of the objective on the variance."""
    mean, sigma = portfolio(number)
    return PortfolioProblem((1.0 - share) * mean, sigma, k=10, risk_aversion=share, buy_in=0.01)


def holds(found: HybridResult) -> None:
    """What is true of every result."""
    assert found.portfolio.bound <= found.portfolio.objective <= found.classical.objective
    qaoa, random = found.ablation.row("qaoa"), found.ablation.row("random")
    assert qaoa is not None
    assert random is not None
    assert qaoa.polished == random.polished == found.settings.polish
    assert len(found.portfolio.support) <= 10


@pytest.mark.parametrize(("number", "share", "value"), CHANG)
def test_known_optima_are_what_comes_back_and_polished_supports_reach_them(
    number: int, share: float, value: float
) -> None:
    began = time.process_time()
    found = hybrid(chang(number, share))
    holds(found)
    assert found.portfolio.objective == pytest.approx(value, rel=1e-9)
    row = found.ablation.row("qaoa")
    assert row is not None
    assert row.objective == pytest.approx(value, rel=1e-6)
    assert all(each.approximation_ratio > each.uniform_ratio + 0.05 for each in found.proposals)
    assert time.process_time() - began < 60.0


def test_the_whole_dax_choose_two_is_one_sub_universe() -> None:
    mean, sigma = portfolio(2)
    found = hybrid(PortfolioProblem(0.1 * mean, sigma, k=2, risk_aversion=0.9, buy_in=0.01))
    assert [(each.chosen_by, len(each.members)) for each in found.proposals] == [("whole", 85)]
    holds(found)


def test_the_nikkei_with_few_nodes_has_a_bound_and_a_comparison() -> None:
    found = hybrid(chang(5, 0.98), HybridSettings(observations=290, polish=2), Limits(nodes=1))
    assert len(found.portfolio.weights) == 225
    holds(found)


def test_an_index_of_225_assets_from_a_seed_has_them_too() -> None:
    found = hybrid(market(225, 5, 10), HybridSettings(observations=290, polish=2), Limits(nodes=1))
    assert all(len(each.members) == 20 for each in found.proposals)
    assert len(found.proposals) == 3
    holds(found)
