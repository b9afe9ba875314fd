"""A state vector in a subspace: two arrays, and what can be asked of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.reductions import weighted_norm
from tallystick.quantum.rotations import Ket


@dataclass(frozen=True, slots=True)
class State:
    """Amplitudes of shape (dimension,), real and imaginary part, float64 or float32."""

    re: NDArray[Any]
    im: NDArray[Any]

    @property
    def amplitudes(self) -> NDArray[np.complex128]:
        """The amplitudes as complex numbers (a copy)."""
        return self.re.astype(np.float64) + 1j * self.im.astype(np.float64)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each basis state."""
        re, im = self.re.astype(np.float64), self.im.astype(np.float64)
        return re * re + im * im

    def mean(self, values: NDArray[np.float64]) -> float:
        """Sum of values times probabilities, in a fixed order."""
        return float(weighted_norm(Ket(self.re, self.im), values))

    def sample(self, shots: int, seed: int) -> NDArray[np.int64]:
        """Indices of `shots` measurements, by NumPy's PCG64 from `seed`."""
        cumulative = np.cumsum(self.probabilities)
        drawn = np.random.default_rng(seed).random(shots) * cumulative[-1]
        found: NDArray[np.int64] = np.searchsorted(cumulative, drawn, side="right").astype(np.int64)
        return np.minimum(found, len(cumulative) - 1)
