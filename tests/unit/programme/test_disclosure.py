"""Small cells: what is hidden cannot be had by subtracting what is shown."""

import random

import pytest

from survey.programme.disclosure import MINIMUM_HIDDEN, disclosable
from survey.programme.figure import Figure
from tests.factories import DISTRICT, make_area_tree

TREE = make_area_tree()
S1, S2 = "990101001", "990101002"


def figures(**answers: int) -> dict[str, Figure]:
    """Figures by the end of the code (`_` the district, `_001` a street, `_001001` a community)."""
    return {DISTRICT + name[1:]: Figure(n=n, publishable=n >= 30) for name, n in answers.items()}


def test_everything_is_shown_when_nothing_is_small() -> None:
    given = figures(_=200, _001=100, _002=100, _001001=50, _001002=50)
    assert disclosable(TREE, DISTRICT, given) == set(given)


def test_lone_hidden_street_takes_the_smallest_other_with_it() -> None:
    given = figures(_=120, _001=20, _002=100)
    assert disclosable(TREE, DISTRICT, given) == {DISTRICT}


def test_lone_hidden_community_takes_its_sister_with_it_and_leaves_the_other_street_alone() -> None:
    given = figures(_=300, _001=120, _002=180, _001001=100, _001002=20, _002001=90, _002002=90)
    assert disclosable(TREE, DISTRICT, given) == {DISTRICT, S1, S2, S2 + "001", S2 + "002"}


def test_nothing_is_shown_under_a_hidden_area() -> None:
    given = figures(_=120, _001=20, _002=100, _002001=50, _002002=50)
    assert disclosable(TREE, DISTRICT, given) == {DISTRICT}


def test_area_without_answers_hides_nobody() -> None:
    given = figures(_=100, _002=100, _002001=100)
    assert disclosable(TREE, DISTRICT, given) == set(given)


def test_nothing_is_shown_when_the_whole_is_too_small() -> None:
    assert disclosable(TREE, DISTRICT, figures(_=20, _001=20)) == frozenset()


@pytest.mark.parametrize("seed", range(200))
def test_what_is_hidden_under_a_shown_area_is_never_one_area_nor_a_handful_of_answers(seed: int) -> None:
    draw = random.Random(seed)
    leaves = {area.code: draw.choice([0, 5, 12, 25, 31, 60]) for area in TREE.areas if len(area.code) == 12}
    answers = {code: n for code, n in leaves.items() if n}
    for level in (9, 6):
        for code in {leaf[:level] for leaf in answers}:
            answers[code] = sum(n for leaf, n in leaves.items() if leaf.startswith(code))
    given = {code: Figure(n=n, publishable=n >= 30) for code, n in answers.items()}
    shown = disclosable(TREE, DISTRICT, given)
    assert all(given[code].publishable for code in shown)
    for code in shown:
        hidden = [a.code for a in TREE.areas if a.parent == code and a.code in given and a.code not in shown]
        if hidden:
            assert len(hidden) >= 2 or len([a for a in TREE.areas if a.parent == code and a.code in given]) == 1
            assert sum(given[part].n for part in hidden) >= MINIMUM_HIDDEN or set(hidden) == {
                a.code for a in TREE.areas if a.parent == code and a.code in given
            }
