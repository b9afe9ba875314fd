"""One contract for every backend: counts with provenance, the same for the same seed, post-selected by weight."""

import importlib.util

import numpy as np
import pytest

from tallystick.quantum.circuits.backend import Backend
from tallystick.quantum.circuits.counts import Counts, Outcome, Provenance
from tallystick.quantum.circuits.noisy import NoisyBackend
from tallystick.quantum.circuits.simulators import CirqBackend, EngineBackend, QsimBackend
from tallystick.quantum.errors import Missing, SettingError
from tallystick.quantum.full import FullSpace
from tallystick.quantum.mixers import CompleteXY, RingXY
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import constrained, engine_state, unconstrained

NEEDS = {"cirq": "cirq", "qsim": "qsimcirq", "noisy": "cirq_google"}
BACKENDS: dict[str, Backend] = {
    "engine": EngineBackend(),
    "cirq": CirqBackend(),
    "qsim": QsimBackend(),
    "noisy": NoisyBackend("rainbow"),
}
RING = constrained(Subspace(4, 2), RingXY(), layers=1)


def installed(name: str) -> bool:
    return name not in NEEDS or importlib.util.find_spec(NEEDS[name]) is not None


def backend(name: str) -> Backend:
    if not installed(name):
        pytest.skip(f'{NEEDS[name]} is not installed: pip install "tallystick[quantum-sdks]"')
    return BACKENDS[name]


@pytest.mark.parametrize("name", BACKENDS)
def test_the_same_circuit_shots_and_seed_give_the_same_counts_with_their_provenance(name: str) -> None:
    runs = backend(name)
    first, again, other = (runs.run(RING, 60, seed) for seed in (7, 7, 8))
    assert first == again
    assert first.outcomes != other.outcomes
    assert first.shots == 60
    assert (first.provenance.circuit, first.provenance.seed) == (RING.digest, 7)
    assert first.provenance.backend == runs.capabilities.name


@pytest.mark.parametrize("name", ["engine", "cirq", "qsim"])
def test_counts_follow_the_exact_probabilities(name: str) -> None:
    for circuit in (constrained(Subspace(6, 3), RingXY()), unconstrained(FullSpace(5, 2))):
        counts = backend(name).run(circuit, 40_000, 3)
        probabilities = np.abs(engine_state(circuit)) ** 2
        frequencies = np.zeros_like(probabilities)
        for each in counts.outcomes:
            frequencies[int(each.bits[::-1], 2)] = each.shots / counts.shots
        np.testing.assert_allclose(frequencies, probabilities, atol=0.012)


@pytest.mark.parametrize("name", ["engine", "cirq", "qsim"])
def test_without_noise_every_shot_of_a_constrained_circuit_is_feasible(name: str) -> None:
    assert backend(name).run(RING, 500, 1).post_selected(2).fraction == 1.0


def test_noise_makes_shots_infeasible_and_post_selection_leaves_the_feasible_ones() -> None:
    counts = backend("noisy").run(RING, 150, 1)
    kept = counts.post_selected(2)
    assert 0.2 < kept.fraction < 1.0
    assert all(each.bits.count("1") == 2 for each in kept.counts.outcomes)
    assert kept.counts.shots + sum(each.shots for each in counts.outcomes if each.bits.count("1") != 2) == 150
    assert "median calibration of 20" in counts.provenance.calibration
    assert counts.provenance.two_qubit_gates is not None
    assert counts.provenance.two_qubit_gates > 10
    assert BACKENDS["noisy"].capabilities.noisy


def test_the_engine_runs_mixers_that_have_no_circuit_of_gates() -> None:
    counts = EngineBackend().run(constrained(Subspace(8, 3), CompleteXY()), 100, 2)
    assert (counts.shots, counts.post_selected(3).fraction) == (100, 1.0)


def test_what_a_backend_cannot_do_is_refused_with_what_it_can() -> None:
    for shots, seed, words in ((0, 1, "takes 1 to"), (10, -1, "seed -1")):
        with pytest.raises(SettingError, match=words):
            EngineBackend().run(RING, shots, seed)
    with pytest.raises(SettingError, match="has 34 qubits"):
        CirqBackend().run(constrained(Subspace(35, 1), RingXY()), 10, 1)
    with pytest.raises(SettingError, match="willow_pink"):
        NoisyBackend("sycamore")


@pytest.mark.parametrize("name", [name for name in NEEDS if not installed(name)])
def test_a_backend_without_its_kit_names_the_command_that_installs_it(name: str) -> None:
    with pytest.raises(Missing, match=r'pip install "tallystick\[quantum-sdks\]"'):
        BACKENDS[name].run(RING, 10, 1)


def test_a_feasible_fraction_that_fell_is_drift_and_only_of_the_same_circuit() -> None:
    origin = Provenance("engine", "1", "abc", 1000, 1)
    healthy, sick, steady = (
        Counts((Outcome("0011", good), Outcome("0111", 1000 - good)), origin).post_selected(2)
        for good in (700, 600, 695)
    )
    assert sick.drift_from(healthy) > 3.0
    assert abs(steady.drift_from(healthy)) < 1.0
    assert healthy.deviation == pytest.approx((0.7 * 0.3 / 1000) ** 0.5, rel=0.01)
    other = Counts((Outcome("0011", 700),), Provenance("cirq", "1", "abc", 700, 1)).post_selected(2)
    with pytest.raises(SettingError, match="one backend"):
        other.drift_from(healthy)
