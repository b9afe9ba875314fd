"""Splits: no test row is learned from, none next to it either, and the windows are those of skfolio and purgedcv."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.platform.judging.splits import NoSplit, Split, combinatorial_splits, paths_of, walk_forward_splits

STORED = Path(__file__).parents[2] / "golden" / "vectors" / "judging" / "splits.json"
"""What skfolio 1.12.2 and purgedcv 0.1.11 gave for a few sizes; `test_agrees_with_others` asks them anew."""
CASES: list[dict[str, Any]] = json.loads(STORED.read_text(encoding="utf-8"))


def as_lists(splits: "list[Split]") -> list[list[list[int]]]:
    return [[split.train.tolist(), split.test.tolist()] for split in splits]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['of']}-{case['sizes']}")
def test_the_splits_are_those_of_skfolio_and_purgedcv(case: dict[str, Any]) -> None:
    kind = walk_forward_splits if case["kind"] == "walk_forward" else combinatorial_splits
    assert as_lists(list(kind(**case["sizes"]))) == case["splits"]


def test_a_rolling_window_keeps_its_length_and_an_anchored_one_grows() -> None:
    rolling = list(walk_forward_splits(100, 40, 10))
    anchored = list(walk_forward_splits(100, 40, 10, anchored=True))
    assert {len(split.train) for split in rolling} == {40}
    assert [len(split.train) for split in anchored] == [40, 50, 60, 70, 80, 90]
    assert as_lists([rolling[0]]) == as_lists([anchored[0]])


def test_tests_follow_one_another_without_gap_or_overlap() -> None:
    splits = list(walk_forward_splits(1_003, 200, 50, purge=7, partial=True))
    tested = np.concatenate([split.test for split in splits])
    assert tested.tolist() == list(range(207, 1_003))
    assert all(split.test[0] - split.train[-1] == 8 for split in splits)


def test_a_step_of_its_own_moves_the_windows() -> None:
    assert [int(split.test[0]) for split in walk_forward_splits(60, 20, 10, step=5)] == [20, 25, 30, 35, 40, 45, 50]


def test_rows_beside_a_test_are_in_neither_part() -> None:
    for split in combinatorial_splits(240, 8, 2, purge=5, embargo=3):
        test = set(split.test.tolist())
        beside = {row + off for row in test for off in range(-5, 9)} - test
        assert not set(split.train.tolist()) & (test | beside)


def test_each_path_goes_through_every_block_once() -> None:
    paths = paths_of(6, 2)
    splits = list(combinatorial_splits(60, 6, 2))
    assert paths.shape == (5, 6)
    for path in paths:
        for block, index in enumerate(path):
            assert any(piece[0] == block * 10 for piece in splits[int(index)].tests)


@pytest.mark.parametrize("sizes", [(100, 90, 20), (100, 0, 5), (100, 10, 5, 0)])
def test_sizes_that_leave_nothing_are_refused(sizes: tuple[int, ...]) -> None:
    rows, train, test, *rest = sizes
    with pytest.raises(NoSplit, match="E565"):
        list(walk_forward_splits(rows, train, test, step=rest[0] if rest else None))
