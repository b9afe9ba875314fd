"""A run's trades in another order, or drawn anew: how much of the result is the order they came in.

Reshuffled, every trade occurs once: the final balance stays, the drawdown does not. Drawn anew (bootstrap), some
occur twice and some never; in blocks, so that streaks stay streaks (circular block bootstrap, Politis and Romano 1992).
Neither knows of trades that the strategy did not meet: what these quantiles leave out, the market may still do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tallystick.market.arrays import Floats

CELLS_AT_ONCE = 1 << 22
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class NoTrades(ValueError):
    """Nothing to reorder, or sizes that cannot be."""


@dataclass(frozen=True, slots=True)
class Reordered:
    """Quantiles over all paths, by level. Money in the unit of the profits given, drawdowns relative as shares of 1.

    `ruin`: share of the paths whose balance fell to `ruin_at` or below; its standard error is sqrt(p (1 - p) / paths).
    """

    method: str
    paths: int
    trades: int
    seed: int
    block: int
    final_balance: Mapping[float, float]
    maximal_drawdown: Mapping[float, float]
    relative_drawdown: Mapping[float, float]
    ruin_at: float
    ruin: float


def monte_carlo(
    profits: ArrayLike,
    deposit: float,
    *,
    method: Literal["reshuffle", "bootstrap"] = "reshuffle",
    paths: int = 10_000,
    seed: int = 0,
    block: int = 1,
    ruin_at: float | None = None,
    quantiles: Sequence[float] = QUANTILES,
) -> Reordered:
    """Reorder or redraw `profits` (one closed trade each, in the order they closed), starting from `deposit`.

    `block`: trades drawn together by the bootstrap. `ruin_at`: a balance, by default half of the deposit.
    The same seed gives the same numbers, whatever the memory at hand. Raises `NoTrades`.
    """
    trades = np.asarray(profits, dtype=np.float64).ravel()
    limit = deposit / 2 if ruin_at is None else float(ruin_at)
    _require(trades, deposit, paths, block, method)
    final, fall, share = np.empty(paths), np.empty(paths), np.empty(paths)
    ruined, at = 0, 0
    for drawn in _drawn(trades, method, paths, seed, block):
        balance = deposit + np.cumsum(drawn, axis=1)
        peak = np.maximum(np.maximum.accumulate(balance, axis=1), deposit)
        below = peak - balance
        part = slice(at, at + len(drawn))
        final[part] = balance[:, -1]
        fall[part] = np.maximum(below.max(axis=1), 0.0)
        share[part] = np.maximum((below / peak).max(axis=1), 0.0)
        ruined += int((balance.min(axis=1) <= limit).sum())
        at += len(drawn)
    return Reordered(
        method=method,
        paths=paths,
        trades=len(trades),
        seed=seed,
        block=block if method == "bootstrap" else 1,
        final_balance=_levels(final, quantiles),
        maximal_drawdown=_levels(fall, quantiles),
        relative_drawdown=_levels(share, quantiles),
        ruin_at=limit,
        ruin=ruined / paths,
    )


def _drawn(trades: Floats, method: str, paths: int, seed: int, block: int) -> Iterator[Floats]:
    """Profits in new orders, some paths at a time. Only raw uniform numbers are drawn, whose stream numpy keeps."""
    draw = np.random.Generator(np.random.PCG64(seed))  # noqa: TID251 -- the study's own seed, which it reports
    count = len(trades)
    at_once = max(1, CELLS_AT_ONCE // count)
    for first in range(0, paths, at_once):
        size = min(at_once, paths - first)
        if method == "reshuffle":
            yield trades[np.argsort(draw.random((size, count)), axis=1, kind="stable")]
        else:
            starts = (draw.random((size, -(-count // block))) * count).astype(np.int64)
            index = (starts[:, :, None] + np.arange(block)).reshape(size, -1)[:, :count] % count
            yield trades[index]


def _levels(values: Floats, quantiles: Sequence[float]) -> dict[float, float]:
    return dict(zip(quantiles, map(float, np.quantile(values, quantiles)), strict=True))


def _require(trades: Floats, deposit: float, paths: int, block: int, method: str) -> None:
    if len(trades) < 2 or not np.isfinite(trades).all():
        message = f"E566 {len(trades)} trades: expected at least 2, with finite profits. Trade a longer span."
        raise NoTrades(message)
    if deposit <= 0 or paths < 1 or not 1 <= block <= len(trades) or method not in {"reshuffle", "bootstrap"}:
        message = f"E567 method {method}, {paths} paths from {deposit} in blocks of {block}: expected reshuffle or "
        message += f"bootstrap, from 1 path on, a deposit above 0, blocks of 1 to {len(trades)}. Give other sizes."
        raise NoTrades(message)
