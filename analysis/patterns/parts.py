"""A large survey in parts of whole places, for patterns that are looked for inside a place only (step 5).

No pair is lost, because none of two places is compared; each part is judged as a survey of its own, by its own chances.
"""

import numpy as np
from numpy.typing import NDArray


def parts_of_places(place: NDArray[np.signedinteger], largest: int) -> list[NDArray[np.int64]]:
    """Rows of each part, in their order; `place`, shape (n,): a number for each row, neighbours next to each other.

    Up to `largest` rows are one part. Else the places are dealt out in their order to as many parts as are needed for
    about `largest` rows in each: a part may be larger by a place, and a place that is larger stays whole.

    >>> [rows.tolist() for rows in parts_of_places(np.array([0, 0, 1, 2, 1, 2]), 3)]
    [[0, 1], [2, 3, 4, 5]]
    """
    n = len(place)
    if n <= largest:
        return [np.arange(n)]
    sizes = np.bincount(place)
    middle = np.cumsum(sizes) - sizes / 2
    part = (middle * np.ceil(n / largest) / n).astype(np.int64)[place]
    return [np.flatnonzero(part == number) for number in np.unique(part)]
