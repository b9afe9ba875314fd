"""An off-by-one planted anywhere in an indicator is found by the comparison with its definition.

Faults that change no value are named in `HARMLESS`, each with the reason.
"""

import sys
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.platform.authoring.indicators import NAMED
from tests.unit.indicators.cases import CASES, Case, streamed
from tests.unit.indicators.planted_faults import PACKAGE, Fault, faults_of, planted, users_of
from tests.unit.indicators.price_walk import WalkBar, columns, walk

BEGINNINGS = [  # exact in binary: a lower high over the same low; a fall as large as the rise
    [WalkBar(1.25, 1.5, 1.0, 1.25, 1.25, 9), WalkBar(1.25, 1.375, 1.0, 1.25, 1.25, 9)],
    [WalkBar(1.25, 1.5, 1.0, 1.25, 1.25, 9), WalkBar(1.25, 1.625, 0.875, 1.25, 1.25, 9)],
]
WALKS = [walk(45), walk(40, still=slice(0, 20)), *(walk(40, seed=seed, digits=3) for seed in range(6))]
WALKS += [[*beginning, *walk(33)] for beginning in BEGINNINGS]
TABLES = [columns(bars) for bars in WALKS]
MODULES = sorted({NAMED[case.name].__module__ for case in CASES} | {f"{PACKAGE}.rolling"})

OVERWRITTEN = "what a state begins with is overwritten by the first row"
NEUTRAL = "adding a zero, or keeping what equals its successor, changes nothing"
FRESHER = "sums are taken afresh at other rows, or advanced to the same value"
UNREACHED = "the bound is met only where movements or prices are next to nothing"
SIDES = "a direction is 1.0 or -1.0, never 0.0"
UNASKED = "nobody asks this count after the first row"

HARMLESS = {
    "adx": {"0.0 -> 1.0": OVERWRITTEN, "up > 0.0 -> up >= 0.0": NEUTRAL, "down > 0.0 -> down >= 0.0": NEUTRAL},
    "atr": {"0.0 -> 1.0": OVERWRITTEN},
    "cci": {"distance > ROUNDING * abs(mean) -> distance >= ROUNDING * abs(mean)": UNREACHED},
    "ema": {"0.0 -> 1.0": OVERWRITTEN},
    "linear_regression": {
        "0.0 -> 1.0": OVERWRITTEN,
        "self._count > self.period -> self._count >= self.period": FRESHER,
    },
    "mfi": {
        "0.0 -> 1.0": OVERWRITTEN,
        "change > least -> change >= least": UNREACHED,
        "change < -least -> change <= -least": UNREACHED,
    },
    "obv": {"0.0 -> 1.0": OVERWRITTEN, "1 -> 2": UNASKED},
    "parabolic_sar": {
        "0.0 -> 1.0": OVERWRITTEN,
        "1.0 -> 2.0": OVERWRITTEN,
        "self._side > 0.0 -> self._side >= 0.0": SIDES,
    },
    "roc": {"0.0 -> 1.0": OVERWRITTEN},
    "rolling": {
        "0.0 -> 1.0": OVERWRITTEN,
        "1 -> 2": FRESHER,
        "0 -> 1": FRESHER,
        "self._count % self.period == 0 -> self._count % self.period != 0": FRESHER,
        "self._squares > 0.0 -> self._squares >= 0.0": NEUTRAL,
        "self._count > period -> self._count >= period": FRESHER,
    },
    "rsi": {"0.0 -> 1.0": OVERWRITTEN},
    "supertrend": {
        "0.0 -> 1.0": OVERWRITTEN,
        "self._direction > 0.0 -> self._direction >= 0.0": SIDES,
        "self._direction < 0.0 -> self._direction <= 0.0": SIDES,
        "upper < self._upper -> upper <= self._upper": NEUTRAL,
        "lower > self._lower -> lower >= self._lower": NEUTRAL,
        "self._close > self._upper -> self._close >= self._upper": UNREACHED,
        "self._close < self._lower -> self._close <= self._lower": UNREACHED,
        "bar.close < self._lower -> bar.close <= self._lower": UNREACHED,
        "bar.close > self._upper -> bar.close >= self._upper": UNREACHED,
    },
    "vwap": {"0.0 -> 1.0": OVERWRITTEN},
    "williams_r": {"0.0 -> 1.0": OVERWRITTEN},
    "wma": {"0.0 -> 1.0": OVERWRITTEN, "self._count > self.period -> self._count >= self.period": FRESHER},
    "z_score": {
        "deviation <= LEAST_DEVIATION * abs(mean) -> deviation < LEAST_DEVIATION * abs(mean)": UNREACHED,
    },
}
"""Faults that may go unseen, by module, with the reason."""


@cache
def defined(case: int, walk_place: int) -> NDArray[np.float64]:
    """What the definition gives on a walk."""
    return CASES[case].expected(TABLES[walk_place])


def differs(case: Case, place: int) -> bool:
    """Whether the indicator as it is now is not what its definition says."""
    kind, expected = NAMED[case.name], defined(CASES.index(case), place)
    ready, known = [], np.isfinite(expected).all(axis=1).tolist()
    values = np.full(expected.shape, np.nan)
    try:
        made = getattr(sys.modules[kind.__module__], kind.__name__)(**case.parameters)
        for row, bar in enumerate(WALKS[place]):
            values[row] = streamed(made, [bar])[0]
            ready.append(made.ready)
    except Exception:  # noqa: BLE001 -- a fault may show as any error
        return True
    return ready != known or not np.allclose(values, expected, rtol=1e-9, atol=1e-7, equal_nan=True)


def is_found(fault: Fault) -> bool:
    """Whether any case of an indicator built on the faulty module fails on any walk."""
    for case in CASES:
        own = NAMED[case.name].__module__
        rebuilt = users_of(fault.module, own)
        if own == fault.module or rebuilt:
            with planted(fault, rebuilt):
                if any(differs(case, place) for place in range(len(WALKS))):
                    return True
    return False


@pytest.mark.parametrize("module", MODULES, ids=lambda name: name.rpartition(".")[2])
def test_a_planted_fault_is_found(module: str) -> None:
    harmless = HARMLESS.get(module.rpartition(".")[2], {})
    faults = list(faults_of(sys.modules[module]))
    unseen = [fault for fault in faults if not is_found(fault)]

    print(f"{len(faults) - len(unseen)} of {len(faults)} found")
    assert [str(fault) for fault in unseen if f"{fault.before} -> {fault.after}" not in harmless] == []
    assert len(unseen) < len(faults)


def test_nothing_is_found_where_nothing_is_planted() -> None:
    for case in CASES:
        assert not any(differs(case, place) for place in range(len(WALKS))), case
