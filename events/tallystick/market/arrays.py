"""Names for the arrays that market data and accounts are computed with; shapes stand where they are used."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
