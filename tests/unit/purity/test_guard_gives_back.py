"""The guard leaves everything as it was, concerns one thread only, and costs next to nothing."""

import os
import random
import threading
import time
import timeit
from pathlib import Path

import numpy as np
import pytest

from tallystick.platform.authoring.purity import HERE, ImpureStrategy, guarding
from tests.unit.purity import helper_of_a_strategy as helper

THIS = Path(__file__)


def watched() -> list[object]:
    names = [
        time.time,
        time.sleep,
        random.random,
        random.shuffle,
        np.random.rand,
        os.getenv,
        os.urandom,
        helper.now,
        helper.datetime,
    ]
    return [*names, type(os.environ).__getitem__, threading.Thread.start, helper.chance]


def fails(during: list[object]) -> None:
    during += watched()
    raise RuntimeError("the user's own")


def test_everything_replaced_is_given_back_even_after_an_error() -> None:
    before = watched()
    during: list[object] = []
    with pytest.raises(RuntimeError, match="the user's own"), guarding() as guard, guard:
        fails(during)

    assert all(now is not was for now, was in zip(during, before, strict=True))
    assert all(now is was for now, was in zip(watched(), before, strict=True))
    assert HERE.guard.depth == 0


def test_runs_within_runs_give_back_only_at_the_end() -> None:
    before = watched()
    with guarding():
        during = watched()
        with guarding() as guard:
            assert watched() == during
        with pytest.raises(ImpureStrategy), guard:
            time.time()
    assert watched() == before


def test_between_callbacks_of_a_run_nothing_is_refused() -> None:
    with guarding() as guard:
        with guard:
            pass
        assert time.time() > 0.0
        assert 0.0 <= random.random() < 1.0
        assert THIS.read_text(encoding="utf-8").startswith('"""The guard')


def test_outside_a_run_a_guard_refuses_nothing() -> None:
    with HERE.guard:
        assert time.time() > 0.0
        assert THIS.exists()
        assert THIS.read_bytes()


def test_guards_nest_and_only_the_outermost_ends_the_watch() -> None:
    with guarding() as guard, guard:
        with guard:
            pass
        with pytest.raises(ImpureStrategy):
            time.time()
        guard.settled()  # met by this test, not swallowed by a callback


def test_another_thread_may_look_at_the_clock_while_a_callback_runs() -> None:
    inside, done, seen = threading.Event(), threading.Event(), list[object]()

    def progress() -> None:
        inside.wait(10.0)
        try:
            seen.append(time.time())
            seen.append(THIS.read_bytes())
        except ImpureStrategy as refused:
            seen.append(refused)
        done.set()

    with guarding() as guard:
        bar = threading.Thread(target=progress)
        bar.start()
        with guard:
            inside.set()
            assert done.wait(10.0)
        bar.join()
    assert isinstance(seen[0], float)
    assert seen[1] == THIS.read_bytes()


def test_a_callback_costs_microseconds_under_the_guard() -> None:
    rounds = range(100_000)

    def guarded() -> None:
        guard = HERE.guard
        for _ in rounds:
            with guard:
                pass

    def bare() -> None:
        for _ in rounds:
            pass

    with guarding():
        best = min(timeit.repeat(guarded, number=1, repeat=7)) - min(timeit.repeat(bare, number=1, repeat=7))
    each_us = best / len(rounds) * 1e6
    print(f"guard: {each_us:.2f} us for each callback")
    assert each_us < 10.0  # some thirty times what it is
    assert HERE.guard.depth == 0


def test_a_run_costs_milliseconds_under_the_guard() -> None:
    def run() -> None:
        with guarding():
            pass

    each_ms = min(timeit.repeat(run, number=1, repeat=20)) * 1e3
    print(f"guarding: {each_ms:.1f} ms for each run")
    assert each_ms < 100.0  # some fifty times what it is
