"""Lots on the demo's symbols, real prices: the terminal's rules hold, and no other lots are better, by trying them all.

The oracle shares nothing with the branch and bound: it walks over every volume of two symbols, takes for the third the
few that can make up the budget, and prices margin from the instruments' terms.
"""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples.lots import Prices, daily_prices, least_variance, listed
from numpy.typing import NDArray

from tallystick.market.instrument import LOT
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.conditions import Trading
from tallystick.quantum.problem.listing import Account, Listing
from tallystick.quantum.problem.lots import Allocation, allocate
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve

Floats = NDArray[np.float64]
PRICES = daily_prices()
DATES = range(70, len(PRICES.days), 21)
"""About a day a month of 2014, from April on."""
SETTINGS: dict[str, dict[str, Any]] = {
    "least variance": {},
    "with returns": {"risk_aversion": 12.0, "upper": 0.8},
    "two of three": {"k": 2, "fewest": 1, "upper": 0.7},
    "all three": {"k": 3, "buy_in": 0.05},
    "thresholds": {"k": 3, "fewest": 1, "buy_in": 0.22, "upper": 0.7},
    "long and short": {"lower": -0.4, "upper": 0.9, "gross": 1.5, "risk_aversion": 12.0},
    "costs": {"trading": Trading([0.2, 0.5, 0.3], cost=0.0002, turnover=0.8), "risk_aversion": 40.0},
}


@dataclass(frozen=True, slots=True)
class Case:
    """A day, a setting and an account."""

    place: int
    setting: str
    account: Account

    def stated(self) -> PortfolioProblem:
        """The problem; expected returns are a tenth of the window's, so that they and the variance both count."""
        problem = least_variance(PRICES, self.place)
        changes = SETTINGS[self.setting]
        if "risk_aversion" in changes:
            window = PRICES.ask[self.place - 60 : self.place + 1]
            changes = {**changes, "expected_returns": 0.1 * np.diff(np.log(window), axis=0).mean(axis=0)}
        return replace(problem, **changes)


def cases(equity: float, **terms: Any) -> list[Case]:
    return [Case(place, name, Account(equity, **{"leverage": 30, **terms})) for place in DATES for name in SETTINGS]


def unit_margin(listing: Listing, account: Account) -> float:
    """Margin of one lot in dollars: all of the demo's symbols are priced in dollars and margined by value."""
    return listing.instrument.contract_size * listing.price / account.leverage


def obeys(found: Allocation, listings: tuple[Listing, ...], account: Account) -> None:
    """Volume minimum, maximum and step, and the margin in dollars."""
    margin = 0.0
    for volume, one in zip(found.volumes.tolist(), listings, strict=True):
        terms = one.instrument
        assert volume == 0 or terms.volume_min <= abs(volume) <= terms.volume_max
        assert volume % terms.volume_step == 0
        margin += abs(volume) / LOT * unit_margin(one, account)
    assert found.margin == pytest.approx(margin, abs=0.05)
    assert margin <= account.margin_share * account.equity + 0.05


def best_of_all(problem: PortfolioProblem, listings: tuple[Listing, ...], account: Account) -> float:
    """The least objective over every triple of whole steps that meets all conditions; infinite without any."""
    worth = np.array([each.instrument.contract_size * each.price * 0.01 for each in listings]) / account.equity
    window = min(worth.min(), 0.5)
    third = int(worth.argmin())
    first, second = (each for each in range(3) if each != third)
    lower, upper = np.asarray(problem.lower), np.asarray(problem.upper)
    one, two = (np.arange(np.ceil(lower[i] / worth[i]), np.floor(upper[i] / worth[i]) + 1) for i in (first, second))
    grid = np.array(np.meshgrid(one, two, [-2.0, -1.0, 0.0, 1.0, 2.0], indexing="ij")).reshape(3, -1)
    steps = np.empty((3, grid.shape[1]))
    steps[first], steps[second] = grid[0], grid[1]
    left = 1.0 - steps[first] * worth[first] - steps[second] * worth[second]
    steps[third] = np.round(left / worth[third]) + grid[2]
    w = steps * worth[:, None]
    held = steps != 0.0
    size = np.abs(w)
    margin = np.array([unit_margin(each, account) * 0.01 for each in listings]) / account.equity
    fits = (
        (np.abs(w.sum(axis=0) - 1.0) <= window + 1e-9)
        & np.all(w >= lower[:, None] - 1e-9, axis=0)
        & np.all(w <= upper[:, None] + 1e-9, axis=0)
        & np.all(~held | (size >= np.asarray(problem.buy_in)[:, None] - 1e-9), axis=0)
        & (held.sum(axis=0) <= problem.most)
        & (held.sum(axis=0) >= problem.least)
        & (margin @ np.abs(steps) <= account.margin_share + 1e-9)
    )
    if problem.gross is not None:
        fits &= size.sum(axis=0) <= problem.gross + 1e-9
    value = problem.risk_aversion * np.einsum("it,ij,jt->t", w, problem.sigma, w) - problem.mean @ w
    if problem.trading is not None:
        moved = np.abs(w - np.asarray(problem.trading.previous)[:, None])
        value += np.asarray(problem.trading.cost) @ moved
        fits &= moved.sum(axis=0) <= (problem.trading.turnover or np.inf) + 1e-9
    return float(value[fits].min()) if fits.any() else np.inf


@pytest.mark.parametrize("equity", [100_000.0, 25_000.0])
def test_on_every_day_and_setting_the_lots_are_the_best_there_are_and_proved(equity: float) -> None:
    widest, like_for_like = 0.0, 0.0
    for case in cases(equity):
        problem, listings = case.stated(), listed(PRICES, case.place)
        found = allocate(problem, listings, case.account)
        obeys(found, listings, case.account)
        assert found.proved, case
        assert found.bound <= found.objective + 1e-15
        assert found.objective == pytest.approx(best_of_all(problem, listings, case.account), rel=1e-9), case
        assert found.objective == pytest.approx(problem.objective(found.weights), rel=1e-12)
        same_sum = solve(replace(problem, budget=float(found.weights.sum())))
        like_for_like = max(like_for_like, (found.objective - same_sum.bound) / abs(same_sum.bound))
        widest = max(widest, found.fractional_gap)
    print(f"{equity:,.0f} USD: {len(cases(equity))} allocations, at most {widest:.3%} above the fractional answer,")
    print(f"at most {like_for_like:.3%} above the fractional answer of the same sum")
    if equity == 100_000.0:
        assert widest <= 0.01


def test_margin_that_binds_is_kept_to_and_the_rest_is_still_the_best() -> None:
    bound_by_it = 0
    for place in DATES:
        free, tight = (Case(place, "long and short", Account(40_000.0, 30, margin_share=each)) for each in (1.0, 0.036))
        problem, listings = tight.stated(), listed(PRICES, place)
        found = allocate(problem, listings, tight.account)
        obeys(found, listings, tight.account)
        assert found.objective == pytest.approx(best_of_all(problem, listings, tight.account), rel=1e-9)
        bound_by_it += allocate(problem, listings, free.account).margin > 0.036 * 40_000.0
    assert bound_by_it > 0


@pytest.mark.parametrize("setting", SETTINGS)
def test_an_account_of_a_thousand_dollars_gets_its_best_lots_with_the_gap_or_is_told_what_it_would_need(
    setting: str,
) -> None:
    answered = 0
    for place in DATES:
        case = Case(place, setting, Account(1_000.0, leverage=30))
        problem, listings = case.stated(), listed(PRICES, place)
        best = best_of_all(problem, listings, case.account)
        if best == np.inf:
            with pytest.raises(ProblemError, match=r"smallest position, NZDUSD, is .* Raise the equity or the upper"):
                allocate(problem, listings, case.account)
            continue
        found = allocate(problem, listings, case.account)
        answered += 1
        obeys(found, listings, case.account)
        assert found.proved
        assert found.objective == pytest.approx(best, rel=1e-9)
        assert np.isfinite(found.fractional_gap)
        assert found.volumes.any()
    print(f"{setting}: {answered} of {len(DATES)} days answered, {len(DATES) - answered} refused")


@pytest.mark.parametrize("equity", [300.0, 50.0, 1.0])
def test_an_account_too_small_for_any_position_is_never_answered_with_none(equity: float) -> None:
    with pytest.raises(ProblemError, match="Raise the equity"):
        allocate(least_variance(PRICES, 100), listed(PRICES, 100), Account(equity, leverage=30))


def test_margin_beyond_the_account_is_refused_with_what_to_do() -> None:
    with pytest.raises(ProblemError, match=r"no lots meet the budget of .* USD and the margin"):
        allocate(least_variance(PRICES, 100), listed(PRICES, 100), Account(1e5, leverage=30, margin_share=0.02))


def test_prices_are_those_of_the_demo_in_order() -> None:
    assert isinstance(PRICES, Prices)
    assert len(PRICES.days) > 240
    assert np.all(np.diff(PRICES.days) > 0)
    assert PRICES.symbols == ("EURUSD", "NZDUSD", "XAUUSD")
    assert np.all((PRICES.ask > [1.15, 0.72, 1_100.0]) & (PRICES.ask < [1.45, 0.95, 1_450.0]))


def test_the_example_prints_lots_gap_and_proof_for_each_account() -> None:
    script = Path(__file__).parents[2] / "examples/lots.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].startswith("  100,000 EURUSD 0.36, NZDUSD 0.48, XAUUSD 0.06")
    assert lines[1].endswith("-0.67%     yes")
    assert lines[3].startswith("    1,000 no lots meet the budget")
