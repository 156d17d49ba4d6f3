"""Answers that agree with another answer more closely than this questionnaire makes likely (step 5).

No fixed 85 % (Kuriakose & Robbins 2016 proposed it; Pew Research Center 2016 showed that it depends on the number of
items, their options and how alike people are). Agreement on what many say tells little, on what few say it tells
much; how much is remarkable comes from the same survey redrawn by chance (chance_model.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.patterns.chance_model import ChanceModel, Codes, chance_model
from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag
from analysis.patterns.matching import distinct_rows, pairs_within

_CHUNK = 200_000  # pairs weighed at once
_PAIRS_OF_ONE = 40  # close pairs per answer beyond which a search deeper tells nothing and costs much
_SAMPLED = 200_000  # pairs that show how close any two answers are


@dataclass(frozen=True)
class Expectation:
    """What redrawn surveys look like. `limit`: the weight of agreement from which a pair is remarkable, in nats.

    `weights`: the largest weight of every redrawn answer that has a close neighbour, sorted; of `answers` redrawn in
    all. `largest_clusters`: answers in the largest group of each replicate. `detectable`: the share of the real answers
    that say enough of their own for an unaltered copy to reach the limit.
    """

    limit: float
    weights: NDArray[np.float64]
    answers: int
    largest_clusters: tuple[int, ...]
    detectable: float

    def p_value(self, weight: float) -> float:
        """The chance that an honest answer has a neighbour of this weight or more."""
        return float(1 + len(self.weights) - np.searchsorted(self.weights, weight)) / (1 + self.answers)


@dataclass(frozen=True)
class NearDuplicates:
    """The most telling match of every answer, and the remarkable pairs.

    `partner`, shape (n,): the answer it agrees with most tellingly, -1 without a close one; `weight` (nats, 0 without)
    and `differences` (items; -1 without) belong to that pair. `links` are pairs of positions, shape (pairs, 2), whose
    weight reaches the limit; of m identical answers m - 1 links are given. `cluster`, shape (n,): number of the
    connected group, -1 outside any. `searched`: up to how many differences pairs were looked for.
    """

    items: int
    searched: int
    partner: NDArray[np.int64]
    weight: NDArray[np.float64]
    differences: NDArray[np.int64]
    links: NDArray[np.int64]
    cluster: NDArray[np.int64]
    expectation: Expectation


def find_near_duplicates(
    answers: ArrayLike,
    *,
    not_substantive: tuple[int, ...] = (),
    places: ArrayLike | None = None,
    within_places: bool = False,
    accepted_share: float = 0.002,
    least_match: float = 0.8,
    replicates: int = 39,
    seed: int = 1,
) -> NearDuplicates:
    """Close pairs among answers, shape (n, k) of integer codes, against surveys redrawn from them.

    Codes in `not_substantive` (missing, don't know) say nothing: agreeing on them weighs 0. Agreement on another code
    weighs -ln of the share with that code among people of a like mean score; the weight of a pair is the sum over the
    items on which both agree (like the indices of answer copying in examinations, Wollack 1997, which weigh agreement
    by its chance). The limit is the weight that `accepted_share` of the answers of redrawn surveys reach with somebody.
    `places`, shape (n,), are labels (poster, interviewer) of people who may honestly resemble each other; with
    `within_places` only pairs of one place are compared, which needs less to be sure. Pairs that agree on less than
    `least_match` of the items are not looked for. Exact, in time far below n² (matching.py). Raises PatternError for
    fewer than 30 answers or 5 items. Error rates: docs/integrity.md.
    """
    vectors = _checked(answers)
    place = None if places is None else np.unique(np.asarray(places).astype(str), return_inverse=True)[1]
    if (within_places and place is None) or (place is not None and place.shape != (len(vectors),)):
        raise PatternError(f"expected a place for each of {len(vectors)} answers")
    rng = np.random.default_rng(seed)
    most = _depth(vectors, max(1, int((1 - least_match) * vectors.shape[1] + 1e-9)), rng)
    model = chance_model(vectors, not_substantive, _neighbours(vectors, most), place)
    kept = place if within_places else None
    redrawn = [_Matches.of(model, model.draw(rng), most, kept) for _ in range(replicates)]
    weights = np.sort(np.concatenate([one.weight[one.weight > 0] for one in redrawn]))
    limit = _limit(weights, accepted_share, len(vectors) * replicates)
    found = _Matches.of(model, vectors, most, kept)
    links = found.links(limit)
    return NearDuplicates(
        items=vectors.shape[1],
        searched=most,
        partner=found.partner,
        weight=found.weight,
        differences=found.differences,
        links=links,
        cluster=_components(links, len(vectors)),
        expectation=Expectation(
            limit=limit,
            weights=weights,
            answers=len(vectors) * replicates,
            largest_clusters=tuple(_largest(_components(one.links(limit), len(vectors))) for one in redrawn),
            detectable=float(np.mean(model.surprise(vectors).sum(axis=1) >= limit)),
        ),
    )


def near_duplicates(found: NearDuplicates) -> Pattern:
    """One row of evidence per answer with a remarkable neighbour, most telling first.

    `observed` is the percent match with the most telling other answer (0..1); `p_value` the share of redrawn answers
    with so telling a neighbour. `details`: the partner's position, its weight, the number of remarkable partners.
    """
    involved = np.unique(found.links)
    evidence = [
        Evidence(
            subject=f"answer {row + 1}",
            rows=(int(row),),
            observed=1 - int(found.differences[row]) / found.items,
            p_value=found.expectation.p_value(float(found.weight[row])),
            details={
                "partner": float(found.partner[row]),
                "weight": float(found.weight[row]),
                "partners": float(np.count_nonzero(found.links == row)),
            },
        )
        for row in sorted(involved, key=lambda i: (-float(found.weight[i]), int(i)))
    ]
    return flag("near_duplicates", "percent match", _rule(found), evidence, len(found.weight))


def _rule(found: NearDuplicates) -> str:
    expected = found.expectation
    return (
        f"agreement weighing {expected.limit:.1f} nats or more, with up to {found.searched} of {found.items} items "
        f"different; a copy of {expected.detectable:.0%} of the answers could be noticed"
    )


def _checked(answers: ArrayLike) -> Codes:
    vectors = np.asarray(answers)
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.integer):
        raise PatternError("answers: expected a table of integer codes (n, k); give missing answers a code such as -1")
    if vectors.shape[0] < 30 or vectors.shape[1] < 5:
        raise PatternError(f"answers: expected at least 30 answers of at least 5 items, found {vectors.shape}")
    if vectors.min() < -30_000 or vectors.max() > 30_000:
        raise PatternError("answers: expected codes between -30000 and 30000")
    return vectors.astype(np.int16)


def _depth(vectors: Codes, deepest: int, rng: np.random.Generator) -> int:
    """How many differences are worth a search: fewer where everybody is close to everybody anyway."""
    n = len(vectors)
    one, other = rng.integers(0, n, _SAMPLED), rng.integers(0, n, _SAMPLED)
    apart = one != other
    differences = np.count_nonzero(vectors[one[apart]] != vectors[other[apart]], axis=1)
    pairs = [np.mean((differences > 0) & (differences <= most)) * n / 2 for most in range(1, deepest + 1)]
    return max(1, int(np.searchsorted(pairs, _PAIRS_OF_ONE, side="right")))


def _neighbours(vectors: Codes, most: int) -> NDArray[np.int64]:
    """How many other answers differ from each in at most that many items, shape (n,)."""
    distinct = distinct_rows(vectors)
    counts, near = distinct.counts, pairs_within(distinct.rows, most)
    others = counts - 1
    others += np.bincount(near.first, counts[near.second], len(counts)).astype(np.int64)
    others += np.bincount(near.second, counts[near.first], len(counts)).astype(np.int64)
    return np.asarray(others[distinct.inverse])


@dataclass(frozen=True)
class _Matches:
    """The close pairs of answers with their weights, and the most telling one of every answer."""

    pairs: NDArray[np.int64]
    pair_weight: NDArray[np.float64]
    partner: NDArray[np.int64]
    weight: NDArray[np.float64]
    differences: NDArray[np.int64]

    @classmethod
    def of(cls, model: ChanceModel, vectors: Codes, most: int, place: NDArray[np.int64] | None) -> "_Matches":
        told = model.surprise(vectors)
        # A place of its own makes two answers differ in more items than are searched, so that they never meet.
        kept = vectors if place is None else np.hstack([vectors, np.repeat(_as_codes(place), most + 1, axis=1)])
        distinct = distinct_rows(kept)
        first, inverse, rows = distinct.first, distinct.inverse, np.arange(len(vectors))
        close = pairs_within(distinct.rows, most)
        spoke = rows[rows != first[inverse]]
        pairs = np.concatenate(
            [
                np.column_stack([first[close.first], first[close.second]]),
                np.column_stack([first[inverse[spoke]], spoke]),
            ]
        )
        differences = np.concatenate([close.differences, np.zeros(len(spoke), dtype=np.int64)])
        weights = _weights(vectors, told, pairs)
        return cls(pairs, weights, *_best(len(vectors), pairs, weights, differences, first[inverse]))

    def links(self, limit: float) -> NDArray[np.int64]:
        return self.pairs[self.pair_weight >= limit]


def _as_codes(place: NDArray[np.int64]) -> Codes:
    if int(place.max()) > 30_000:
        raise PatternError("expected at most 30,000 places")
    return place.astype(np.int16)[:, None]


def _weights(vectors: Codes, told: NDArray[np.float32], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each pair's agreement weighs; people of unlike scores by the one to whom it is more common."""
    weights = np.empty(len(pairs))
    for low in range(0, len(pairs), _CHUNK):
        one, other = pairs[low : low + _CHUNK].T
        alike = vectors[one] == vectors[other]
        weights[low : low + _CHUNK] = (np.minimum(told[one], told[other]) * alike).sum(axis=1)
    return weights


def _best(
    n: int,
    pairs: NDArray[np.int64],
    weights: NDArray[np.float64],
    differences: NDArray[np.int64],
    representative: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Partner, weight and differences of the weightiest pair of every answer; twins share their representative's."""
    partner, best, apart = np.full(n, -1, dtype=np.int64), np.zeros(n), np.full(n, -1, dtype=np.int64)
    order = np.argsort(weights, kind="stable")
    for here, there in ((0, 1), (1, 0)):
        at = pairs[order, here]
        better = np.full(n, -1, dtype=np.int64)
        better[at] = order  # the last one written is the weightiest
        has = np.flatnonzero(better >= 0)
        has = has[weights[better[has]] > best[has]]
        partner[has], best[has], apart[has] = (
            pairs[better[has], there],
            weights[better[has]],
            differences[better[has]],
        )
    twin = best[representative] > best
    partner[twin], best[twin], apart[twin] = (
        partner[representative[twin]],
        best[representative[twin]],
        apart[representative[twin]],
    )
    return partner, best, apart


def _limit(weights: NDArray[np.float64], accepted: float, answers: int) -> float:
    """The smallest weight that no more than the accepted share of the redrawn answers reach, or exceed."""
    allowed = int(accepted * answers)
    if allowed >= len(weights):
        return float(np.nextafter(0.0, 1.0))
    return float(np.nextafter(weights[len(weights) - 1 - allowed], np.inf))


def _components(links: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Number of the connected group of every answer, from 0 in order of the first member; -1 without a link."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = np.full(n, -1, dtype=np.int64)
    if len(links) == 0:
        return groups
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    linked = np.unique(links)
    _, first, number = np.unique(labels[linked], return_index=True, return_inverse=True)
    groups[linked] = np.argsort(np.argsort(first))[number]
    return groups


def _largest(groups: NDArray[np.int64]) -> int:
    inside = groups[groups >= 0]
    return int(np.bincount(inside).max()) if inside.size else 0
