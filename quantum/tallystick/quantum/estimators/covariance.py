"""Covariances from returns: as they are, shrunk, cleaned of noise; and the repair of one that is indefinite.

Each takes returns of shape (T, n), a row a period, and gives (n, n). OAS is scikit-learn's.
"""

from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import Missing, ProblemError
from tallystick.quantum.problem.checks import scenarios


def sample(returns: ArrayLike) -> Floats:
    """The unbiased sample covariance, divided by T - 1."""
    rows = _returns(returns)
    return np.atleast_2d(np.cov(rows, rowvar=False))


def ledoit_wolf(returns: ArrayLike) -> Floats:
    """Shrunk towards a multiple of the identity, the mean variance (Ledoit and Wolf 2004): scikit-learn's numbers."""
    rows = _returns(returns)
    count, n = rows.shape
    centred = rows - rows.mean(axis=0)
    found = centred.T @ centred / count
    level = float(np.trace(found)) / n
    distance = float(np.sum(np.square(found))) / n - level**2
    squares = np.square(centred)
    noise = (float((squares.T @ squares).sum()) / count - float(np.sum(np.square(found)))) / (n * count)
    shrinkage = 0.0 if distance <= 0.0 else min(max(noise, 0.0), distance) / distance
    shrunk = (1.0 - shrinkage) * found
    shrunk[np.diag_indices(n)] += shrinkage * level
    return np.asarray((shrunk + shrunk.T) / 2.0)


def oas(returns: ArrayLike) -> Floats:
    """Shrunk by the oracle approximation (Chen et al. 2010). Raises Missing without scikit-learn."""
    return np.asarray(_sklearn().OAS().fit(_returns(returns)).covariance_)


def clipped(returns: ArrayLike) -> Floats:
    """The sample covariance whose correlations have been cleaned of noise by `clipped_correlation`."""
    rows = _returns(returns)
    deviations = rows.std(axis=0, ddof=1)
    if not np.all(deviations > 0.0):
        place = int(np.argmin(deviations))
        message = f"asset {place} never moved, so it has no correlations. Drop it or use `sample`"
        raise ProblemError(message)
    correlation = np.atleast_2d(np.corrcoef(rows, rowvar=False))
    return clipped_correlation(correlation, len(rows)) * np.outer(deviations, deviations)


def clipped_correlation(correlation: ArrayLike, observations: int) -> Floats:
    """Eigenvalues that chance alone explains, replaced by their mean; the diagonal is 1 again.

    Chance explains those below (1 + sqrt(n/T))^2, the edge of Marchenko and Pastur for unit variances. Laloux et al.
    1999; Bouchaud and Potters 2009, section "clipping".
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    noise = values < (1.0 + np.sqrt(len(matrix) / observations)) ** 2
    values = np.where(noise, values[noise].mean() if noise.any() else 0.0, values)
    cleaned = (vectors * values) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(cleaned))
    found = cleaned * np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return np.asarray((found + found.T) / 2.0)


def repaired(covariance: ArrayLike, least: float = 0.0) -> Floats:
    """The nearest symmetric matrix whose eigenvalues are at least `least` (in the Frobenius norm; Higham 1988).

    A small positive `least` keeps a matrix invertible. Missing values are not repaired: ProblemError.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        message = f"a matrix of shape {matrix.shape} with finite entries only can be repaired. Give (n, n) without gaps"
        raise ProblemError(message)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    found = (vectors * np.maximum(values, least)) @ vectors.T
    return np.asarray((found + found.T) / 2.0)


def _returns(returns: ArrayLike) -> Floats:
    rows = np.asarray(returns, dtype=np.float64)
    return scenarios(rows, rows.shape[1] if rows.ndim == 2 else 0)


def _sklearn() -> ModuleType:
    try:
        from sklearn import covariance
    except ImportError as error:
        message = 'scikit-learn is not installed. Install it: pip install "tallystick[quantum]"'
        raise Missing(message) from error
    found: ModuleType = covariance
    return found
