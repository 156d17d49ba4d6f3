"""Answers that match another answer more closely than this questionnaire makes likely (step 5).

No fixed 85 % (Kuriakose & Robbins 2016 proposed it; Pew Research Center 2016 showed that it depends on the number of
items, their options and how alike people are). The limit comes from the same answers, shuffled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.patterns.evidence import Evidence, Pattern, PatternError, flag
from analysis.patterns.matching import Pairs, pairs_within

Vectors = NDArray[np.int16]


@dataclass(frozen=True)
class Expectation:
    """What shuffled answers look like: `share[b, d]` of band b has somebody within d differences, d = 0..most.

    `limit[b]` is the largest number of differences that is still remarkable in band b, -1 if none is: there, even
    identical answers come about by chance. `upper_score[b]` is the largest score in the band.
    """

    share: NDArray[np.float64]
    limit: NDArray[np.int64]
    upper_score: NDArray[np.float64]
    largest_clusters: tuple[int, ...]


@dataclass(frozen=True)
class NearDuplicates:
    """Best match of every answer, and the remarkable pairs.

    `differences`, shape (n,), to the closest other answer, `most + 1` if it is farther than was searched. `band`, shape
    (n,). `links` are pairs of positions, shape (pairs, 2), close enough for the bands of both; of m identical answers
    m - 1 links are given. `cluster`, shape (n,): number of the connected group, -1 outside any.
    """

    items: int
    differences: NDArray[np.int64]
    band: NDArray[np.int64]
    links: NDArray[np.int64]
    cluster: NDArray[np.int64]
    expectation: Expectation


def find_near_duplicates(
    answers: ArrayLike,
    *,
    not_substantive: tuple[int, ...] = (),
    accepted_share: float = 0.002,
    least_match: float = 0.8,
    replicates: int = 20,
    band_size: int = 60,
    seed: int = 1,
) -> NearDuplicates:
    """Close pairs among answers, shape (n, k) of integer codes, against answers shuffled between similar people.

    Missing answers carry a code of their own (such as -1) and match each other. Answers are put into bands of
    `band_size` or more people with a similar mean score (codes in `not_substantive`, missing or don't know, left out
    of it; equal scores stay together). In every replicate each item is shuffled separately within bands: the level of
    an item among such people stays, the way answers go together beyond that is lost. A number of differences is
    remarkable in a band if at most `accepted_share` of the shuffled answers there have so close a neighbour, at that
    number and all smaller ones. Matches below `least_match` are no copies and are not looked for. Exact, in time far
    below n² (matching.py). Raises PatternError for fewer than 30 answers or 5 items.

    Measured on simulated honest answers of one common factor with area effects (1,000 to 5,000 answers, 24 items): at
    most 0.3 % of the answers are flagged in error; of copies with one item changed 88 to 92 % are found, 74 % where
    opinions are very uniform. With 12 items a quarter to a third is found: a short questionnaire cannot tell a
    copy from an ordinary opinion. On a real survey 0.2 to 2.4 % of the answers were flagged
    (docs/statistics.md, section 12).
    """
    vectors = _checked(answers)
    score = _scores(vectors, not_substantive)
    band, upper = _bands(score, band_size)
    rng = np.random.default_rng(seed)
    deepest = max(1, int((1 - least_match) * vectors.shape[1] + 1e-9))
    most = _depth(_shuffled(vectors, band, rng), band, accepted_share, deepest)
    shuffled = [_shuffled(vectors, band, rng) for _ in range(replicates)]
    graphs = [_Graph.of(copy, most) for copy in shuffled]
    share = np.mean([_share_within(graph, band, most) for graph in graphs], axis=0)
    limit = _limits(share, accepted_share)
    largest = tuple(_largest(graph.groups(limit[band])) for graph in graphs)
    graph = _Graph.of(vectors, most)
    links = graph.links(limit[band])
    return NearDuplicates(
        items=vectors.shape[1],
        differences=graph.closest,
        band=band,
        links=links,
        cluster=_components(links, len(vectors)),
        expectation=Expectation(share, limit, upper, largest),
    )


def near_duplicates(found: NearDuplicates) -> Pattern:
    """One row of evidence per answer with a remarkable neighbour, closest first.

    `observed` is the percent match with the closest other answer (0..1), `expected` the share of shuffled answers of
    the same band that have so close a neighbour.
    """
    involved = np.unique(found.links)
    evidence = [
        Evidence(
            subject=f"answer {row + 1}",
            rows=(int(row),),
            observed=1 - int(found.differences[row]) / found.items,
            expected=float(found.expectation.share[found.band[row], found.differences[row]]),
            details={"partners": int(np.count_nonzero(found.links == row))},
        )
        for row in sorted(involved, key=lambda i: (int(found.differences[i]), int(i)))
    ]
    return flag("near_duplicates", "percent match", _rule(found), evidence, len(found.band))


def _rule(found: NearDuplicates) -> str:
    limits = ["none" if limit < 0 else f"{1 - limit / found.items:.0%}" for limit in found.expectation.limit.tolist()]
    return f"match at least, by band of mean score from low to high: {', '.join(limits)}"


def _checked(answers: ArrayLike) -> Vectors:
    vectors = np.asarray(answers)
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.integer):
        raise PatternError("answers: expected a table of integer codes (n, k); give missing answers a code such as -1")
    if vectors.shape[0] < 30 or vectors.shape[1] < 5:
        raise PatternError(f"answers: expected at least 30 answers of at least 5 items, found {vectors.shape}")
    if vectors.min() < -30_000 or vectors.max() > 30_000:
        raise PatternError("answers: expected codes between -30000 and 30000")
    return vectors.astype(np.int16)


def _scores(vectors: Vectors, not_substantive: tuple[int, ...]) -> NDArray[np.float64]:
    """Mean code over the substantive answers, each item between its smallest and largest code; 0.5 without any."""
    counted = ~np.isin(vectors, not_substantive)
    values = np.where(counted, vectors.astype(float), np.nan)
    with np.errstate(invalid="ignore"):
        low = np.where(counted.any(axis=0), np.nanmin(np.where(counted, values, np.inf), axis=0), 0.0)
        high = np.where(counted.any(axis=0), np.nanmax(np.where(counted, values, -np.inf), axis=0), 1.0)
    scaled = np.where(counted, (vectors - low) / np.where(high > low, high - low, 1.0), 0.0)
    number = counted.sum(axis=1)
    return np.asarray(np.where(number > 0, scaled.sum(axis=1) / np.maximum(number, 1), 0.5).round(9))


def _bands(score: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Band number of every answer and the largest score of every band; the last band takes what is left over."""
    values, counts = np.unique(score, return_counts=True)
    edges: list[int] = []
    gathered = 0
    for position, count in enumerate(counts.tolist()):
        gathered += count
        if gathered >= size:
            edges.append(position)
            gathered = 0
    upper = values[[*edges[:-1], len(values) - 1]]
    return np.searchsorted(upper, score).astype(np.int64), upper


def _shuffled(vectors: Vectors, band: NDArray[np.int64], rng: np.random.Generator) -> Vectors:
    """Every item shuffled on its own among the answers of a band."""
    in_band_order = np.argsort(band, kind="stable")
    random_order = np.argsort(band[:, None] + rng.random(vectors.shape), axis=0)
    copy = np.empty_like(vectors)
    copy[in_band_order] = np.take_along_axis(vectors, random_order, axis=0)
    return copy


@dataclass(frozen=True)
class _Graph:
    """Answers as distinct vectors with members, and the pairs of vectors that differ in 1 to `most` items."""

    member_of: NDArray[np.int64]
    counts: NDArray[np.int64]
    representative: NDArray[np.int64]
    pairs: Pairs
    closest: NDArray[np.int64]

    @classmethod
    def of(cls, vectors: Vectors, most: int) -> "_Graph":
        distinct, first, inverse, counts = np.unique(
            vectors, axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        pairs = pairs_within(distinct, most)
        closest = np.full(len(distinct), most + 1, dtype=np.int64)
        np.minimum.at(closest, pairs.first, pairs.differences)
        np.minimum.at(closest, pairs.second, pairs.differences)
        closest[counts > 1] = 0
        member_of = inverse.ravel().astype(np.int64)
        return cls(member_of, counts.astype(np.int64), first.astype(np.int64), pairs, closest[member_of])

    def links(self, limit: NDArray[np.int64]) -> NDArray[np.int64]:
        """Pairs of answers, shape (links, 2), within the limit (shape (n,)) of both; a star for identical answers."""
        of_vector = limit[self.representative]
        allowed = np.minimum(of_vector[self.pairs.first], of_vector[self.pairs.second])
        close = self.pairs.differences <= allowed
        between = np.column_stack([self.pairs.first[close], self.pairs.second[close]])
        centre = self.representative[self.member_of]
        rows = np.arange(len(limit))
        spokes = (rows != centre) & (limit >= 0)
        return np.concatenate([self.representative[between], np.column_stack([centre[spokes], rows[spokes]])])

    def groups(self, limit: NDArray[np.int64]) -> NDArray[np.int64]:
        return _components(self.links(limit), len(limit))


def _share_within(graph: _Graph, band: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    sizes = np.bincount(band)
    return np.stack(
        [np.bincount(band[graph.closest <= d], minlength=len(sizes)) / sizes for d in range(most + 1)], axis=1
    )


def _depth(shuffled: Vectors, band: NDArray[np.int64], accepted: float, deepest: int) -> int:
    """How many differences are worth a search: one beyond the last that is still rare in some band."""
    most = 1
    while most < deepest:
        share = _share_within(_Graph.of(shuffled, most), band, most)
        if not (share[:, most] <= accepted).any():
            break
        most += 1
    return most


def _limits(share: NDArray[np.float64], accepted: float) -> NDArray[np.int64]:
    return np.asarray(np.cumprod(share <= accepted, axis=1).sum(axis=1) - 1, dtype=np.int64)


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
