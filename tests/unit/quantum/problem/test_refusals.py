"""Every bad input at a glance: what is given, the error it gets, the part it names and the remedy; nothing is taken."""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from tallystick.quantum.circuits.simulators import EngineBackend
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.edges import pair_tables
from tallystick.quantum.errors import ProblemError, QuantumError, SettingError, TooBigError
from tallystick.quantum.estimator import PortfolioOptimiser
from tallystick.quantum.estimators.covariance import ledoit_wolf, repaired
from tallystick.quantum.extremal import top_state
from tallystick.quantum.full import FullSpace, penalised_costs
from tallystick.quantum.mixers import CompleteXY, RingXY, mixer_named
from tallystick.quantum.pipeline.hybrid import hybrid
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.problem.conditions import Condition
from tallystick.quantum.problem.listing import Account
from tallystick.quantum.problem.lots import allocate
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import RingTop
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import constrained
from tests.unit.quantum.dense import complete
from tests.unit.quantum.problem.returns import drawn
from tests.unit.quantum.problem.test_lots import EURUSD, GBPUSD

PAST = drawn(120, 4, seed=9)
MEAN, SIGMA = PAST.mean(axis=0), np.cov(PAST, rowvar=False)
GAP = np.where(np.eye(4) > 0, np.nan, SIGMA)
SKEWED = SIGMA + np.triu(np.full((4, 4), 1e-4), 1)
INDEFINITE = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
TWO = PortfolioProblem(MEAN[:2], SIGMA[:2, :2])
HUGE, FULL = Subspace(40, 20), FullSpace(38, 5)
SMALL = constrained(Subspace(4, 2), RingXY())
TIGHT = Account(1e4, 1, margin_share=0.1)
NONE = np.zeros(1)
PATH = [(each, each + 1) for each in range(39)]

BAD: list[tuple[str, Callable[[], object], type[QuantumError], str, str]] = [
    # what is wrong, how it is given, the error, the part it names, the remedy
    ("NaN in expected returns", lambda: PortfolioProblem(MEAN * np.nan, SIGMA), ProblemError, r"\[0\] is nan", "drop"),
    ("NaN in a covariance", lambda: PortfolioProblem(MEAN, GAP), ProblemError, r"covariance \[0, 0\] is nan", "drop"),
    ("NaN in rows of returns", lambda: ledoit_wolf(GAP), ProblemError, "not finite", "Fill or drop"),
    ("NaN to be repaired", lambda: repaired(GAP), ProblemError, "finite entries only", "without gaps"),
    ("NaN in what is fitted", lambda: PortfolioOptimiser(k=2).fit(GAP), ProblemError, "not finite", "drop"),
    ("NaN in costs", lambda: quadratic_diagonal(Subspace(4, 2), GAP, MEAN), ProblemError, "costs", "fill or drop"),
    ("infinity", lambda: PortfolioProblem(MEAN, SIGMA + np.inf), ProblemError, "is inf", "Fill or drop"),
    ("asymmetric covariance", lambda: PortfolioProblem(MEAN, SKEWED), ProblemError, "not symmetric", r"\(S \+ S.T\)"),
    ("asymmetric costs", lambda: quadratic_diagonal(Subspace(4, 2), SKEWED, MEAN), ProblemError, "symmetric", "use"),
    ("indefinite", lambda: PortfolioProblem(MEAN[:3], INDEFINITE), ProblemError, "indefinite", "repaired"),
    ("k above n", lambda: PortfolioProblem(MEAN, SIGMA, k=5), ProblemError, "k 5 of 4", "1 <= k <= 4"),
    ("k above n of states", lambda: Subspace(4, 5), ProblemError, "choose 5 of 4", "at most 4"),
    ("k of nothing", lambda: PortfolioProblem(MEAN, SIGMA, k=0), ProblemError, "k 0", "Choose"),
    ("bounds too low", lambda: PortfolioProblem(MEAN, SIGMA, upper=0.2), ProblemError, "between 0 and 0.8", "Widen"),
    ("few, bounds too low", lambda: PortfolioProblem(MEAN, SIGMA, k=2, upper=0.4), ProblemError, "2 assets", "k"),
    ("bounds crossed", lambda: PortfolioProblem(MEAN, SIGMA, lower=0.5, upper=0.2), ProblemError, "above", "Widen"),
    ("no lots small enough", lambda: allocate(TWO, (EURUSD, GBPUSD), Account(300.0)), ProblemError, "no lots", "Raise"),
    ("no margin", lambda: allocate(TWO, (EURUSD, GBPUSD), TIGHT), ProblemError, "and the margin", "Raise"),
    ("an unknown mixer", lambda: mixer_named("square"), SettingError, "square", "expected one of ring"),
    ("no layers", lambda: HybridSettings(layers=0), SettingError, "layers 0", "from 1"),
    ("costs beyond memory", lambda: quadratic_diagonal(HUGE, np.eye(40), np.zeros(40)), TooBigError, "GiB", "fewer"),
    ("a state beyond memory", lambda: Qaoa(HUGE, NONE), TooBigError, "two states of 137,846,528,820", "float32"),
    ("tables beyond memory", lambda: pair_tables(Subspace(34, 9), complete(34)), TooBigError, "561 gates", "fewer"),
    ("vectors beyond memory", lambda: top_state(HUGE, PATH), TooBigError, "24 vectors", "fewer assets"),
    (
        "all 2^n beyond memory",
        lambda: penalised_costs(FULL, np.eye(38), np.zeros(38), 1.0),
        TooBigError,
        "GiB",
        "fewer",
    ),
    ("no shots", lambda: EngineBackend().run(SMALL, 0, 1), SettingError, "takes 1 to", "shots"),
]


@pytest.mark.parametrize(("make", "error", "part", "remedy"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_bad_input_gets_a_typed_error_that_names_part_and_remedy(
    make: Callable[[], object], error: type[QuantumError], part: str, remedy: str
) -> None:
    with pytest.raises(error, match=part) as refused:
        make()
    with pytest.raises(error, match=remedy):
        raise refused.value
    assert issubclass(error, ValueError | MemoryError)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Qaoa(HUGE, NONE),
        lambda: Qaoa(HUGE, NONE, mixer=CompleteXY(), precision="float32"),
        lambda: Qaoa(HUGE, NONE, start=RingTop()),
        lambda: quadratic_diagonal(HUGE, np.eye(40), np.zeros(40)),
        lambda: RingTop().amplitudes(HUGE),
    ],
)
def test_memory_is_looked_at_before_any_is_taken(make: Callable[[], object]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooBigError, match="GiB are left; choose fewer assets"):
            make()
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_conditions_that_exclude_one_another_are_refused_by_solver_and_pipeline_alike() -> None:
    rows = (Condition((1.0, 0.0, 0.0, 0.0), low=0.7), Condition((0.0, 1.0, 0.0, 0.0), low=0.7))
    asked = PortfolioProblem(MEAN, SIGMA, k=2, conditions=rows)
    for answer in (solve, hybrid):
        with pytest.raises(ProblemError, match=r"Widen|change k|Lower|Raise"):
            answer(asked)


def test_importing_the_library_takes_less_than_a_fifth_of_a_second_of_cpu() -> None:
    program = (
        "import time; began = time.process_time(); import tallystick.quantum; print(time.process_time() - began); "
        "import sys; print(sorted({'numpy', 'numba', 'scipy', 'pandas', 'sklearn', 'cirq'} & set(sys.modules)))"
    )
    taken = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        seconds, loaded = done.stdout.splitlines()
        taken.append(float(seconds))
        assert loaded == "[]"
    assert min(taken) < 0.2
