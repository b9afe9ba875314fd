"""Which states of a sub-universe may be proposed, and how far the others are off."""

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.combinations import sums_of_ones
from tallystick.quantum.problem.supports import ROUNDING, BitRow
from tallystick.quantum.subspace import Subspace


def straying(rows: list[BitRow], space: Subspace, members: tuple[int, ...]) -> Floats | None:
    """How far each state (D,) of a sub-universe is outside of the rows, 0 where it meets them; None where all do.

    What is missing of a row counts in units of its greatest value, so that an asset too many of a group is 1.
    """
    found: Floats | None = None
    for row in rows:
        values = np.ascontiguousarray(row.values[list(members)])
        greatest = float(np.abs(values).max(initial=0.0))
        ordered, slack = np.sort(values), ROUNDING * (1.0 + greatest)
        least, most = float(ordered[: space.weight].sum()), float(ordered[len(ordered) - space.weight :].sum())
        if row.low - slack <= least and most <= row.high + slack:
            continue
        sums = np.empty(space.dimension)
        sums_of_ones(space.qubits, space.weight, space.binomials, values, sums)
        outside = np.maximum(row.low - sums, sums - row.high)
        outside = np.where(outside > slack, outside / (greatest or 1.0), 0.0)
        found = outside if found is None else found + outside
    return found
