"""Blocks that change places: every order comes up, the same seed gives the same one, and conditions stay answerable."""

import uuid
from collections import Counter
from pathlib import Path

import pytest

from survey.instrument.check import check_questionnaires
from survey.instrument.load import from_definition, to_definition
from survey.instrument.order import block_order, in_block_order, order_seed
from tests.unit.instrument.tiny import REAL, TINY, copy_with, tiny

FILE = "order/v1.yaml"


def test_each_order_comes_up_about_as_often_as_the_others() -> None:
    form = tiny("order")
    ids = [str(uuid.UUID(int=number * 7919)) for number in range(6000)]
    counts = Counter(block_order(form, order_seed(one)) for one in ids)
    assert len(counts) == 6
    # 1,000 expected of each, standard deviation 29; five of them
    assert all(abs(count - 1000) < 145 for count in counts.values())
    assert all(0 <= order_seed(one) < 2**31 for one in ids)


def test_only_the_named_sections_change_places_and_no_item_is_lost() -> None:
    form = tiny("order")
    for seed in range(20):
        moved = in_block_order(form, seed)
        names = [section.name for section in moved.sections]
        assert (names[0], names[-1]) == ("start", "end")
        assert tuple(names[1:-1]) == block_order(form, seed)
        assert {item.name for item in moved.items} == {item.name for item in form.items}


def test_order_of_a_seed_is_the_documented_one() -> None:
    """Found with `printf '1|parks' | sha256sum` and the like."""
    assert block_order(tiny("order"), 1) == ("shops", "parks", "buses")
    assert order_seed("00000000-0000-4000-8000-000000000000") == 1432858231


def test_definition_holds_what_changes_places_and_others_are_as_they_were() -> None:
    form = tiny("order")
    assert from_definition(to_definition(form)) == form
    assert "randomize" not in to_definition(tiny("relevant"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[parks, buses, shops]", "[parks, bus]", "randomize: expected sections, each once (start, parks, buses"),
        ("[parks, buses, shops]", "[parks, parks]", "randomize: expected sections, each once"),
        ("[parks, buses, shops]", "[parks]", "randomize: expected two sections or more, found one"),
        ("[parks, buses, shops]", "[parks, shops, end]", "item last relevant: expected an item that is always asked"),
        (
            "name: buses\n        label",
            "name: buses\n        relevant: \"${parks} != ''\"\n        label",
            "item buses relevant: expected an item that is always asked before, found parks",
        ),
        (
            "[parks, buses, shops]",
            "[start, parks]",
            "item parks relevant: expected an item that is always asked before",
        ),
    ],
)
def test_order_that_would_ask_before_its_condition_is_told(tmp_path: Path, old: str, new: str, fault: str) -> None:
    folder = copy_with(TINY, tmp_path, FILE, old, new)
    lines = [str(one) for one in check_questionnaires(folder)[1]]
    assert len(lines) == 1
    assert lines[0].startswith(f"{FILE}:")
    assert fault in lines[0]


def test_published_questionnaires_have_the_hashes_they_had() -> None:
    assert [str(fault) for fault in check_questionnaires(REAL)[1]] == []
