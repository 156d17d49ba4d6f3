"""Hadamard matrices for balanced half-samples: for each number of strata the one that R's `survey` takes. Step 6.

Any of them balances the half-samples of a whole sample; ratios of domains differ a little between them, so that R's
digits need R's matrix (`survey::hadamard`, `survey:::paley`).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.frame import Ints

# The two matrices of N. J. A. Sloane's library that survey holds and no formula below makes: the rows of one as
# binary numbers; the other is a row of ones, then all rotations of a word of 35 digits with a 0 behind each.
_ROWS_28 = (
    0xFFFFFFF, 0x9C71C78, 0x83CD378, 0x83B2E66, 0x9A0F8D6, 0x952C5AE, 0x8CD239E, 0x58AA7F0, 0x45B59D4, 0x46CBCAC,
    0x561774A, 0x4B64E9A, 0x5959B26, 0x2D1EAE8, 0x3666B34, 0x2B3B51C, 0x31D74B2, 0x32F89CA, 0x2CED646, 0xEA545E4,
    0xF1632CC, 0xF09CE1C, 0xE54AD52, 0xE6392B2, 0xE8A792A, 0xDFFE000, 0xBF81F80, 0x7F8007E,
)  # fmt: skip
_WORD_35 = "01011100011111011100100001010110010"
_LARGEST_PRIME = 7919


def hadamard(strata: int) -> Ints:
    """A matrix of 0 and 1, shape (m, m) with m > `strata`: two rows agree in half of their places, the first is all 1.

    >>> hadamard(3)
    array([[1, 1, 1, 1],
           [1, 0, 1, 0],
           [1, 1, 0, 0],
           [1, 0, 0, 1]])
    """
    block = strata - strata % 4
    for size, make in _HELD.items():
        if block < size <= block + 4:
            return make()
    reached = {size: size * 2 ** max(0, math.ceil(math.log2((strata + 1) / size))) for size in _HELD}
    nearest = min(reached, key=lambda size: reached[size])
    if reached[nearest] - strata > 4:
        found = _paley_above(strata, reached[nearest])
        if found is not None:
            return found
    return _doubled(_HELD[nearest](), reached[nearest])


def _doubled(matrix: Ints, size: int) -> Ints:
    """Sylvester 1867: [[H, H], [H, 1 - H]] until the matrix has `size` rows."""
    while matrix.shape[0] < size:
        matrix = np.block([[matrix, matrix], [matrix, 1 - matrix]])
    return matrix


def _rotations() -> Ints:
    rows = [_WORD_35[k:] + _WORD_35[:k] + "0" for k in range(35)]
    return np.array([[int(digit) for digit in row] for row in ("1" * 36, *rows)])


_HELD: dict[int, Callable[[], Ints]] = {
    4: lambda: _doubled(np.ones((1, 1), dtype=np.int64), 4),
    16: lambda: _doubled(np.ones((1, 1), dtype=np.int64), 16),
    28: lambda: np.array([[int(digit) for digit in f"{row:028b}"] for row in _ROWS_28]),
    36: _rotations,
}


def _paley_above(strata: int, most: int) -> Ints | None:
    """The matrix of a prime p = 3 mod 4 with p >= `strata`, not larger than `most`; None where survey takes none."""
    size = odd = strata + 4 - strata % 4
    primes = _primes()
    if strata % 4 + 4 == strata % 8:
        while odd % 8 == 0:
            odd //= 2
        if odd - 1 in primes:
            return _doubled(_paley(odd - 1), size)
    if strata > primes[-1]:
        return None
    prime = next(p for p in primes if p >= strata)
    if prime + 1 > size + 4 and size + 4 < most:
        return _paley_above(size + 3, 2 * (size + 3))
    return None if prime > most else _paley(prime)


def _paley(prime: int) -> Ints:
    """Paley 1933: 0 where i + j is a square modulo the prime, bordered by ones."""
    squares = np.arange((prime + 1) // 2) ** 2 % prime
    numbers = np.arange(prime)
    matrix = np.ones((prime + 1, prime + 1), dtype=np.int64)
    matrix[1:, 1:] = ~np.isin((numbers[:, None] + numbers) % prime, squares)
    return matrix


def _primes() -> list[int]:
    """The primes 3 mod 4 that survey knows of."""
    sieve = np.ones(_LARGEST_PRIME + 1, dtype=np.bool_)
    for k in range(2, math.isqrt(_LARGEST_PRIME) + 1):
        sieve[k * k :: k] = False
    return [int(p) for p in np.flatnonzero(sieve) if p % 4 == 3]
