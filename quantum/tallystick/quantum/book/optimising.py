"""From `optimisation.requested` to `optimisation.completed`: estimate, state, choose, and find the lots.

1. Returns of the window's closes; their mean, and their covariance shrunk by Ledoit and Wolf. Both are taken to a
   horizon as long as the window, which changes no answer and keeps the numbers away from rounding.
2. `hybrid`: the classical answer with its bound, the circuit's proposals, the ablation.
3. `allocate`: the best whole volume steps within the margin, of `k` symbols or fewer; of up to five symbols proved to
   be the best.

What cannot be is an answer as well, `refused`, with the reason. Nothing here knows a clock or chance of its own.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

import msgspec
import numpy as np

from tallystick.events.canonical import encode
from tallystick.events.types.optimisation import OptimisationCompleted, OptimisationRequested
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.compiling import interpreted
from tallystick.quantum.errors import ProblemError, QuantumError, SettingError
from tallystick.quantum.estimators.covariance import ledoit_wolf
from tallystick.quantum.pipeline.hashing import settings_hash
from tallystick.quantum.pipeline.hybrid import ENGINE, engine_version, hybrid
from tallystick.quantum.pipeline.result import HybridResult
from tallystick.quantum.pipeline.settings import AnglesFrom, HybridSettings
from tallystick.quantum.problem.listing import Account
from tallystick.quantum.problem.lots import Allocation, allocate
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem

SMALL = 6
"""Assets up to which Python does it in less time than the compiler would take to begin."""
GREATEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class Quoted:
    """One symbol of a request, as lots are made of it; money in the account's currency."""

    symbol: str
    volume_step: int
    steps: tuple[int, int]
    step_value: float
    margins: tuple[float, float]
    """Of one step bought and of one sold."""

    def step_margin(self, account: Account, direction: int) -> float:  # noqa: ARG002 -- it was computed for the account
        """Margin of one volume step bought (1) or sold (-1)."""
        return self.margins[0 if direction > 0 else 1]


def requested(content: bytes) -> OptimisationRequested:
    """The request in the canonical bytes of an event. Raises `msgspec.ValidationError` for anything else."""
    return msgspec.msgpack.decode(content, type=OptimisationRequested)


def body_of(event: OptimisationCompleted) -> bytes:
    """The canonical bytes of an answer."""
    return encode(event)


def completed(asked: OptimisationRequested) -> OptimisationCompleted:
    """The answer; fields that only the book knows (who asked, seq and hash of the request) are left empty."""
    try:
        settings = settings_of(asked)
    except SettingError as error:
        return _answer(asked, HybridSettings(), reason=f"{error}.")
    with interpreted() if len(asked.symbols) <= SMALL else nullcontext():
        found: HybridResult | None = None
        try:
            problem = problem_of(asked)
            found = hybrid(problem, settings)
            terms = listings_of(asked), account_of(asked)
            any_count = replace(problem, fewest=0)  # k chooses the weights; of its symbols lots may leave some at 0
            lots = allocate(any_count, *terms, tolerance=asked.tolerance, fractional=found.portfolio)
        except (QuantumError, np.linalg.LinAlgError, ArithmeticError) as error:
            return _answer(asked, settings, reason=f"{str(error).rstrip('.')}.", found=found)
    return _answer(asked, settings, found=found, lots=lots)


def settings_of(asked: OptimisationRequested) -> HybridSettings:
    """The pipeline's settings: those that were asked for, the rest as they come."""
    return HybridSettings(
        layers=asked.layers,
        angles=cast("AnglesFrom", asked.angles),  # a word that it knows, or refuses itself
        seed=asked.seed,
        observations=max(asked.window - 1, 2),
    )


def problem_of(asked: OptimisationRequested) -> PortfolioProblem:
    """The problem. Raises ProblemError for closes that give no returns and for conditions that cannot be."""
    closes = np.frombuffer(asked.closes, dtype="<f8").reshape(asked.window, len(asked.symbols))
    if not (np.isfinite(closes).all() and (closes > 0.0).all()):
        message = "a close of the window is not above 0. Correct the data, or shorten the window"
        raise ProblemError(message)
    returns = closes[1:] / closes[:-1] - 1.0
    horizon = float(len(returns))
    return PortfolioProblem(
        expected_returns=returns.mean(axis=0) * horizon,
        covariance=ledoit_wolf(returns) * horizon,
        k=asked.k,
        risk_aversion=asked.risk_aversion,
        lower=-asked.largest if asked.short else 0.0,
        upper=asked.largest,
        budget=asked.share,
        gross=asked.gross if asked.short else None,
        names=asked.symbols,
    )


def account_of(asked: OptimisationRequested) -> Account:
    """The account in whole currency; its leverage is in the margins of the steps."""
    return Account(
        equity=asked.equity / 10**asked.digits,
        leverage=1,
        currency=asked.currency,
        digits=asked.digits,
        margin_share=asked.margin_share,
    )


def listings_of(asked: OptimisationRequested) -> list[Quoted]:
    """The symbols as lots are made of them."""
    minor = float(10**asked.digits)
    return [
        Quoted(
            symbol=symbol,
            volume_step=asked.volume_step[at],
            steps=(-(-asked.volume_min[at] // asked.volume_step[at]), asked.volume_max[at] // asked.volume_step[at]),
            step_value=asked.step_value[at] / minor,
            margins=(asked.step_margin_long[at] / minor, asked.step_margin_short[at] / minor),
        )
        for at, symbol in enumerate(asked.symbols)
    ]


def _answer(
    asked: OptimisationRequested,
    settings: HybridSettings,
    *,
    reason: str = "",
    found: HybridResult | None = None,
    lots: Allocation | None = None,
) -> OptimisationCompleted:
    """The event; what was not found is empty, or 0."""
    best = None if found is None else found.portfolio
    parts = () if found is None else found.proposals
    rows = () if found is None else found.ablation.rows
    return OptimisationCompleted(
        module="",
        worker="",
        request=0,
        request_hash="",
        engine=ENGINE,
        version=engine_version(),
        settings_hash=settings_hash(settings, Limits()),
        seed=asked.seed,
        outcome="refused" if reason else "lots",
        reason=reason,
        symbols=asked.symbols,
        weights=() if best is None else _numbers(best.weights.tolist()),
        objective=0.0 if best is None else _number(best.objective),
        bound=0.0 if best is None else _number(best.bound),
        gap=0.0 if best is None else _number(best.gap),
        bound_from="" if best is None else str(best.bound_from),
        sub_universes=tuple(" ".join(asked.symbols[each] for each in part.members) for part in parts),
        gammas=_numbers(chain.from_iterable(part.gammas for part in parts)),
        betas=_numbers(chain.from_iterable(part.betas for part in parts)),
        approximation_ratios=_numbers(part.approximation_ratio for part in parts),
        optimum_probabilities=_numbers(part.optimum_probability for part in parts),
        sources=tuple(row.source for row in rows),
        source_objectives={row.source: _number(row.objective) for row in rows if row.objective is not None},
        source_raw_best={row.source: _number(row.raw_best) for row in rows if row.raw_best is not None},
        source_raw_mean={row.source: _number(row.raw_mean) for row in rows if row.raw_mean is not None},
        source_supports=tuple(row.supports for row in rows),
        source_polished=tuple(row.polished for row in rows),
        source_hits=tuple(row.hits for row in rows),
        added="" if found is None else found.added,
        volumes=() if lots is None else tuple(lots.volumes.tolist()),
        lot_weights=() if lots is None else _numbers(lots.weights.tolist()),
        lot_objective=0.0 if lots is None else _number(lots.objective),
        lot_bound=0.0 if lots is None else _number(lots.bound),
        lot_gap=0.0 if lots is None else _number(lots.gap),
        lots_proved=lots is not None and lots.proved,
        fractional_gap=0.0 if lots is None else _number(lots.fractional_gap),
        margin=0.0 if lots is None else _number(lots.margin * 10**asked.digits),
    )


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(_number(each) for each in values)


def _number(value: float) -> float:
    """A number as a log holds it: finite, and no negative zero."""
    return float(np.clip(value, -GREATEST, GREATEST)) + 0.0
