"""Every streaming indicator against its definition over whole columns."""

import math

import numpy as np
import pytest

from tallystick.platform.authoring.indicators import NAMED
from tests.unit.indicators.cases import CASES, Case, named, streamed
from tests.unit.indicators.price_walk import WalkBar, columns, walk

NEAR = 1e-9
"""Difference of prices about 1.3, and of percentages, that rounding alone explains."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_indicator_gives_what_its_definition_says(case: Case) -> None:
    bars = walk(400)

    np.testing.assert_allclose(streamed(case.made(), bars), case.expected(columns(bars)), rtol=NEAR, atol=NEAR)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ties_are_decided_as_the_definition_decides_them(case: Case) -> None:
    for seed in range(12):
        bars = walk(60, seed=seed, digits=3)

        np.testing.assert_allclose(
            streamed(case.made(), bars), case.expected(columns(bars)), rtol=NEAR, atol=1e-6, err_msg=f"seed {seed}"
        )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_indicator_is_ready_exactly_when_its_definition_has_a_value(case: Case) -> None:
    bars, indicator = walk(60), case.made()
    known = [bool(np.isfinite(row).all()) for row in case.expected(columns(bars))]

    for row, bar in enumerate(bars):
        indicator.push(bar)
        assert indicator.ready == known[row]
        assert indicator.ready == (row + 1 >= indicator.warm_up)


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in {"supertrend", "parabolic_sar"}], ids=str)
def test_a_market_that_stands_still_leaves_no_infinities_behind(case: Case) -> None:
    bars = walk(120, still=slice(40, 90))
    values = streamed(case.made(), bars)

    assert np.isfinite(values[case.made().warm_up :]).all()
    np.testing.assert_allclose(values, case.expected(columns(bars)), rtol=1e-6, atol=1e-6)


def test_what_is_undefined_without_movement_is_the_neutral_value() -> None:
    neutral = {"rsi": 50.0, "mfi": 50.0, "williams_r": -50.0, "cci": 0.0, "z_score": 0.0}
    for name, value in neutral.items():
        indicator = named(name, 5)
        assert streamed(indicator, walk(30, still=slice(0, 30)))[-1] == [value]
    assert streamed(named("stochastic", 5), walk(30, still=slice(0, 30)))[-1].tolist() == [50.0, 50.0]
    assert streamed(named("adx", 5), walk(30, still=slice(0, 30)))[-1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["sma", "wma", "std_dev", "linear_regression", "mfi", "vwap"])
def test_rounding_does_not_accumulate_over_many_windows(name: str) -> None:
    bars = walk(20_000, seed=11)
    case = next(case for case in CASES if case.name == name)
    fresh = case.expected(columns(bars[-200:]))[-1]

    drift = np.abs(streamed(case.made(), bars)[-1] - fresh).max()

    print(f"{name}: {drift:.1e} after 20,000 rows")
    assert drift < 1e-10


def test_every_indicator_is_tested_against_a_definition() -> None:
    assert {case.name for case in CASES} | {"talib"} == set(NAMED)


def test_a_value_before_the_warm_up_is_not_a_number() -> None:
    for case in CASES:
        value = case.made().value
        assert all(math.isnan(one) for one in (value if isinstance(value, tuple) else (value,)))


def test_plain_numbers_can_be_pushed_so_that_indicators_chain() -> None:
    bars, slope_of_rsi, rsi = walk(80), named("linear_regression", 5), named("rsi", 7)
    for bar in bars:
        rsi.push(bar)
        if rsi.ready:
            slope_of_rsi.push_value(rsi.value)

    last = [streamed(named("rsi", 7), bars[: row + 1])[-1, 0] for row in range(75, 80)]
    assert slope_of_rsi.value.slope == pytest.approx(np.polyfit(range(5), last, 1)[0])


def test_a_close_exactly_on_the_line_does_not_turn_the_supertrend() -> None:
    for direction in (-1.0, 1.0):
        made, bars = named("supertrend", 5, 1.5), iter(walk(200, seed=3))
        while not made.ready or made.value.direction != direction:
            made.push(next(bars))
        line = made.value.line

        reach = 0.5 * direction  # so wide a bar moves its own band away from the close
        made.push(WalkBar(line, max(line, line - reach), min(line, line - reach), line, line, 1))

        assert made.value == (line, direction)
