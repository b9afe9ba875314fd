"""Compiled functions: loaded only when rows are many, with the same answers before and after."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from tallystick.market import compiled, fills
from tallystick.market.alarms import set_alarms
from tallystick.platform.mt5.server.sieve import Sieve

EURUSD = np.array([100_000.0])


def tables(stop: int, take: int, direction: int) -> tuple[np.ndarray, ...]:
    """One position of a lot from 1.1, stops so many points away; 2,000.00 of balance, stop-out below 1,500.00."""
    positions = np.array(
        [
            [
                0,
                direction,
                stop and 110_000 - direction * stop,
                take and 110_000 + direction * take,
                110_000 * 10_000,
                10_000,
            ]
        ],
        dtype=np.int64,
    )
    account = np.array([200_000, 300_000, 5_000], dtype=np.int64)
    money = np.array([[1, 1_000]], dtype=np.int64)
    return positions, account, money


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(("stop", "take"), [(0, 0), (500, 700), (9_000, 9_000)])
def test_the_sieve_lets_no_quote_pass_at_which_the_scan_finds_an_act(direction: int, stop: int, take: int) -> None:
    positions, account, money = tables(stop, take, direction)
    levels, alarm_times, exposure = np.zeros((1, 4)), np.zeros(1, dtype=np.int64), np.zeros((1, 4))
    none = fills.empty(2), fills.empty(4)
    set_alarms(*none, positions, EURUSD, money, levels, alarm_times, exposure)
    sieve = Sieve.of(levels, alarm_times, exposure, EURUSD, account, 1)
    assert sieve is not None
    passed, found = 0, 0
    for points in range(100_000, 120_000, 7):
        bid, ask = np.array([points / 1e5]), np.array([(points + 3) / 1e5])
        quiet = sieve.lets_pass(5, bid.tolist(), ask.tolist())
        now = np.array([110_000], dtype=np.int64)
        rest: tuple[Any, ...] = (*none, positions, account, money, levels, alarm_times, exposure)
        rows = np.array([5], dtype=np.int64), np.zeros(1, dtype=np.uint16), (bid,) * 4, (ask,) * 4
        place = np.zeros(1, dtype=np.int64)
        plain = fills.first_act.py_func(*rows, 1, place, place, EURUSD, now, now, *rest)
        assert plain == fills.first_act(*rows, 1, place, place, EURUSD, now, now, *rest)
        assert not (quiet and plain >= 0)
        passed, found = passed + quiet, found + (plain >= 0)
    assert passed
    assert found


def test_few_rows_run_as_python_until_the_function_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled._Patience, "rows", 0)  # a bot's test in this process may have been patient
    one = compiled.compiled(_doubled)
    assert one.for_rows(compiled.FEW) is one
    compiled.be_patient(2 * compiled.FEW + 2)
    assert one.for_rows(compiled.FEW) is _doubled
    assert one.for_rows(compiled.FEW + 1) is one
    assert one(21) == one.for_rows(1)(21) == 42
    assert one.for_rows(1) is not _doubled


def _doubled(number: int) -> int:
    return 2 * number


def test_the_server_is_imported_without_the_compiler() -> None:
    code = "import sys; import tallystick.platform.mt5.exec.composing; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
