"""Lots obey the terminal's rules, and the best of them is that of trying every one."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from tallystick.market.instrument import LOT, Instrument
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import NoLots, Obstacle, ProblemError
from tallystick.quantum.problem.conditions import Condition, Trading
from tallystick.quantum.problem.listing import Account, Listing
from tallystick.quantum.problem.lots import Allocation, allocate
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import CVaR
from tests.unit.quantum.problem.returns import drawn


def instrument(symbol: str, least: float, step: float, size: float, **terms: Any) -> Instrument:
    """Conditions in lots; up to 50 lots."""
    known = {"digits": 5, "currency_base": symbol[:3], "currency_profit": symbol[3:], **terms}
    return Instrument(
        symbol=symbol,
        contract_size=size,
        volume_min=round(least * LOT),
        volume_max=50 * LOT,
        volume_step=round(step * LOT),
        **known,
    )


EURUSD = Listing(instrument("EURUSD", 0.01, 0.01, 100_000.0), 1.085)
GBPUSD = Listing(instrument("GBPUSD", 0.05, 0.01, 100_000.0), 1.27)
USDJPY = Listing(instrument("USDJPY", 0.01, 0.01, 100_000.0, digits=3), 150.0, profit_rate=1 / 150.0)
XAUUSD = Listing(instrument("XAUUSD", 0.01, 0.01, 100.0, digits=2, calc_mode="cfd_leverage"), 2300.0)
US500 = Listing(instrument("US5USD", 0.1, 0.1, 1.0, digits=2, calc_mode="cfd"), 5100.0)
FIVE = (EURUSD, GBPUSD, USDJPY, XAUUSD, US500)
PAST = drawn(400, 5, seed=11) / 2.0


def problem(**changes: Any) -> PortfolioProblem:
    stated = PortfolioProblem(np.abs(PAST.mean(axis=0)), np.cov(PAST, rowvar=False), risk_aversion=8.0)
    return replace(stated, **changes)


def obeys(found: Allocation, listings: tuple[Listing, ...], account: Account) -> None:
    """Volumes are 0 or steps from the minimum to the maximum; the margin, added up here, fits."""
    margin = 0.0
    for volume, each in zip(found.volumes.tolist(), listings, strict=True):
        one = each.instrument
        assert volume == 0 or (one.volume_min <= abs(volume) <= one.volume_max and volume % one.volume_step == 0)
        lots = abs(volume) / LOT
        if one.calc_mode == "forex":
            in_usd = each.price if one.currency_profit == "USD" else 1.0
            margin += lots * one.contract_size * in_usd / account.leverage
        else:
            margin += lots * one.contract_size * each.price / (1 if one.calc_mode == "cfd" else account.leverage)
    assert found.margin == pytest.approx(margin, abs=0.05)
    assert margin <= account.margin_share * account.equity + 0.05


@pytest.mark.parametrize("equity", [100_000.0, 20_000.0])
def test_lots_of_five_symbols_are_proved_and_cost_less_than_a_hundredth(equity: float) -> None:
    account = Account(equity)
    found = allocate(problem(), FIVE, account)
    obeys(found, FIVE, account)
    assert found.proved
    assert found.bound <= found.objective
    assert found.gap < 1e-6
    if equity == 100_000.0:
        assert found.fractional_gap < 0.01


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"k": 2, "fewest": 1},
        {"k": 3},
        {"k": 2},
        {"k": 3, "fewest": 2, "lower": -0.3, "gross": 1.4},
        {"lower": -0.6, "gross": 1.6},
        {"conditions": (Condition((1.0, 1.0, 0.0), 0.2, 0.5),)},
        {"trading": Trading([0.5, 0.2, 0.3], cost=0.0004, turnover=1.2)},
        {"buy_in": 0.3},
    ],
)
def test_the_best_lots_are_those_of_trying_every_one(changes: dict[str, Any]) -> None:
    listings, account = (EURUSD, GBPUSD, USDJPY), Account(12_000.0, leverage=30)
    three = PortfolioProblem(problem().mean[:3], problem().sigma[:3, :3], risk_aversion=30.0)
    asked = replace(three, **changes)
    found = allocate(asked, listings, account, tolerance=0.06)
    obeys(found, listings, account)
    step = np.array([each.step_value for each in listings]) / account.equity
    least = np.inf
    for steps in product(range(-8, 13), repeat=3):
        if 0 < abs(steps[1]) < 5:
            continue
        weights = np.array(steps) * step
        held = np.count_nonzero(steps) >= asked.least
        if held and abs(weights.sum() - 1.0) <= 0.06 and asked.violation(weights, summing=False) < 1e-9:
            least = min(least, asked.objective(weights))
    assert found.objective == pytest.approx(least, rel=1e-9)
    assert found.proved


@pytest.mark.parametrize("seed", range(12))
def test_no_lots_are_lost_between_the_boxes_of_the_search(seed: int) -> None:
    past = drawn(60, 3, seed=seed) / 2.0
    asked = PortfolioProblem(past.mean(axis=0), np.cov(past, rowvar=False), risk_aversion=40.0, upper=0.8)
    listings, account = (EURUSD, GBPUSD, XAUUSD), Account(60_000.0, leverage=30)
    found = allocate(asked, listings, account, tolerance=0.01)
    step = np.array([each.step_value for each in listings]) / account.equity
    counts = [np.arange(int(0.8 / each) + 1) for each in step]
    steps = np.array(np.meshgrid(*counts, indexing="ij")).reshape(3, -1)
    weights = steps * step[:, None]
    fits = (np.abs(weights.sum(axis=0) - 1.0) <= 0.01 + 1e-9) & ((steps[1] == 0) | (steps[1] >= 5))
    inside = weights[:, fits]
    values = 40.0 * np.einsum("it,ij,jt->t", inside, asked.sigma, inside) - asked.mean @ inside
    assert found.objective == pytest.approx(float(values.min()), rel=1e-9)
    assert found.bound <= float(values.min()) + 1e-15
    assert found.proved


def test_an_account_too_small_for_any_position_is_never_given_none() -> None:
    with pytest.raises(ProblemError, match=r"the budget of 150.00 to 450.00 USD and the margin.* Raise the equity"):
        allocate(problem(), (EURUSD, GBPUSD, EURUSD, GBPUSD, EURUSD), Account(300.0))


def test_too_few_symbols_are_refused_with_a_count_that_can_be_held() -> None:
    asked = problem(k=5)
    with pytest.raises(NoLots, match=r"hold 5 symbols of 5: .* hold \d, .* allow fewer: fewest=\d") as told:
        allocate(asked, FIVE, Account(5_000.0))
    assert told.value.obstacle is Obstacle.COUNT
    fewer = allocate(replace(asked, fewest=told.value.holding), FIVE, Account(5_000.0))
    assert told.value.holding <= np.count_nonzero(fewer.volumes) < 5


def test_symbols_are_searched_beside_those_of_the_weights_where_more_must_be_held() -> None:
    past = drawn(400, 8, seed=3) / 2.0
    asked = PortfolioProblem(np.abs(past.mean(axis=0)), np.cov(past, rowvar=False), k=6, risk_aversion=0.0)
    found = allocate(asked, (*FIVE, EURUSD, USDJPY, XAUUSD), Account(100_000.0), limits=Limits(nodes=2_000))
    assert len(found.fractional.support) < 6
    assert np.count_nonzero(found.volumes) == 6


def test_margin_counts() -> None:
    rich, poor = (Account(20_000.0, leverage=100, margin_share=share) for share in (1.0, 0.2))
    free, tight = (allocate(problem(), FIVE, each) for each in (rich, poor))
    obeys(tight, FIVE, poor)
    assert free.margin > 0.2 * 20_000.0
    assert tight.objective > free.objective


def test_a_small_account_is_told_what_it_would_need() -> None:
    with pytest.raises(ProblemError, match=r"smallest position, EURUSD, is 1,085.00 USD, the equity 600.00.* Raise"):
        allocate(problem(), (EURUSD, GBPUSD, EURUSD, XAUUSD, EURUSD), Account(600.0))
    small = allocate(problem(), FIVE, Account(1_000.0))
    assert small.fractional_gap > 0.0
    assert small.proved


def test_what_lots_cannot_be_asked_for_is_refused() -> None:
    with pytest.raises(ProblemError, match="one for each"):
        allocate(problem(), FIVE[:4], Account(1e5))
    tail = PortfolioProblem(PAST.mean(axis=0), scenarios=PAST, risk=CVaR())
    with pytest.raises(ProblemError, match="risk=Variance"):
        allocate(tail, FIVE, Account(1e5))
    with pytest.raises(ProblemError, match="equity above 0"):
        Account(0.0)
    with pytest.raises(ProblemError, match="last quote"):
        Listing(EURUSD.instrument, -1.0)


def test_more_symbols_than_can_be_proved_keep_the_fractional_answers_holdings() -> None:
    past = drawn(400, 8, seed=3) / 2.0
    listings = (*FIVE, EURUSD, USDJPY, XAUUSD)
    asked = PortfolioProblem(np.abs(past.mean(axis=0)), np.cov(past, rowvar=False), k=3, risk_aversion=8.0)
    found = allocate(asked, listings, Account(100_000.0), limits=Limits(nodes=2_000))
    obeys(found, listings, Account(100_000.0))
    assert set(np.flatnonzero(found.volumes)) <= set(found.fractional.support)
    assert found.searched == found.fractional.support
    assert not found.proved


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (Account(1e9), r"greatest volumes of 5 symbols come to 28,530,000.00 USD, the equity 1,000,000,000.00. Lower"),
        (Account(20_000.0, margin_share=0.001), r"bind 194.90 USD of it or more, 20.00 may be. Raise leverage"),
        (Account(900.0), r"smallest position, US5USD, is 510.00 USD, the equity 900.00, of which it may take 450.00"),
    ],
    ids=["too rich", "too little margin", "too narrow a bound"],
)
def test_what_stands_in_the_way_of_lots_is_named(account: Account, says: str) -> None:
    asked = problem(upper=0.5) if account.equity < 1_000.0 else problem()
    with pytest.raises(ProblemError, match=says):
        allocate(asked, FIVE, account)


@pytest.mark.parametrize(
    "wrong",
    [{"price": "a"}, {"price": float("nan")}, {"profit_rate": float("inf")}, {"margin_rate": 0.0}, {"price": None}],
    ids=str,
)
def test_a_listing_of_another_kind_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match=rf"EURUSD: {next(iter(wrong))} .*Give"):
        Listing(**{"instrument": EURUSD.instrument, "price": 1.085, **wrong})
    with pytest.raises(ProblemError, match="an instrument is a str"):
        Listing("EURUSD", 1.085)  # type: ignore[arg-type]  # what is refused


@pytest.mark.parametrize("tolerance", ["a", float("nan"), -0.1], ids=str)
def test_a_tolerance_of_another_kind_is_refused(tolerance: Any) -> None:
    with pytest.raises(ProblemError, match=r"tolerance .*Give a finite number from 0"):
        allocate(problem(), FIVE, Account(1e5), tolerance=tolerance)


@pytest.mark.parametrize(
    "wrong", [{"equity": float("nan")}, {"equity": "a"}, {"equity": -1.0}, {"equity": 1e5, "leverage": 1.5}], ids=str
)
def test_an_account_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match="Give"):
        Account(**wrong)
