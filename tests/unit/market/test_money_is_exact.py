"""One rounding rule, and compiled arithmetic that is exact or raises: never a silent wrap."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.margin import hedged_margin, order_rule
from tallystick.market.moment import acts, rounded_money
from tallystick.market.money import MoneyOverflowError, commission, point_money, rounded, rounded_fraction

EURUSD = Instrument("EURUSD", 5, 100_000.0, LOT // 100, 10_000 * LOT, LOT // 100, commission_per_lot=350)
XAUUSD = Instrument("XAUUSD", 2, 100.0, LOT // 100, 10_000 * LOT, LOT // 100)
ODD = Instrument("ODD", 3, 33.3, LOT // 1_000, 10_000 * LOT, LOT // 1_000)


def test_halves_are_rounded_away_from_zero() -> None:
    assert [rounded(n, 2) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
    assert [rounded(n, 3) for n in (-2, -1, 1, 2)] == [-1, 0, 0, 1]


@settings(deadline=None)
@given(st.integers(-(10**18), 10**18), st.integers(1, 10**6))
def test_the_compiled_rounding_is_the_same_rule(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert rounded_money(numerator, denominator) == rounded(numerator, denominator) == rounded_fraction(exact)
    assert abs(rounded_fraction(exact) - exact) <= Fraction(1, 2)


@given(
    st.sampled_from([EURUSD, XAUUSD, ODD]),
    st.integers(1, 1_000_000),
    st.integers(-2_000_000, 2_000_000),
    st.integers(0, 3),
)
def test_a_point_s_money_is_exact_up_to_ten_thousand_lots(
    instrument: Instrument, steps: int, points: int, digits: int
) -> None:
    volume = min(steps * instrument.volume_step, 10_000 * LOT)
    money = point_money(instrument, digits)
    volume_lots = Fraction(volume, LOT)
    contract = Fraction(repr(instrument.contract_size))
    exact = points * volume_lots * contract * Fraction(10**digits, 10**instrument.digits)
    assert money.profit(points * money.units(volume)) == rounded_fraction(exact)


def margin_of(instrument: Instrument, volume: int, points: int, leverage: int) -> int:
    units = point_money(instrument, 2).units(volume)
    return rounded(*order_rule(instrument, leverage, 2, "USD").amount(1, units, points * units))


def stop_out_scan(instrument: Instrument, volume: int, opened: int, bid: int, balance: int, margin: int) -> bool:
    """What compiled code says of one long position at one quote, with a stop-out level of 50 %."""
    money = point_money(instrument, 2)
    units = money.units(volume)
    price = np.array([bid / 10**instrument.digits])
    none = np.zeros((0, 4), dtype=np.int64)
    return bool(
        acts(
            0,
            1,
            np.array([10]),
            np.array([0], dtype=np.uint16),
            (price,) * 4,
            (price,) * 4,
            1,
            np.array([0]),
            np.array([0]),
            np.array([10.0**instrument.digits]),
            np.array([opened]),
            np.array([opened]),
            none[:, :2].copy(),
            none,
            np.array([[0, 1, 0, 0, opened * units, units]]),
            np.array([balance, margin, 5_000]),
            np.array([[money.numerator, money.denominator]]),
        )
    )


@settings(deadline=None)
@given(
    st.sampled_from([EURUSD, XAUUSD, ODD]),
    st.integers(1, 1_000_000),
    st.integers(50_000, 300_000),
    st.integers(50_000, 300_000),
    st.integers(1, 10**12),
)
def test_the_compiled_stop_out_is_exact_up_to_ten_thousand_lots(
    instrument: Instrument, steps: int, opened: int, bid: int, balance: int
) -> None:
    volume = min(steps * instrument.volume_step, 10_000 * LOT)
    margin = margin_of(instrument, volume, opened, 100)
    money = point_money(instrument, 2)
    equity = balance + rounded_fraction(
        Fraction((bid - opened) * money.units(volume) * money.numerator, money.denominator)
    )
    expected = margin > 0 and equity * 10_000 < 5_000 * margin
    assert stop_out_scan(instrument, volume, opened, bid, balance, margin) == expected


def test_compiled_code_raises_before_it_would_wrap() -> None:
    coarse = Instrument("WIDE", 5, 1e9, LOT // 100, 10**8 * LOT, LOT // 100)
    with pytest.raises(MoneyOverflowError, match="trade less"):
        stop_out_scan(coarse, 10**8 * LOT, 120_000, 120_001, 10**9, 10**9)


def test_a_position_too_large_for_compiled_code_is_refused_by_name() -> None:
    coarse = Instrument("WIDE", 5, 1e9, LOT // 100, 10**8 * LOT, LOT // 100)
    with pytest.raises(MoneyOverflowError, match="trade less"):
        point_money(coarse, 2).require_fits(120_000, 10**8 * LOT)
    point_money(EURUSD, 2).require_fits(200_000, 10_000 * LOT)


def test_commission_is_a_cost_rounded_once() -> None:
    assert commission(EURUSD, LOT) == -350
    assert commission(EURUSD, LOT // 100) == -4


def test_margin_is_volume_times_contract_times_price_over_leverage() -> None:
    assert margin_of(EURUSD, LOT, 123_456, 30) == rounded(12_345_600, 30)
    assert margin_of(EURUSD, LOT, 123_456, 1) == 12_345_600


def test_hedged_margin_charges_the_uncovered_side_and_the_hedged_contract() -> None:
    hedged = Instrument("H", 5, 100_000.0, LOT // 100, LOT, LOT // 100, margin_hedged=50_000.0)
    assert hedged_margin(hedged, (3 * LOT, 900), (0, 0)) == 900
    assert hedged_margin(hedged, (3 * LOT, 900), (LOT, 300)) == 600 + rounded(1_200, 8)
    assert hedged_margin(EURUSD, (3 * LOT, 900), (3 * LOT, 960)) == 0
