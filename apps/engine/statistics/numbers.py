"""Arrays of floats."""

import numpy as np

type Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
