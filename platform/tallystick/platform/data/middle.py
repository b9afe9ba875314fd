"""The median of a few finite numbers; NumPy's own loads its masked arrays, which takes longer than a year's bars."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def median(values: NDArray[Any]) -> float:
    """The middle one, or the mean of the two in the middle; of none 0.0."""
    size = len(values)
    if not size:
        return 0.0
    low, high = (size - 1) // 2, size // 2
    ordered = np.partition(values, (low, high))
    return (float(ordered[low]) + float(ordered[high])) / 2
