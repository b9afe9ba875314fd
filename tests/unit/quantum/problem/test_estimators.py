"""Covariances, views, the hierarchical baseline and the frontier against other people's formulas and numbers."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist

from tallystick.quantum.errors import ProblemError
from tallystick.quantum.estimators.black_litterman import View, black_litterman, implied_returns
from tallystick.quantum.estimators.covariance import clipped, ledoit_wolf, oas, repaired, sample
from tallystick.quantum.estimators.frontier import efficient_frontier, frontier_at, traced_frontier
from tallystick.quantum.estimators.hierarchical import hierarchical_risk_parity
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tests.unit.quantum.problem import orlib
from tests.unit.quantum.problem.returns import drawn

Floats = NDArray[np.float64]
PAST = drawn(250, 9, seed=2)
SIGMA = np.cov(PAST, rowvar=False)


@pytest.mark.parametrize("number", [1, 2])
def test_the_unconstrained_frontier_is_the_published_one(number: int) -> None:
    mean, sigma = orlib.portfolio(number)
    returns, variances = (each[::10] for each in orlib.frontier(number))
    found = frontier_at(PortfolioProblem(mean, sigma), returns)
    assert np.abs(found.risks / variances - 1.0).max() < 1e-6
    assert np.abs(found.returns - returns).max() < 1e-12
    assert max(each.gap for each in found.portfolios) < 1e-9


def test_a_frontier_goes_from_the_greatest_return_to_the_least_risk() -> None:
    asked = PortfolioProblem(PAST.mean(axis=0), SIGMA)
    found = efficient_frontier(asked, 11)
    assert found.returns[0] == pytest.approx(PAST.mean(axis=0).max())
    assert np.all(np.diff(found.returns) < 0.0)
    assert np.all(np.diff(found.risks) < 1e-15)
    with pytest.raises(ProblemError, match="traced_frontier"):
        efficient_frontier(replace(asked, k=3))


def test_a_frontier_of_few_holdings_lies_inside_of_that_of_all() -> None:
    asked = PortfolioProblem(PAST.mean(axis=0), SIGMA, k=2, buy_in=0.1)
    few = traced_frontier(asked, 5)
    outer = frontier_at(replace(asked, k=None, buy_in=0.0), few.returns[1:])
    assert np.all(few.risks[1:] >= outer.risks - 1e-12)
    assert all(len(each.support) <= 2 for each in few.portfolios)


def test_shrunk_covariances_are_their_papers_formulas() -> None:
    rows = PAST - PAST.mean(axis=0)
    periods, n = rows.shape
    biased = rows.T @ rows / periods
    target = np.trace(biased) / n
    spread = np.sum((biased - target * np.eye(n)) ** 2)
    errors = sum(float(np.sum((np.outer(row, row) - biased) ** 2)) for row in rows) / periods**2
    share = min(errors, spread) / spread
    assert np.allclose(ledoit_wolf(PAST), (1 - share) * biased + share * target * np.eye(n), rtol=1e-10)
    squares, trace = float(np.mean(biased**2)), target**2
    known = min((squares + trace) / ((periods + 1) * (squares - trace / n)), 1.0)
    assert np.allclose(oas(PAST), (1 - known) * biased + known * target * np.eye(n), rtol=1e-10)
    assert np.allclose(sample(PAST), SIGMA)


def test_noise_alone_is_cleaned_to_no_correlation_and_a_factor_is_kept() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(4000, 20))
    cleaned = clipped(noise)
    assert np.abs(cleaned - np.diag(np.diag(cleaned))).max() < 1e-12
    market = noise + 2.0 * rng.normal(size=(4000, 1))
    raw, kept = np.corrcoef(market, rowvar=False), clipped(market)
    deviations = market.std(axis=0, ddof=1)
    assert np.allclose(np.diag(kept), deviations**2)
    assert np.linalg.eigvalsh(kept / np.outer(deviations, deviations))[-1] == pytest.approx(
        np.linalg.eigvalsh(raw)[-1], rel=1e-3
    )
    truth = np.full((20, 20), 0.8) + 0.2 * np.eye(20)
    assert np.linalg.norm(kept / np.outer(deviations, deviations) - truth) < np.linalg.norm(raw - truth)


def test_a_repaired_matrix_is_the_nearest_and_is_accepted() -> None:
    broken = SIGMA - 1.5 * float(np.linalg.eigvalsh(SIGMA)[2]) * np.eye(9)
    mended = repaired(broken)
    negative = np.minimum(np.linalg.eigvalsh(broken), 0.0)
    assert np.linalg.norm(mended - broken) == pytest.approx(np.sqrt(np.sum(negative**2)))
    PortfolioProblem(np.zeros(9), mended)
    with pytest.raises(ProblemError, match="without gaps"):
        repaired(np.full((2, 2), np.nan))


def test_gaps_and_still_assets_are_refused() -> None:
    gappy = PAST.copy()
    gappy[3, 4] = np.nan
    for estimate in (sample, ledoit_wolf, oas, clipped):
        with pytest.raises(ProblemError, match="Fill or drop"):
            estimate(gappy)
    still = PAST.copy()
    still[:, 1] = 0.0
    with pytest.raises(ProblemError, match="asset 1 never moved"):
        clipped(still)


def test_black_litterman_is_the_form_with_precisions() -> None:
    market = np.full(9, 1 / 9)
    prior = implied_returns(SIGMA, market, 2.5)
    views = [View((1.0, -1.0) + (0.0,) * 7, 0.002), View((0.0,) * 8 + (1.0,), 0.001, confidence=0.25)]
    found = black_litterman(SIGMA, prior, views, tau=0.1)
    stakes, earned = np.array([each.weights for each in views]), np.array([0.002, 0.001])
    spreads = np.diag(stakes @ (0.1 * SIGMA) @ stakes.T)
    precision = np.diag(1.0 / (spreads * np.array([1.0, 3.0])))
    inverse = np.linalg.inv(0.1 * SIGMA)
    left = np.linalg.inv(inverse + stakes.T @ precision @ stakes)
    assert np.allclose(found.expected_returns, left @ (inverse @ prior + stakes.T @ precision @ earned), rtol=1e-9)
    assert np.allclose(found.covariance, SIGMA + left, rtol=1e-9)


def test_a_view_is_believed_as_far_as_its_confidence() -> None:
    prior = np.zeros(9)
    for confidence in (0.1, 0.5, 0.9):
        found = black_litterman(SIGMA, prior, [View((1.0,) + (0.0,) * 8, 0.01, confidence)])
        assert found.expected_returns[0] == pytest.approx(0.01 * confidence)
    assert np.array_equal(black_litterman(SIGMA, prior, []).expected_returns, prior)
    with pytest.raises(ProblemError, match="above 0, below 1"):
        View((1.0,), 0.0, confidence=1.0)


def recursive(sigma: Floats, order: list[int]) -> dict[int, float]:
    """Lopez de Prado's bisection, written as a recursion."""
    if len(order) == 1:
        return {order[0]: 1.0}
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    risks: list[float] = []
    for half in (first, second):
        part = sigma[np.ix_(half, half)]
        weights = (1 / np.diag(part)) / np.sum(1 / np.diag(part))
        risks.append(float(weights @ part @ weights))
    share = 1 - risks[0] / sum(risks)
    left, right = recursive(sigma, first), recursive(sigma, second)
    return {each: share * w for each, w in left.items()} | {each: (1 - share) * w for each, w in right.items()}


@pytest.mark.parametrize(("assets", "seed"), [(2, 0), (3, 1), (9, 2), (24, 3)])
def test_hierarchical_risk_parity_is_its_papers_on_scipys_tree(assets: int, seed: int) -> None:
    sigma = np.cov(drawn(300, assets, seed), rowvar=False)
    deviations = np.sqrt(np.diag(sigma))
    distance = np.sqrt(np.clip((1 - sigma / np.outer(deviations, deviations)) / 2, 0, 1))
    expected = recursive(sigma, leaves_list(linkage(pdist(distance), "single")).tolist())
    found = hierarchical_risk_parity(sigma)
    assert np.allclose(found, [expected[each] for each in range(assets)], rtol=1e-12)
    assert found.sum() == pytest.approx(1.0)
