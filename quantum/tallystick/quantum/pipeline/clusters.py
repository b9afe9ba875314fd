"""Assets grouped by correlation: average linkage (Sokal and Michener 1958) of distances sqrt((1 - correlation) / 2)."""

import numpy as np

from tallystick.quantum.arrays import Floats


def distances(covariance: Floats) -> Floats:
    """How far apart assets are (n, n), from 0 to 1; one that never moved is as far from all as uncorrelated ones."""
    deviations = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(deviations > 0.0, deviations, np.inf)
    correlation = np.clip(covariance / np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    found: Floats = np.sqrt((1.0 - correlation) / 2.0)
    return found


def clusters(covariance: Floats, count: int) -> list[list[int]]:
    """`count` clusters of ascending positions, in the order of their first; of equal distances the first joins."""
    apart = distances(covariance)
    np.fill_diagonal(apart, np.inf)
    members = {each: [each] for each in range(len(apart))}
    while len(members) > count:
        row, column = (int(each) for each in np.unravel_index(int(apart.argmin()), apart.shape))
        ours, theirs = len(members[row]), len(members[column])
        mean = (ours * apart[row] + theirs * apart[column]) / (ours + theirs)
        apart[row] = apart[:, row] = mean
        apart[row, row] = np.inf
        apart[column] = apart[:, column] = np.inf
        members[row] = sorted(members[row] + members.pop(column))
    return sorted(members.values())
