"""Hashes tell problems and settings apart by what they say, not by how they were written down."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from tallystick.quantum import HybridSettings, PortfolioProblem
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import SettingError
from tallystick.quantum.pipeline.hashing import content_hash, problem_hash, settings_hash
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.risk import CVaR
from tests.unit.quantum.pipeline.stated import SIZE, moments
from tests.unit.quantum.problem.returns import drawn

MEAN, SIGMA = moments(1)
PROBLEM = PortfolioProblem(MEAN, SIGMA, k=4)
OTHERS: dict[str, Any] = {
    "expected_returns": np.where(np.arange(SIZE) == 9, np.nextafter(MEAN, 1.0), MEAN),
    "covariance": SIGMA * (1.0 + 1e-15),
    "k": 5,
    "risk_aversion": 2.0,
    "fewest": 3,
    "lower": -0.1,
    "upper": 0.9,
    "buy_in": 0.01,
    "budget": 0.99,
    "gross": 1.0,
    "groups": (Group((1, 2), 1),),
    "conditions": (Condition((1.0,) * SIZE, high=1.0),),
    "trading": Trading([0.0] * SIZE),
    "risk": CVaR(),
    "scenarios": drawn(20, SIZE, 1),
    "names": tuple("abcdefghij"),
}


def test_each_part_of_a_problem_changes_its_hash() -> None:
    assert set(OTHERS) == {each.name for each in fields(PortfolioProblem)}
    more = {"risk": {"scenarios": OTHERS["scenarios"]}}
    hashes = {
        name: problem_hash(replace(PROBLEM, **{name: value}, **more.get(name, {}))) for name, value in OTHERS.items()
    }
    assert problem_hash(PROBLEM) not in hashes.values()
    assert len(set(hashes.values())) == len(hashes)


def test_lists_tuples_and_arrays_of_the_same_numbers_are_one_problem() -> None:
    same = PortfolioProblem(MEAN.tolist(), tuple(map(tuple, SIGMA)), k=4, lower=[0.0] * SIZE, upper=1)
    assert problem_hash(same) == problem_hash(PROBLEM)


def test_each_setting_and_limit_changes_the_hash_but_threads_do_not() -> None:
    others: dict[str, Any] = {
        "layers": 4,
        "mixer": "grover",
        "angles": "transfer",
        "objective": "cvar",
        "iterations": 61,
        "universe": 21,
        "whole": 100,
        "sub_universes": 2,
        "shots": 999,
        "polish": 9,
        "observations": 100,
        "start": "own",
        "seed": 1,
    }
    assert {*others, "threads"} == {each.name for each in fields(HybridSettings)}
    plain = settings_hash(HybridSettings(), Limits())
    hashes = {settings_hash(replace(HybridSettings(), **{name: value}), Limits()) for name, value in others.items()}
    hashes.add(settings_hash(HybridSettings(), Limits(starts=7)))
    assert len(hashes) == len(others) + 1
    assert plain not in hashes
    assert settings_hash(HybridSettings(threads=4), Limits()) == plain


def test_parts_do_not_run_into_one_another() -> None:
    values: list[Any] = [
        ("a", "bc"),
        ("ab", "c"),
        ("abc",),
        "abc",
        1,
        1.0,
        "1",
        None,
        True,
        (),
        ((),),
        np.zeros(1),
        (0.0,),
    ]
    assert len({content_hash(each) for each in values}) == len(values)
    assert content_hash(-0.0) == content_hash(0.0)
    with pytest.raises(TypeError, match="no encoding"):
        content_hash(object())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": 0}, "layers 0 is too small"),
        ({"layers": 2.5}, "not a whole number"),
        ({"shots": True}, "not a whole number"),
        ({"mixer": "star"}, "Give one of ring"),
        ({"angles": "guess"}, "Give one of ramp"),
        ({"objective": "mean"}, "Give one of expectation"),
        ({"start": "warm"}, "Give one of uniform"),
        ({"observations": 1}, "at least 2 rows"),
        ({"threads": 0}, "threads 0"),
        ({"seed": -1}, "seed -1"),
        ({"universe": 1}, "universe 1"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_what_can(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        HybridSettings(**changes)
