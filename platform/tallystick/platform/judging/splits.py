"""Which rows to learn from and which to test on, so that no test row says anything of a training row.

A label that looks `purge` rows ahead overlaps the rows before and after it: those next to a test are left out of the
training. An `embargo` leaves out further rows after a test, where prices still remember it. López de Prado, Advances
in Financial Machine Learning (2018), chapters 7 and 12.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class NoSplit(ValueError):
    """Sizes that leave nothing to train or to test on; the message names them."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Positions of the training rows, and of the test rows, one array for each block tested."""

    train: Rows
    tests: tuple[Rows, ...]

    @property
    def test(self) -> Rows:
        """Positions of all test rows."""
        return np.concatenate(self.tests)


def walk_forward_splits(
    rows: int,
    train: int,
    test: int,
    *,
    step: int | None = None,
    anchored: bool = False,
    purge: int = 0,
    partial: bool = False,
) -> Iterator[Split]:
    """Train on `train` rows, leave `purge` out, test on the next `test`; then move on by `step` (default: `test`).

    `anchored`: every training begins at row 0 and grows. `partial`: the last test may be shorter. Every training row
    lies before its test, so an embargo (rows after a test) would take nothing away and there is none.
    Equal to `skfolio.WalkForward` where `step` is `test`. Raises `NoSplit`.
    """
    stride = test if step is None else step
    if min(train, test, stride) < 1 or purge < 0:
        message = (
            f"E565 train {train}, test {test}, step {stride}, purge {purge}: expected each from 1 on, purge from 0."
        )
        raise NoSplit(f"{message} Give other sizes.")
    if train + purge + (1 if partial else test) > rows:
        message = f"E565 {rows} rows: got fewer than train {train} + purge {purge} + test {test}. Use shorter windows."
        raise NoSplit(message)
    begin = train + purge
    while begin + (1 if partial else test) <= rows:
        last = begin - purge
        first = 0 if anchored else last - train
        yield Split(np.arange(first, last), (np.arange(begin, min(begin + test, rows)),))
        begin += stride


def combinatorial_splits(
    rows: int, blocks: int, test_blocks: int, *, purge: int = 0, embargo: int = 0
) -> Iterator[Split]:
    """Every way to test on `test_blocks` of `blocks` contiguous pieces of `rows`, training on the rest.

    `purge` rows before and after each tested stretch and `embargo` more after it are in neither. Blocks are as equal
    as can be, the first ones a row longer. Equal to `purgedcv.CombinatorialPurgedCV` and, where `blocks` divides
    `rows`, to skfolio's. Raises `NoSplit`.
    """
    if not 1 <= test_blocks < blocks <= rows or purge < 0 or embargo < 0:
        message = f"E565 {test_blocks} of {blocks} blocks over {rows} rows, purge {purge}, embargo {embargo}: "
        raise NoSplit(f"{message}expected 1 <= tested < blocks <= rows, and no negative number. Give other sizes.")
    pieces = np.array_split(np.arange(rows), blocks)
    for chosen in combinations(range(blocks), test_blocks):
        tests = tuple(pieces[block] for block in chosen)
        left_out = np.zeros(rows, dtype=np.bool_)
        for piece in tests:
            first, last = int(piece[0]), int(piece[-1])
            left_out[max(first - purge, 0) : last + 1 + purge + embargo] = True
        yield Split(np.flatnonzero(~left_out), tests)


def paths_of(blocks: int, test_blocks: int) -> NDArray[np.int64]:
    """Paths through all blocks that the combinatorial splits make: which split tests block b on path p.

    Shape (comb(blocks - 1, test_blocks - 1), blocks). Each path is one out-of-sample history of every row.
    """
    splits = list(combinations(range(blocks), test_blocks))
    paths = comb(blocks - 1, test_blocks - 1)
    by_block = [[index for index, chosen in enumerate(splits) if block in chosen] for block in range(blocks)]
    return np.array(by_block, dtype=np.int64).T.reshape(paths, blocks)
