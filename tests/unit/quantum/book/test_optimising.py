"""The optimiser as a worker: what was asked, estimated, stated, chosen and told; what cannot be is told too."""

import subprocess
import sys
from itertools import product
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.canonical import encode
from tallystick.events.catalogue import Catalogue
from tallystick.events.types.optimisation import OptimisationCompleted, OptimisationRequested
from tallystick.market.instrument import LOT
from tallystick.quantum.book.optimising import body_of, completed, problem_of, requested, settings_of
from tallystick.quantum.compiling import interpreted
from tallystick.quantum.estimators.covariance import ledoit_wolf
from tallystick.quantum.pipeline.hybrid import hybrid
from tallystick.quantum.worker import worker

WINDOW = 120
BARE = """
import sys
for name in ("scipy", "sklearn", "cirq", "numba", "llvmlite"):
    sys.modules[name] = None
from tallystick.quantum.worker import worker
print(worker().work(bytes.fromhex(sys.stdin.read()), 0).result.hex())
"""


def closes(seed: int = 0, count: int = 3, rows: int = WINDOW) -> np.ndarray:
    """A seeded walk of several symbols, near 1.3."""
    chance = np.random.default_rng(seed)
    return 1.3 * np.exp(np.cumsum(chance.normal(0.0, 0.002, (rows, count)), axis=0))


def asks(table: np.ndarray | None = None, **changes: Any) -> OptimisationRequested:
    """A request for lots of three symbols on an account of 10,000 USD; a step is worth about a tenth of it."""
    table = closes() if table is None else table
    count = table.shape[1]
    stated = OptimisationRequested(
        module="",
        worker="tallystick.quantum.worker",
        due=0,
        deadline=0,
        symbols=tuple(f"S{each}" for each in range(count)),
        window=len(table),
        closes=table.astype("<f8").tobytes(),
        volume_min=(LOT // 100,) * count,
        volume_max=(LOT,) * count,
        volume_step=(LOT // 100,) * count,
        step_value=tuple(100_000.0 + 7_000.0 * each for each in range(count)),
        step_margin_long=(3_000.0,) * count,
        step_margin_short=(4_000.0,) * count,
        equity=1_000_000,
        currency="USD",
        digits=2,
        k=2,
        risk_aversion=5.0,
        share=1.0,
        gross=1.0,
        largest=1.0,
        short=False,
        margin_share=0.5,
        tolerance=0.06,
        layers=2,
        angles="ramp",
        seed=3,
    )
    return msgspec.structs.replace(stated, **changes)


def test_an_answer_is_what_the_pipeline_finds_and_the_log_takes_it() -> None:
    asked = asks()
    answer = completed(asked)
    with interpreted():
        found = hybrid(problem_of(asked), settings_of(asked))
    assert answer.outcome == "lots"
    assert answer.weights == tuple(found.portfolio.weights.tolist())
    assert answer.bound <= answer.objective == found.portfolio.objective
    assert answer.settings_hash == found.settings_hash
    assert answer.sub_universes == ("S0 S1 S2",)
    assert (len(answer.gammas), len(answer.betas)) == (2, 2)
    assert answer.sources == ("qaoa", "start", "random", "classical")
    assert answer.source_polished[0] == answer.source_polished[1]
    assert answer.added == found.added
    catalogue = Catalogue()
    assert catalogue.read(OptimisationCompleted, catalogue.encode(answer)) == answer


def test_the_lots_are_the_best_of_all_that_obey_the_terms() -> None:
    asked = asks()
    answer, problem = completed(asked), problem_of(asked)
    step = np.array(asked.step_value) / asked.equity
    best = np.inf
    for steps in product(range(12), repeat=3):
        weights = np.array(steps) * step
        fits = abs(weights.sum() - 1.0) <= asked.tolerance and weights.max() <= 1.0 and np.count_nonzero(steps) <= 2
        if fits and 3_000.0 * sum(steps) <= 500_000.0:
            best = min(best, problem.objective(weights))
    assert answer.lots_proved
    assert answer.lot_objective == pytest.approx(best, rel=1e-9)
    assert answer.margin == pytest.approx(3_000.0 * sum(answer.volumes) / (LOT // 100))


def test_a_book_may_hold_fewer_symbols_than_it_chose_where_no_more_fit() -> None:
    answer = completed(asks(equity=110_000, tolerance=0.5, margin_share=1.0, risk_aversion=1e4))
    assert answer.outcome == "lots", answer.reason
    assert sum(each != 0.0 for each in answer.weights) == 2
    assert sum(each != 0 for each in answer.volumes) == 1


def test_the_problem_rests_on_shrunk_covariances_over_the_windows_horizon() -> None:
    table = closes(5)
    problem = problem_of(asks(table, k=1, share=0.7, largest=0.7))
    returns = table[1:] / table[:-1] - 1.0
    assert np.allclose(problem.sigma, ledoit_wolf(returns) * (WINDOW - 1), rtol=1e-12)
    assert np.allclose(problem.mean, returns.mean(axis=0) * (WINDOW - 1), rtol=1e-12)
    assert (problem.budget, problem.k, float(np.max(problem.upper))) == (0.7, 1, 0.7)


def test_shorts_are_asked_for_by_both_sides_and_their_margin_counts() -> None:
    falling = closes(2) * np.linspace(1.0, 0.7, WINDOW)[:, None] ** np.array([0.0, 1.0, 0.0])
    answer = completed(asks(falling, short=True, gross=3.0, largest=2.0, k=2))
    assert answer.outcome == "lots", answer.reason
    assert answer.volumes[1] < 0 < max(answer.volumes)
    steps = [volume // (LOT // 100) for volume in answer.volumes]
    assert answer.margin == pytest.approx(sum(3_000.0 * max(each, 0) - 4_000.0 * min(each, 0) for each in steps))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (asks(equity=1_000, step_value=(1e6, 2e6, 3e6)), "no lots meet the budget"),
        (asks(margin_share=0.001), "no lots meet the budget"),
        (asks(np.zeros((WINDOW, 3))), "a close of the window is not above 0. Correct the data"),
        (asks(angles="guess"), "angles 'guess' is not known"),
        (asks(largest=0.1), ""),
    ],
)
def test_what_cannot_be_is_an_answer_with_the_reason(asked: OptimisationRequested, reason: str) -> None:
    answer = completed(asked)
    assert answer.outcome == "refused"
    assert answer.volumes == ()
    assert reason in answer.reason
    assert answer.reason.endswith(".")
    Catalogue().encode(answer)


def test_lots_that_an_account_cannot_meet_leave_the_fractional_answer_to_read() -> None:
    answer = completed(asks(equity=1_000, step_value=(1e6, 2e6, 3e6)))
    assert sum(answer.weights) == pytest.approx(1.0)
    assert answer.bound_from
    assert "10.00" in answer.reason, "the equity is told in whole currency"


def test_the_same_request_gives_the_same_bytes_and_another_seed_says_so() -> None:
    content = encode(asks())
    once, again = worker().work(content, 1), worker().work(content, 2)
    assert once == again
    other = msgspec.msgpack.decode(worker().work(encode(asks(seed=4)), 1).result, type=OptimisationCompleted)
    assert other.seed == 4
    assert requested(content) == asks()


def test_without_compiler_scipy_and_scikit_learn_a_small_request_is_answered_alike() -> None:
    content = encode(asks())
    done = subprocess.run(
        [sys.executable, "-c", BARE], input=content.hex(), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == body_of(completed(asks())).hex(), done.stderr


def test_what_was_refused_is_not_kept_for_another_run() -> None:
    assert worker().work(encode(asks()), 0).keep
    assert not worker().work(encode(asks(margin_share=0.001)), 0).keep


def test_a_worker_says_what_its_results_rest_on() -> None:
    assert len(worker().fingerprint()) == 64
    assert worker().fingerprint() == worker().fingerprint()
