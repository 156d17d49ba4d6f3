"""All pairs of answer vectors that differ in at most d items, found without comparing all pairs (step 5).

Pigeonhole: cut the items into d + r blocks. Two vectors with at most d differences agree completely on at least r
blocks, so they meet in one of the tables keyed by r blocks. Every pair that meets is then counted item by item: the
result is exact.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 500_000  # pairs compared at once; 24 MB for 48 items
_MOST_BLOCKS_TOGETHER = 3
_WORTH_ANOTHER_TRY = 4  # candidates per vector above which longer keys are tried


@dataclass(frozen=True)
class Pairs:
    """Pairs of positions first < second, and the number of items in which they differ; all shape (pairs,)."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    differences: NDArray[np.int64]


def pairs_within(vectors: NDArray[np.int16], most: int) -> Pairs:
    """Every pair of the distinct vectors, shape (u, k), with 1 to `most` differing items (0 <= most < k).

    Time grows with u log u and the number of pairs that share a key, not with u². Measured on 20,000 vectors of 40
    items: 0.1 s of processor time for up to 4 differences, 1.1 s for up to 8, 18 s for comparing all pairs. Vectors
    must be distinct: equal ones would make as many pairs as their number squared.

    >>> found = pairs_within(np.array([[1, 1, 1], [1, 1, 2], [3, 3, 3]], dtype=np.int16), 1)
    >>> found.first.tolist(), found.second.tolist(), found.differences.tolist()
    ([0], [1], [1])
    """
    u = len(vectors)
    if most < 1 or u < 2:
        nothing = np.zeros(0, dtype=np.int64)
        return Pairs(nothing, nothing, nothing)
    keys = _cheapest_keys(vectors, most)
    found = [np.zeros(0, dtype=np.int64)]
    for key in keys:
        for first, second in _meeting(key):
            close = _differences(vectors, first, second) <= most
            found.append(first[close] * u + second[close])
    codes = np.unique(np.concatenate(found))
    first, second = codes // u, codes % u
    return Pairs(first, second, _differences(vectors, first, second))


@dataclass(frozen=True)
class Distinct:
    """The distinct rows, sorted, shape (u, k); `first` of each, shape (u,), and `inverse`, shape (n,): as np.unique."""

    rows: NDArray[np.int16]
    first: NDArray[np.int64]
    inverse: NDArray[np.int64]
    counts: NDArray[np.int64]


def distinct_rows(vectors: NDArray[np.int16]) -> Distinct:
    """What np.unique(axis=0) finds, without comparing rows column by column: codes are packed into whole numbers first.

    >>> found = distinct_rows(np.array([[2, -1], [1, 5], [2, -1]], dtype=np.int16))
    >>> found.rows.tolist(), found.first.tolist(), found.inverse.tolist(), found.counts.tolist()
    ([[1, 5], [2, -1]], [1, 0], [1, 0, 1], [1, 2])
    """
    n, k = vectors.shape
    bits = max(1, int(int(vectors.max()) - int(vectors.min())).bit_length())
    shifted = (vectors.astype(np.int32) - int(vectors.min())).astype(np.uint64)
    words = []
    for low in range(0, k, 64 // bits):
        word = np.zeros(n, dtype=np.uint64)
        for column in range(low, min(low + 64 // bits, k)):
            word = (word << np.uint64(bits)) | shifted[:, column]
        words.append(word)
    order = np.lexsort(words[::-1]).astype(np.int64)  # stable: the first of equal rows stays first
    new = np.zeros(n, dtype=bool)
    new[:1] = True
    for word in words:
        new[1:] |= word[order[1:]] != word[order[:-1]]
    first = order[new]
    inverse = np.empty(n, dtype=np.int64)
    inverse[order] = np.cumsum(new) - 1
    return Distinct(vectors[first], first, inverse, np.bincount(inverse).astype(np.int64))


def _cheapest_keys(vectors: NDArray[np.int16], most: int) -> list[NDArray[np.uint64]]:
    """Keys of r blocks for the r (1 to 3) that makes the fewest candidates; a longer key costs more tables."""
    u, k = vectors.shape
    best: list[NDArray[np.uint64]] = []
    least = float("inf")
    for together in range(1, min(_MOST_BLOCKS_TOGETHER, k - most) + 1):
        blocks = _block_hashes(vectors, most + together)
        keys = [
            np.asarray(np.sum(blocks[:, list(chosen)], axis=1, dtype=np.uint64))
            for chosen in itertools.combinations(range(most + together), together)
        ]
        cost = sum(_candidates(key) for key in keys) + u * len(keys)
        if cost < least:
            best, least = keys, cost
        if least < _WORTH_ANOTHER_TRY * u * (most + 1):
            break
    return best


def _block_hashes(vectors: NDArray[np.int16], blocks: int) -> NDArray[np.uint64]:
    """A 64-bit hash per vector and block, shape (u, blocks); equal hashes of unequal blocks only cost a comparison."""
    u, k = vectors.shape
    codes = vectors.astype(np.int64) - int(vectors.min())
    table = np.random.default_rng(0).integers(1, 2**63, size=(k, int(codes.max()) + 1), dtype=np.uint64)
    hashes = np.zeros((u, blocks), dtype=np.uint64)
    # The most varied items are dealt out first, so that no block is made of items on which everybody agrees.
    varied = np.argsort([np.sum((np.bincount(codes[:, j]) / u) ** 2) for j in range(k)], kind="stable")
    for position, j in enumerate(varied):
        hashes[:, position % blocks] += table[j, codes[:, j]]
    return hashes


def _candidates(key: NDArray[np.uint64]) -> int:
    lengths = np.unique(key, return_counts=True)[1].astype(np.int64)
    return int(np.sum(lengths * (lengths - 1) // 2))


def _meeting(key: NDArray[np.uint64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs with the same key, in chunks that fit into memory, as positions with first < second."""
    order = np.argsort(key, kind="stable").astype(np.int64)
    sorted_key = key[order]
    starts = np.flatnonzero(np.r_[True, sorted_key[1:] != sorted_key[:-1]])
    ends = np.r_[starts[1:], len(key)]
    # Each position meets those after it in its run; stable sorting keeps first < second.
    partners = np.repeat(ends, ends - starts) - np.arange(len(key)) - 1
    edges = np.r_[0, np.cumsum(partners)]
    low = 0
    while low < len(key):
        high = max(low + 1, int(np.searchsorted(edges, edges[low] + _CHUNK, side="right")) - 1)
        counts = partners[low:high]
        total = int(counts.sum())
        if total:
            left = np.repeat(np.arange(low, high), counts)
            offset = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
            yield order[left], order[left + 1 + offset]
        low = high


def _differences(vectors: NDArray[np.int16], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    counts = np.empty(len(first), dtype=np.int64)
    for low in range(0, len(first), _CHUNK):
        part = slice(low, low + _CHUNK)
        counts[part] = np.count_nonzero(vectors[first[part]] != vectors[second[part]], axis=1)
    return counts
