"""Sharpe ratios judged: the published figures, what purgedcv gives, and what must hold whatever the data."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.platform.judging.overfitting import overfitting
from tallystick.platform.judging.statistics import (
    Moments,
    NotJudgeable,
    deflated_sharpe,
    deflated_sharpe_of,
    expected_maximum_sharpe,
    minimum_backtest_length,
    minimum_track_record,
    minimum_track_record_exact,
    moments_of,
    probabilistic_sharpe,
    probabilistic_sharpe_of,
    variance_of_sharpes,
)

VECTORS = Path(__file__).parents[2] / "golden" / "vectors" / "judging"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "dsr_psr_pbo.json").read_text(encoding="utf-8"))
RETURNS = np.loadtxt(VECTORS / "returns_500.csv", skiprows=1)
MATRIX = np.loadtxt(VECTORS / "pbo_matrix_480x12.csv", delimiter=",")
EXACT = 1e-9


def cases(kind: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["kind"] == kind]


@pytest.mark.parametrize("case", cases("DSR"))
def test_the_deflated_ratio_is_the_published_one(case: dict[str, Any]) -> None:
    year = case["periods_per_year"]
    moments = Moments(case["sr_annual"] / math.sqrt(year), case["skew"], case["kurtosis_non_excess"], case["T"])
    deflated = deflated_sharpe_of(moments, case["n_trials"], case["var_sr_annual"] / year)
    assert deflated.probability == pytest.approx(case["exact"], abs=EXACT)
    assert deflated.hurdle == pytest.approx(case["sr0_per_period"], abs=EXACT)
    assert deflated.probability == pytest.approx(case["published"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("PSR"))
def test_the_probabilistic_ratio_is_the_published_one(case: dict[str, Any]) -> None:
    moments = Moments(case["sr_per_period"], case["skew"], case["kurtosis_non_excess"], case["n"])
    found = probabilistic_sharpe_of(moments, case["benchmark"])
    assert found == pytest.approx(case["exact"], abs=EXACT)
    assert found == pytest.approx(case["published"], abs=case["tol"])


@pytest.mark.parametrize("case", cases("MinTRL_years"))
def test_the_minimum_track_record_is_the_published_one(case: dict[str, Any]) -> None:
    year = case["periods_per_year"]
    moments = Moments(2 / math.sqrt(year), 0.0, 3.0, 1)
    exact = minimum_track_record_exact(moments, 1 / math.sqrt(year))
    assert exact / year == pytest.approx(case["exact"], abs=EXACT)
    assert minimum_track_record(moments, 1 / math.sqrt(year)) == math.ceil(exact)


@pytest.mark.parametrize("case", cases("MinBTL_years"))
def test_the_minimum_backtest_length_is_the_published_one(case: dict[str, Any]) -> None:
    found = minimum_backtest_length(case["n_trials"])
    assert found == pytest.approx(case["exact"], abs=EXACT)
    assert found == pytest.approx(case["published"], abs=case["tol"])


def test_returns_give_what_purgedcv_gives() -> None:
    (psr,), (dsr,) = cases("PSR_data"), cases("DSR_data")
    assert probabilistic_sharpe(RETURNS) == pytest.approx(psr["purgedcv_0_1_11"], abs=EXACT)
    found = deflated_sharpe(RETURNS, dsr["n_trials"], dsr["var_sr_per_period"])
    assert found.probability == pytest.approx(dsr["purgedcv_0_1_11"], abs=EXACT)
    moments = moments_of(RETURNS)
    assert moments.skewness == pytest.approx(psr["skew_unbiased"], abs=EXACT)
    assert moments.kurtosis == pytest.approx(psr["kurt_unbiased"], abs=EXACT)


@pytest.mark.parametrize("case", cases("PBO"), ids=lambda case: str(case["n_splits"]))
def test_overfitting_is_as_probable_as_purgedcv_says(case: dict[str, Any]) -> None:
    found = overfitting(MATRIX, case["n_splits"])
    assert found.probability == pytest.approx(case["purgedcv_pbo"], abs=EXACT)
    assert len(found.logits) == case["n_combos"]
    assert found.logits[:10] == pytest.approx(case["purgedcv_logits_first10"], abs=EXACT)


def test_the_best_of_noise_is_below_the_middle_half_of_the_time_and_a_true_edge_is_not() -> None:
    draw = np.random.default_rng(5)
    noises = [draw.normal(0.0, 0.01, (320, 10)) for _ in range(60)]
    assert np.mean([overfitting(noise, 6).probability for noise in noises]) == pytest.approx(0.5, abs=0.1)
    edge = np.zeros(10)
    edge[3] = 0.006
    assert overfitting(noises[0] + edge, 6).probability == 0.0


def test_a_configuration_that_never_trades_counts_as_nought_and_equals_share_a_rank() -> None:
    draw = np.random.default_rng(6)
    returns = draw.normal(-0.002, 0.01, (160, 4))
    returns[:, 1] = 0.0
    returns[:, 3] = returns[:, 2]
    found = overfitting(returns, 8)
    assert np.isfinite(found.logits).all()
    assert overfitting(returns[:, [0, 1, 3, 2]], 8).probability == found.probability


def test_more_trials_leave_less_of_the_same_ratio() -> None:
    returns = np.random.default_rng(7).normal(0.001, 0.01, 500)
    left = [deflated_sharpe(returns, trials, 0.002).probability for trials in (1, 2, 10, 100, 10_000)]
    assert left == sorted(left, reverse=True)
    assert left[0] == probabilistic_sharpe(returns)
    assert len(set(left)) == len(left)


def test_the_expected_maximum_is_what_chance_shows() -> None:
    draw = np.random.default_rng(8)
    best = draw.normal(0.0, 0.2, (20_000, 50)).max(axis=1)
    assert expected_maximum_sharpe(50, 0.04) == pytest.approx(float(best.mean()), rel=0.02)


def test_a_ratio_at_or_below_its_benchmark_needs_for_ever() -> None:
    assert minimum_track_record(Moments(0.1, 0.0, 3.0, 100), 0.1) == math.inf


@pytest.mark.parametrize(
    ("returns", "word"),
    [([0.1, 0.2], "too few"), ([0.1] * 50, "do not differ"), ([0.1, 0.2, math.nan, 0.3], "not finite")],
)
def test_what_cannot_be_judged_is_refused_in_words(returns: list[float], word: str) -> None:
    with pytest.raises(NotJudgeable, match=word):
        moments_of(returns)


def test_the_variance_of_one_trial_is_nought() -> None:
    assert variance_of_sharpes([0.3]) == 0.0
    assert variance_of_sharpes([0.1, 0.3]) == pytest.approx(0.02)
