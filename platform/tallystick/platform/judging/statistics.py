"""How much of a Sharpe ratio is left when its sample, its shape and the search behind it are counted.

All Sharpe ratios here are per observation (a day, where returns are daily), never annualised: the formulas are not
linear in time. Moments follow `purgedcv`: population deviation in the ratio, unbiased skewness and kurtosis.

Sources. [PSR] Bailey and López de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), 2012.
[DSR] the same, The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014. [MinBTL] Bailey, Borwein,
López de Prado and Zhu, Pseudo-mathematics and financial charlatanism, Notices of the AMS 61(5), 2014.
The probability of backtest overfitting is in `overfitting`.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

EULER_MASCHERONI = 0.5772156649015329
_STANDARD = NormalDist()


class NotJudgeable(ValueError):
    """A series too short or too flat for the statistic asked for; the message says which."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What the formulas need of a series of returns: `kurtosis` is 3 for a normal law (not the excess)."""

    sharpe: float
    skewness: float
    kurtosis: float
    observations: int


@dataclass(frozen=True, slots=True)
class DeflatedSharpe:
    """A deflated Sharpe ratio with what led to it; `trials` is the N it was deflated by."""

    probability: float
    sharpe: float
    hurdle: float
    trials: int
    variance: float
    observations: int


def moments_of(returns: ArrayLike) -> Moments:
    """Moments of returns, shape (observations,).

    The Sharpe ratio is mean / population deviation; skewness and kurtosis are the unbiased estimates G1 and G2 + 3
    (Joanes and Gill 1998). Raises `NotJudgeable` for fewer than four returns, none that differ, or a number not finite.
    """
    values = _returns(returns)
    count = len(values)
    mean = float(values.mean())
    apart = values - mean
    second = float((apart**2).mean())
    if second == 0.0 or float(np.ptp(values)) == 0.0:
        raise NotJudgeable("E561 the returns do not differ: a Sharpe ratio is not defined. Trade a longer span.")
    biased_skew = float((apart**3).mean()) / second**1.5
    biased_excess = float((apart**4).mean()) / second**2 - 3.0
    skewness = biased_skew * math.sqrt(count * (count - 1)) / (count - 2)
    excess = (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * biased_excess + 6.0)
    return Moments(mean / math.sqrt(second), skewness, excess + 3.0, count)


def probabilistic_sharpe(returns: ArrayLike, benchmark: float = 0.0) -> float:
    """Probability that the true Sharpe ratio is above `benchmark` (per observation), given returns of this shape [PSR].

    PSR(SR*) = Phi((SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1)/4 SR^2)). Raises `NotJudgeable`.
    """
    return probabilistic_sharpe_of(moments_of(returns), benchmark)


def probabilistic_sharpe_of(moments: Moments, benchmark: float = 0.0) -> float:
    """The same from moments that are known."""
    spread = math.sqrt(_spread(moments))
    return _phi((moments.sharpe - benchmark) * math.sqrt(moments.observations - 1) / spread)


def expected_maximum_sharpe(trials: int, variance: float) -> float:
    """The Sharpe ratio that the best of `trials` strategies without any skill is expected to show [DSR, eq. 1].

    sqrt(V) ((1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e))), g the Euler-Mascheroni constant; 0 for one trial.
    `variance` is of the trials' Sharpe ratios per observation. Raises `NotJudgeable`.
    """
    if not math.isfinite(variance) or variance < 0.0:
        message = f"E562 a variance of {variance}: expected a finite number from 0 on. Give the trials' own variance."
        raise NotJudgeable(message)
    return math.sqrt(variance) * _expected_maximum(trials)


def deflated_sharpe(returns: ArrayLike, trials: int, variance: float) -> DeflatedSharpe:
    """The probability that the true Sharpe ratio is above what the best of `trials` lucky ones would show [DSR].

    PSR at SR* = `expected_maximum_sharpe(trials, variance)`. Raises `NotJudgeable`.
    """
    return deflated_sharpe_of(moments_of(returns), trials, variance)


def deflated_sharpe_of(moments: Moments, trials: int, variance: float) -> DeflatedSharpe:
    """The same from moments that are known."""
    hurdle = expected_maximum_sharpe(trials, variance)
    probability = probabilistic_sharpe_of(moments, hurdle)
    return DeflatedSharpe(probability, moments.sharpe, hurdle, trials, variance, moments.observations)


def minimum_track_record(moments: Moments, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """Observations from which PSR(benchmark) reaches `confidence` [PSR, eq. 11]; infinite when it never does.

    1 + ceil((1 - g3 SR + (g4 - 1)/4 SR^2) (z / (SR - SR*))^2). Raises `NotJudgeable`.
    """
    z = _quantile(confidence)
    if moments.sharpe <= benchmark:
        return math.inf
    if z <= 0.0:
        return 2.0  # any record of a ratio above the benchmark has it
    return 1.0 + math.ceil((z * math.sqrt(_spread(moments)) / (moments.sharpe - benchmark)) ** 2)


def minimum_track_record_exact(moments: Moments, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """The same before it is rounded up to whole observations, as the paper's tables (in years) have it."""
    if moments.sharpe <= benchmark:
        return math.inf
    return 1.0 + _spread(moments) * (_quantile(confidence) / (moments.sharpe - benchmark)) ** 2


def minimum_backtest_length(trials: int, target: float = 1.0) -> float:
    """Years below which an annual Sharpe ratio of `target` is what the best of `trials` without skill shows [MinBTL].

    (E[max of N] / target)^2. Raises `NotJudgeable`.
    """
    if not math.isfinite(target) or target <= 0.0:
        message = f"E562 a target of {target}: expected an annual Sharpe ratio above 0. Give another."
        raise NotJudgeable(message)
    return (_expected_maximum(trials) / target) ** 2


def variance_of_sharpes(sharpes: ArrayLike, trials: int = 1) -> float:
    """Sample variance of trials' Sharpe ratios, the V of `deflated_sharpe`; 0 for one trial that is all there is.

    `trials`: how many were made. Raises `NotJudgeable` when of several fewer than two have a ratio: V is not known.
    """
    values = np.asarray(sharpes, dtype=np.float64)
    if len(values) < 2 and trials > 1:
        message = f"E561 {len(values)} of {trials} trials have a Sharpe ratio: got too few / expected 2 or more."
        raise NotJudgeable(f"{message} Run more trials.")
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _expected_maximum(trials: int) -> float:
    if trials < 1:
        message = f"E562 {trials} trials: expected at least 1. Count every trial, failed ones too."
        raise NotJudgeable(message)
    if trials == 1:
        return 0.0  # one trial was not chosen among others
    gamma = EULER_MASCHERONI
    first, second = _STANDARD.inv_cdf(1 - 1 / trials), _STANDARD.inv_cdf(1 - 1 / (trials * math.e))
    return (1 - gamma) * first + gamma * second


def _spread(moments: Moments) -> float:
    """Variance of the Sharpe ratio's estimate, times n - 1."""
    ratio = moments.sharpe
    spread = 1 - moments.skewness * ratio + (moments.kurtosis - 1) / 4 * ratio**2
    if not spread > 0.0:
        message = f"E563 skewness {moments.skewness:.3g} and kurtosis {moments.kurtosis:.3g} at a Sharpe ratio of "
        message += f"{ratio:.3g} leave no variance. Use a longer series."
        raise NotJudgeable(message)
    return spread


def _quantile(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        message = f"E562 a confidence of {confidence}: expected a number between 0 and 1. Say 0.95."
        raise NotJudgeable(message)
    return _STANDARD.inv_cdf(confidence)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _returns(returns: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(returns, dtype=np.float64).ravel()
    if len(values) < 4:
        message = f"E561 {len(values)} returns: got too few / expected at least 4. Trade a longer span."
        raise NotJudgeable(message)
    if not np.isfinite(values).all():
        raise NotJudgeable("E561 a return is not finite. Leave such days out, and say so.")
    return values
