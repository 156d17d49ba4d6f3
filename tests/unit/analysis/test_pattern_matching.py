"""Near-duplicates and clusters: the pair search against all pairs, false alarms on honest answers, copies found."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.patterns.answer_clusters import answer_clusters
from analysis.patterns.evidence import PatternError, effect_of_leaving_out
from analysis.patterns.matching import pairs_within
from analysis.patterns.near_duplicates import find_near_duplicates, near_duplicates
from tests.unit.analysis.simulated_answers import honest_survey


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    k=st.integers(1, 9),
    codes=st.integers(2, 4),
    most=st.integers(0, 8),
)
@settings(max_examples=200)
def test_pair_search_finds_exactly_the_pairs_that_comparing_all_finds(
    seed: int, n: int, k: int, codes: int, most: int
) -> None:
    most = min(most, k - 1)
    vectors = np.random.default_rng(seed).integers(-1, codes, (n, k)).astype(np.int16)
    vectors = np.unique(vectors, axis=0)
    differences = (vectors[:, None] != vectors[None]).sum(axis=2)
    first, second = np.nonzero(np.triu(differences <= most, 1))
    found = pairs_within(vectors, most)
    assert found.first.tolist() == first.tolist()
    assert found.second.tolist() == second.tolist()
    assert found.differences.tolist() == differences[first, second].tolist()


def test_pair_search_is_many_times_faster_than_comparing_all_pairs() -> None:
    vectors = np.unique(honest_survey(6000, 40, 1).answers.astype(np.int16), axis=0)
    start = time.process_time()
    found = pairs_within(vectors, 4)
    quick = time.process_time() - start
    start = time.process_time()
    every = sum(int((np.count_nonzero(vectors[i + 1 :] != vectors[i], axis=1) <= 4).sum()) for i in range(600))
    slow = (time.process_time() - start) * 5.2  # the first 600 rows take 19 % of all comparisons
    assert int((found.first < 600).sum()) == every
    assert quick < slow / 5


@pytest.mark.parametrize(("n", "k", "strength"), [(600, 24, 2.5), (1000, 12, 1.2), (500, 40, 1.8)])
def test_honest_answers_are_rarely_flagged(n: int, k: int, strength: float) -> None:
    """At most 0.8 % of honest answers, over two surveys; 0.2 % are accepted by the rule itself."""
    flagged = [
        near_duplicates(
            find_near_duplicates(honest_survey(n, k, seed, strength=strength).answers, not_substantive=(8,))
        ).flagged.mean()
        for seed in (11, 12)
    ]
    assert np.mean(flagged) <= 0.008


def with_copies(answers: NDArray[np.int64], copies: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The answers with some rows replaced by other rows in which one item is changed."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(answers))[: 2 * copies]
    changed = answers.copy()
    changed[rows[:copies]] = answers[rows[copies:]]
    items = rng.integers(0, answers.shape[1], copies)
    changed[rows[:copies], items] = 1 + changed[rows[:copies], items] % 5
    return changed, rows[:copies]


@pytest.mark.parametrize(
    ("k", "strength", "least"), [(24, 1.2, 0.90), (24, 2.5, 0.75), (40, 1.2, 0.95), (12, 1.2, 0.45)]
)
def test_most_copies_with_one_changed_item_are_found(k: int, strength: float, least: float) -> None:
    answers, copied = with_copies(honest_survey(800, k, 1, strength=strength).answers, 40, 1)
    pattern = near_duplicates(find_near_duplicates(answers, not_substantive=(8,)))
    assert pattern.flagged[copied].mean() >= least


def test_everybody_satisfied_is_an_opinion_and_not_a_copy() -> None:
    answers = honest_survey(1000, 20, 5).answers
    answers[:150] = 5
    pattern = near_duplicates(find_near_duplicates(answers, not_substantive=(8,)))
    assert not pattern.flagged[:150].any()


def test_evidence_tells_match_expectation_and_effect() -> None:
    answers, copied = with_copies(honest_survey(1500, 30, 7).answers, 20, 7)
    pattern = near_duplicates(find_near_duplicates(answers, not_substantive=(8,)))
    first = pattern.evidence[0]
    assert first.observed >= 29 / 30
    assert first.p_value is not None
    assert first.p_value <= 0.002
    assert first.details["partners"] >= 1
    row, partner = first.rows[0], int(first.details["partner"])
    assert np.mean(answers[row] == answers[partner]) == pytest.approx(first.observed)
    satisfied = np.isin(answers[:, 0], (4, 5)).astype(float)
    effect = effect_of_leaving_out(pattern, satisfied)
    assert effect.flagged >= len(copied)
    assert effect.share_without == pytest.approx(satisfied[~pattern.flagged].mean())
    assert effect.difference == pytest.approx(satisfied[~pattern.flagged].mean() - satisfied.mean())


def test_the_same_data_and_seed_give_the_same_findings_in_any_row_order() -> None:
    answers, _ = with_copies(honest_survey(800, 24, 9).answers, 25, 9)
    once, again = (find_near_duplicates(answers, not_substantive=(8,)) for _ in range(2))
    assert np.array_equal(once.links, again.links)
    order = np.random.default_rng(0).permutation(800)
    turned = find_near_duplicates(answers[order], not_substantive=(8,))
    assert np.array_equal(turned.differences, once.differences[order])
    assert turned.weight == pytest.approx(once.weight[order], rel=1e-3)


def test_a_source_that_varies_one_opinion_forms_a_cluster_and_shifts_the_share() -> None:
    answers = honest_survey(1500, 24, 21).answers
    rng = np.random.default_rng(21)
    answers[:60] = answers[700]
    answers[np.arange(60), rng.integers(0, 24, 60)] = 5
    answers[:60, 0] = 5
    found = find_near_duplicates(answers, not_substantive=(8,))
    pattern = answer_clusters(found, places=np.where(np.arange(1500) < 60, "poster 7", "elsewhere"))
    largest = pattern.evidence[0]
    assert len(set(largest.rows) & set(range(60))) >= 55
    assert largest.details["places"] <= 2
    assert largest.p_value == pytest.approx(1 / 40)
    effect = effect_of_leaving_out(pattern, (answers[:, 0] == 5).astype(float))
    assert effect.difference is not None
    assert effect.difference < -0.01


def test_honest_answers_form_clusters_no_more_often_than_stated() -> None:
    """16 honest surveys of four kinds at 5 %: more than 3 alarms come about in one case of 140."""
    kinds: list[dict[str, float]] = [
        {},
        {"people_per_area": 25, "area_effect": 0.5},
        {"dont_know": 0.15},
        {"style": 0.5},
    ]
    alarms = 0
    for seed in range(16):
        survey = honest_survey(300, 20, 100 + seed, **kinds[seed % 4])  # type: ignore[arg-type]
        found = find_near_duplicates(survey.answers, not_substantive=(8,))
        alarms += bool(answer_clusters(found).evidence)
    assert alarms <= 3


def test_agreement_on_what_few_say_tells_more_than_agreement_on_what_many_say() -> None:
    """Two copies of twelve items: one of an opinion of many, one of an opinion of one."""
    answers = honest_survey(1000, 12, 3).answers
    answers[0] = answers[1] = 4
    answers[2] = answers[3] = [1, 5, 2, 5, 1, 4, 1, 5, 3, 1, 5, 2]
    found = find_near_duplicates(answers, not_substantive=(8,))
    assert found.weight[2] > found.expectation.limit > found.weight[0]
    assert found.partner[2] == 3
    assert 0 < found.expectation.detectable < 1


def test_agreeing_not_to_know_tells_nothing() -> None:
    answers = honest_survey(600, 24, 4).answers
    answers[:2] = 8
    answers[:2, :3] = 5
    found = find_near_duplicates(answers, not_substantive=(8,))
    assert found.differences[0] == 0
    assert found.weight[0] < found.expectation.limit


def test_copies_inside_a_place_are_easier_to_see_than_among_everybody() -> None:
    """Fewer people to resemble by chance: of 30 copies with twelve items more are found inside places of 25."""
    survey = honest_survey(1000, 12, 6, people_per_area=25)
    answers, random = survey.answers.copy(), np.random.default_rng(6)
    rows = random.permutation(1000)[:30]
    for row in rows:
        answers[row] = answers[random.choice(np.setdiff1d(np.flatnonzero(survey.area == survey.area[row]), rows))]
    inside = find_near_duplicates(answers, not_substantive=(8,), places=survey.area, within_places=True)
    anywhere = find_near_duplicates(answers, not_substantive=(8,))
    assert inside.expectation.limit < anywhere.expectation.limit
    assert near_duplicates(inside).flagged[rows].sum() >= near_duplicates(anywhere).flagged[rows].sum()
    assert (survey.area[inside.links[:, 0]] == survey.area[inside.links[:, 1]]).all()


def test_places_are_wanted_for_every_answer() -> None:
    with pytest.raises(PatternError, match="a place for each"):
        find_near_duplicates(honest_survey(100, 12, 1).answers, within_places=True)
    with pytest.raises(PatternError, match="a place for each"):
        find_near_duplicates(honest_survey(100, 12, 1).answers, places=["a", "b"])


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (np.ones((100, 6)), "integer codes"),
        (np.ones((10, 6), dtype=int), "at least 30 answers"),
        (np.ones((100, 3), dtype=int), "at least 5 items"),
        (np.full((100, 6), 99_999), "codes between"),
    ],
)
def test_tables_too_small_or_without_codes_are_refused(answers: NDArray[np.int64], message: str) -> None:
    with pytest.raises(PatternError, match=message):
        find_near_duplicates(answers)


def test_too_few_replicates_for_the_wanted_error_are_refused() -> None:
    found = find_near_duplicates(honest_survey(200, 12, 1).answers, replicates=5)
    with pytest.raises(PatternError, match="at least 19 replicates, found 5"):
        answer_clusters(found)


def test_people_who_all_say_the_same_are_not_a_finding() -> None:
    found = find_near_duplicates(np.full((200, 10), 4))
    assert near_duplicates(found).evidence == ()
    assert answer_clusters(found).evidence == ()
