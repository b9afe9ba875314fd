"""The probability of backtest overfitting: how often a search's best in one half of the time is below the middle later.

Combinatorially symmetric cross-validation: Bailey, Borwein, López de Prado and Zhu, The Probability of Backtest
Overfitting, Journal of Computational Finance 20(4), 2017.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from tallystick.market.arrays import Floats
from tallystick.platform.judging.statistics import NotJudgeable

MAX_COMBINATIONS = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Overfitting:
    """What the cross-validation found, one entry for each way to choose the out-of-sample blocks.

    `probability`: share of combinations whose in-sample best is below the median out of sample. `logits`: log odds of
    its relative rank. `in_sample`, `out_of_sample`: its Sharpe ratios per observation. `slope`: of the one on the
    other, below 0 when in-sample strength foretells weakness; NaN when all in-sample ratios are equal.
    """

    probability: float
    logits: Floats
    in_sample: Floats
    out_of_sample: Floats
    slope: float
    configurations: int


def overfitting(returns: ArrayLike, blocks: int = 16) -> Overfitting:
    """Probability of backtest overfitting over returns of shape (observations, configurations).

    `blocks`: into how many contiguous pieces the time is cut; even. The measure is the Sharpe ratio with the sample
    deviation; returns that do not differ count 0. Ranks of equals are averaged. Raises `NotJudgeable`.
    """
    values = np.asarray(returns, dtype=np.float64)
    _require(values, blocks)
    sums = _BlockSums(values, blocks)
    everything = frozenset(range(blocks))
    logits, inside, outside = [], [], []
    for out_blocks in combinations(range(blocks), blocks // 2):
        in_sample = sums.sharpes(sorted(everything.difference(out_blocks)))
        out_of_sample = sums.sharpes(out_blocks)
        best = int(np.argmax(in_sample))
        odds = _rank(out_of_sample, best) / (values.shape[1] + 1)
        logits.append(np.log(odds / (1 - odds)))
        inside.append(in_sample[best])
        outside.append(out_of_sample[best])
    log_odds, first, second = np.asarray(logits), np.asarray(inside), np.asarray(outside)
    return Overfitting(float((log_odds < 0).mean()), log_odds, first, second, _slope(first, second), values.shape[1])


class _BlockSums:
    """Sums by block, so that a combination costs a few additions.

    Sums run down each column by itself (no matrix product), so equal configurations get equal ratios to the last bit.
    """

    def __init__(self, values: Floats, blocks: int) -> None:
        pieces = np.array_split(values - values.mean(axis=0), blocks)
        self._mean = values.mean(axis=0)
        self._count = np.array([len(piece) for piece in pieces])
        self._sum = np.array([piece.sum(axis=0) for piece in pieces])
        self._square = np.array([(piece**2).sum(axis=0) for piece in pieces])
        whole = np.array_split(values, blocks)
        self._low = np.array([piece.min(axis=0) for piece in whole])
        self._high = np.array([piece.max(axis=0) for piece in whole])

    def sharpes(self, chosen: "tuple[int, ...] | list[int]") -> Floats:
        """Sharpe ratio of each configuration over the chosen blocks."""
        index = list(chosen)
        count = int(self._count[index].sum())
        total = self._sum[index].sum(axis=0)
        square = self._square[index].sum(axis=0)
        deviation = np.sqrt(np.maximum(square - total**2 / count, 0.0) / max(count - 1, 1))
        differ = (self._high[index].max(axis=0) > self._low[index].min(axis=0)) & (deviation > 0.0)
        ratio = (total / count + self._mean) / np.where(differ, deviation, 1.0)
        return np.where(differ, ratio, 0.0)


def _rank(values: Floats, index: int) -> float:
    """Rank of one value from 1, the mean rank among equals."""
    below, equal = int((values < values[index]).sum()), int((values == values[index]).sum())
    return below + (equal + 1) / 2


def _slope(inside: Floats, outside: Floats) -> float:
    variance = float(inside.var())
    if variance == 0.0:
        return float("nan")
    return float(((inside - inside.mean()) * (outside - outside.mean())).mean()) / variance


def _require(values: Floats, blocks: int) -> None:
    if blocks < 2 or blocks % 2 or comb(blocks, blocks // 2) > MAX_COMBINATIONS:
        message = f"E564 {blocks} blocks: expected an even number from 2 to 18. Say blocks=16."
        raise NotJudgeable(message)
    if values.ndim != 2 or values.shape[1] < 2:
        shape = "x".join(map(str, values.shape))
        message = f"E564 returns of shape {shape}: expected observations x configurations, at least 2. Run more trials."
        raise NotJudgeable(message)
    if len(values) < 2 * blocks:
        message = (
            f"E564 {len(values)} observations in {blocks} blocks: expected {2 * blocks} or more. Use fewer blocks."
        )
        raise NotJudgeable(message)
    if not np.isfinite(values).all():
        raise NotJudgeable("E564 a return is not finite. Leave such days out for every configuration.")
