"""The same questions to purgedcv and skfolio themselves, on fresh data; skipped loudly where they are not installed.

Together they bring scipy, scikit-learn, plotly and a solver (about 540 MB), so they are an extra of their own; the
figures they gave once stand in tests/golden/vectors/judging and are compared in every run of the tests.
"""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tallystick.platform.judging.overfitting import overfitting
from tallystick.platform.judging.splits import combinatorial_splits, walk_forward_splits
from tallystick.platform.judging.statistics import (
    deflated_sharpe,
    minimum_backtest_length,
    minimum_track_record,
    moments_of,
    probabilistic_sharpe,
)

HOW = 'not installed; to ask it: .venv/bin/python -m pip install -e ".[oracles]"'
SEEDS = tuple(range(12))


def oracle(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        pytest.skip(f"{name} is {HOW}")


def drawn(seed: int, count: int = 400) -> Any:
    draw = np.random.default_rng(seed)
    return draw.standard_t(4, count) * 0.01 + draw.normal(0.0, 0.002)


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilistic_and_deflated_ratios_are_those_of_purgedcv(seed: int) -> None:
    other, returns = oracle("purgedcv"), drawn(seed)
    for benchmark in (-0.05, 0.0, 0.1):
        found = probabilistic_sharpe(returns, benchmark)
        assert found == pytest.approx(other.probabilistic_sharpe_ratio(returns, benchmark), abs=1e-9)
    for trials, variance in ((1, 0.01), (7, 0.0), (100, 0.002), (10_000, 0.0005)):
        mine, theirs = (
            deflated_sharpe(returns, trials, variance),
            other.deflated_sharpe_ratio_full(returns, trials, variance),
        )
        assert mine.probability == pytest.approx(theirs.dsr, abs=1e-9)
        assert mine.hurdle == pytest.approx(theirs.sr_star, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_minimum_lengths_are_those_of_purgedcv(seed: int) -> None:
    other, moments = oracle("purgedcv"), moments_of(drawn(seed) + 0.002)
    for benchmark, confidence in ((0.0, 0.95), (0.02, 0.9), (0.05, 0.4)):
        theirs = other.min_track_record_length(
            moments.sharpe, benchmark, 1 - confidence, moments.skewness, moments.kurtosis
        )
        assert minimum_track_record(moments, benchmark, confidence) == theirs
    for trials in (1, 2, 45, 5_000):
        assert minimum_backtest_length(trials, 0.8) == pytest.approx(
            other.minimum_backtest_length(trials, 0.8), abs=1e-9
        )


@pytest.mark.parametrize("seed", SEEDS[:4])
@pytest.mark.parametrize("blocks", [2, 6, 8])
def test_the_probability_of_overfitting_is_that_of_purgedcv(seed: int, blocks: int) -> None:
    returns = np.random.default_rng(seed).normal(0.0, 0.01, (251, 9))
    returns[:, 4] = 0.0
    returns[:, 7] = returns[:, 6]
    mine, theirs = (
        overfitting(returns, blocks),
        oracle("purgedcv").probability_of_backtest_overfitting(returns.T, blocks),
    )
    assert mine.probability == theirs.pbo
    assert mine.logits == pytest.approx(theirs.logits, abs=1e-9)
    assert mine.slope == pytest.approx(theirs.slope, abs=1e-9)
    both = np.column_stack([mine.in_sample, mine.out_of_sample])
    assert both == pytest.approx(theirs.is_oos_performance, abs=1e-9)


@pytest.mark.parametrize("rows", [50, 61, 97])
@pytest.mark.parametrize("purge", [0, 3])
@pytest.mark.parametrize("anchored", [False, True])
@pytest.mark.parametrize("partial", [False, True])
def test_walk_forward_splits_are_those_of_skfolio(rows: int, purge: int, *, anchored: bool, partial: bool) -> None:
    other = oracle("skfolio.model_selection").WalkForward(
        test_size=9, train_size=20, expand_train=anchored, reduce_test=partial, purged_size=purge
    )
    mine = walk_forward_splits(rows, 20, 9, anchored=anchored, purge=purge, partial=partial)
    theirs = list(other.split(np.zeros((rows, 1))))
    assert [(s.train.tolist(), s.test.tolist()) for s in mine] == [(a.tolist(), b.tolist()) for a, b in theirs]


@pytest.mark.parametrize(("blocks", "tested", "purge", "embargo"), [(6, 2, 0, 0), (6, 3, 2, 1), (4, 2, 1, 4)])
def test_combinatorial_splits_are_those_of_skfolio(blocks: int, tested: int, purge: int, embargo: int) -> None:
    other = oracle("skfolio.model_selection").CombinatorialPurgedCV(blocks, tested, purge, embargo)
    mine = combinatorial_splits(blocks * 11, blocks, tested, purge=purge, embargo=embargo)
    for ours, (train, tests) in zip(mine, other.split(np.zeros((blocks * 11, 1))), strict=True):
        assert ours.train.tolist() == train.tolist()
        assert [each.tolist() for each in ours.tests] == [each.tolist() for each in tests]


@pytest.mark.parametrize(("blocks", "tested", "purge"), [(6, 2, 1), (5, 1, 3), (7, 4, 2)])
def test_combinatorial_splits_are_those_of_purgedcv(blocks: int, tested: int, purge: int) -> None:
    other = oracle("purgedcv")
    rows = blocks * 12 + 5
    times = np.datetime64("2024-01-01", "ns") + np.arange(rows) * np.timedelta64(1, "D")
    ends = times + np.timedelta64(purge + 1, "D")
    splitter = other.CombinatorialPurgedCV(blocks, tested, prediction_times=times, evaluation_times=ends)
    mine = combinatorial_splits(rows, blocks, tested, purge=purge)
    for ours, (train, test) in zip(mine, splitter.split(np.zeros((rows, 1))), strict=True):
        assert ours.train.tolist() == train.tolist()
        assert ours.test.tolist() == test.tolist()
