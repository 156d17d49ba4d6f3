"""What honest answers look like by chance: a survey like this one in which nobody copied (step 5).

Everybody keeps a habit (how often each code is chosen at all) and every question its popularity; given both, answers
are drawn anew, so that items that go together and people of one place stay as alike as they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Codes = NDArray[np.int16]
Places = NDArray[np.int64]
Vector = NDArray[np.float64]
Shares = NDArray[np.float32]

_SWEEPS = 30
_HABIT = 0.5  # answers of the average person that everybody's habit is mixed with
_STRONGEST = 0.95  # of a correlation, so that the copies of an item remain two
_LEAST_SPREAD = 0.05  # of normal scores; below it nearly everybody says the same


@dataclass(frozen=True)
class ChanceModel:
    """n answers to k items over C substantive codes, ready to be redrawn.

    `code`, shape (n, k): position in `codes`, -1 for answers that are not substantive; those stay where they are.
    `chance`, shape (n, k, C): of every code for every person and item. `mixing`, shape (k, k): root of the correlation
    of the items given the chances, inside a place; `of_place`, shape (k,): the part of an item's variance that belongs
    to places; `place`, shape (n,), numbers from 0.
    """

    answers: Codes
    codes: Codes
    code: NDArray[np.int64]
    chance: Shares
    place: Places
    mixing: Vector
    of_place: Vector

    def draw(self, rng: np.random.Generator) -> Codes:
        """One survey without copies."""
        n, k = self.code.shape
        own = rng.standard_normal((n, k)) @ self.mixing.T
        shared = rng.standard_normal((int(self.place.max()) + 1, k))[self.place]
        level = ndtr(np.sqrt(1 - self.of_place) * own + np.sqrt(self.of_place) * shared).astype(np.float32)
        drawn = np.zeros((n, k), dtype=np.int64)
        upto = np.zeros((n, k), dtype=np.float32)
        for position in range(len(self.codes) - 1):
            upto += self.chance[:, :, position]
            drawn += level > upto
        return np.where(self.code >= 0, self.codes[drawn], self.answers).astype(np.int16)

    def surprise(self, answers: Codes) -> Shares:
        """-ln of the chance of every answer, shape (n, k); 0 where not substantive. Answers as in `answers`."""
        position = np.searchsorted(self.codes, answers).clip(0, len(self.codes) - 1)
        chance = np.take_along_axis(self.chance, position[:, :, None], axis=2)[:, :, 0]
        return np.where(self.code >= 0, -np.log(np.maximum(chance, 1e-9)), 0.0).astype(np.float32)


def chance_model(
    answers: Codes, not_substantive: tuple[int, ...], neighbours: Places, places: Places | None = None
) -> ChanceModel:
    """The model of the answers, shape (n, k); `places`, shape (n,), numbers of those who may resemble each other.

    `neighbours`, shape (n,): how many other answers are near copies. Each answer counts 1/(1 + neighbours) in what is
    learnt about the items (as Henikoff & Henikoff 1994 weigh related sequences), so that many copies of one opinion
    count about once and cannot make themselves look usual.
    """
    weight = 1 / (1 + neighbours)
    counted = ~np.isin(answers, not_substantive)
    codes = np.unique(answers[counted])
    if not len(codes):
        codes = np.zeros(1, dtype=np.int16)
    code = np.where(counted, np.searchsorted(codes, answers), -1)
    chance = _chances(code, len(codes), weight)
    place = np.zeros(len(answers), dtype=np.int64) if places is None else places
    scores = _normal_scores(code, chance)
    spread = np.sqrt(np.average(scores**2, axis=0, weights=weight))
    kept = spread > _LEAST_SPREAD
    scale = np.where(kept, spread, 1.0)
    # Coarse codes hide a part of the correlation: the scores of two items correlate by rho times both spreads.
    of_place = np.where(kept, _share_of_places(scores, place) / scale**4, 0.0).clip(0, _STRONGEST)
    inside = scores if places is None else _without_places(scores, place)
    length = np.sqrt(np.average(inside**2, axis=0, weights=weight))
    inside = inside / np.where(length > 0, length, 1.0)
    together = (inside * weight[:, None]).T @ inside / weight.sum()
    correlation = (together / np.outer(scale, scale)).clip(-_STRONGEST, _STRONGEST)
    return ChanceModel(answers, codes, code, chance, place, _root(correlation, kept), of_place)


def _chances(code: NDArray[np.int64], codes: int, weight: Vector) -> Shares:
    """Chance of every code, shape (n, k, C), proportional to a habit of the person times a popularity at the item.

    Both are found by raking (Deming & Stephan 1940): the chances of a person add up to the person's use of every
    code, those of an item, weighted, to its frequencies: the nominal response model (Bock 1972) with a free habit for
    everybody.
    """
    n, k = code.shape
    counted = code >= 0
    seen = (code[:, :, None] == np.arange(codes)).astype(np.float32)
    weights = weight.astype(np.float32)[:, None, None]
    of_item = (weights * seen).sum(axis=0)
    average = of_item.sum(axis=0) / max(float(of_item.sum()), 1.0)
    answered = counted.sum(axis=1)[:, None]
    used = (seen.sum(axis=1) + _HABIT * average) * answered / (answered + _HABIT)
    chance = np.broadcast_to((of_item + 0.1) / (of_item + 0.1).sum(axis=1, keepdims=True), (n, k, codes)).copy()
    chance *= counted[:, :, None]
    for _ in range(_SWEEPS):
        chance *= (used / np.maximum(chance.sum(axis=1), 1e-9))[:, None, :]
        chance *= of_item / np.maximum((weights * chance).sum(axis=0), 1e-9)
        chance /= np.maximum(chance.sum(axis=2, keepdims=True), 1e-9)
    return chance


def _normal_scores(code: NDArray[np.int64], chance: Shares) -> Vector:
    """Mean of a standard normal variable inside the cell of every answer, shape (n, k); 0 where not substantive."""
    upto = np.cumsum(chance, axis=2, dtype=np.float64)
    position = code.clip(0)[:, :, None]
    high = np.take_along_axis(upto, position, axis=2)[:, :, 0]
    here = np.take_along_axis(chance, position, axis=2)[:, :, 0].astype(np.float64)
    scores = (_density(high - here) - _density(high)) / np.maximum(here, 1e-9)
    return np.where(code >= 0, scores.clip(-6, 6), 0.0)


def _density(share: Vector) -> Vector:
    """The normal density at the quantile of a share in 0..1."""
    z = ndtri(np.clip(share, 0.0, 1.0))
    return np.asarray(np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi))


def _without_places(scores: Vector, place: Places) -> Vector:
    """Differences from the mean of the place, stretched by what estimating the mean takes away."""
    size = np.bincount(place)[place][:, None]
    stretch = np.where(size > 1, np.sqrt(size / np.maximum(size - 1, 1)), 1.0)
    return np.asarray(np.where(size > 1, scores - _place_means(scores, place), scores) * stretch)


def _place_means(scores: Vector, place: Places) -> Vector:
    sums = np.zeros((int(place.max()) + 1, scores.shape[1]))
    np.add.at(sums, place, scores)
    return np.asarray((sums / np.maximum(np.bincount(place), 1)[:, None])[place])


def _share_of_places(scores: Vector, place: Places) -> Vector:
    """The variance between places of every item's scores, by analysis of variance; 0 with one place."""
    sizes = np.bincount(place)
    n, places = len(place), int(np.count_nonzero(sizes))
    if places < 2 or n <= places:
        return np.zeros(scores.shape[1])
    means = _place_means(scores, place)
    between = np.sum((means - scores.mean(axis=0)) ** 2, axis=0) / (places - 1)
    within = np.sum((scores - means) ** 2, axis=0) / (n - places)
    return np.asarray(np.maximum(0.0, (between - within) / ((n - np.sum(sizes**2) / n) / (places - 1))))


def _root(correlation: Vector, kept: NDArray[np.bool_]) -> Vector:
    """A root of the nearest correlation without negative eigenvalues, rows of length 1."""
    correlation = np.where(np.outer(kept, kept), correlation, 0.0)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))
