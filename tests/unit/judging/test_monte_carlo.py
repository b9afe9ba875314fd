"""Trades in other orders: seeded, equal whatever the memory, and right where the answer is known."""

from math import comb

import numpy as np
import pytest

from tallystick.platform.judging import monte_carlo as module
from tallystick.platform.judging.monte_carlo import NoTrades, monte_carlo

PROFITS = np.random.default_rng(1).normal(5.0, 80.0, 300)


def test_reshuffled_trades_end_where_the_run_ended_and_fall_otherwise() -> None:
    found = monte_carlo(PROFITS, 10_000.0, paths=2_000, seed=3)
    assert list(found.final_balance.values()) == pytest.approx([10_000 + PROFITS.sum()] * 7)
    assert found.maximal_drawdown[0.05] < found.maximal_drawdown[0.95]


def test_the_same_seed_gives_the_same_numbers_however_they_are_batched(monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("reshuffle", "bootstrap"):
        monkeypatch.setattr(module, "CELLS_AT_ONCE", 1 << 22)
        whole = monte_carlo(PROFITS, 10_000.0, method=method, paths=500, seed=9, block=4)
        monkeypatch.setattr(module, "CELLS_AT_ONCE", 1_000)
        assert monte_carlo(PROFITS, 10_000.0, method=method, paths=500, seed=9, block=4) == whole
        assert monte_carlo(PROFITS, 10_000.0, method=method, paths=500, seed=10, block=4) != whole


def test_drawn_anew_the_final_balance_spreads_as_the_trades_do() -> None:
    found = monte_carlo(PROFITS, 10_000.0, method="bootstrap", paths=20_000, seed=4)
    spread = float(PROFITS.std() * np.sqrt(len(PROFITS)))
    assert found.final_balance[0.5] == pytest.approx(10_000 + PROFITS.sum(), abs=spread * 0.05)
    assert found.final_balance[0.95] - found.final_balance[0.05] == pytest.approx(2 * 1.645 * spread, rel=0.05)


def test_ruin_is_as_probable_as_counting_says() -> None:
    # Of the orders of three wins and three losses, those that ever stand two below the start: reflected paths.
    expected = comb(6, 1) / comb(6, 3)
    found = monte_carlo([1, 1, 1, -1, -1, -1], 10.0, paths=40_000, seed=2, ruin_at=8.0)
    assert found.ruin == pytest.approx(expected, abs=0.01)


def test_blocks_keep_streaks_together() -> None:
    streaky = np.repeat(np.tile([50.0, -50.0], 15), 10)
    single = monte_carlo(streaky, 10_000.0, method="bootstrap", paths=4_000, seed=5)
    blocks = monte_carlo(streaky, 10_000.0, method="bootstrap", paths=4_000, seed=5, block=10)
    assert blocks.maximal_drawdown[0.5] > single.maximal_drawdown[0.5]


@pytest.mark.parametrize(("profits", "block", "paths"), [([1.0], 1, 10), ([1.0, 2.0], 3, 10), ([1.0, 2.0], 1, 0)])
def test_nothing_to_reorder_is_refused(profits: list[float], block: int, paths: int) -> None:
    with pytest.raises(NoTrades):
        monte_carlo(profits, 100.0, method="bootstrap", block=block, paths=paths)
