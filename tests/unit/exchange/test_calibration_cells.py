"""Which cells of the population table the weights are calibrated to, and what is joined."""

from collections import Counter

import pytest

from survey.exchange.plan.calibration_cells import FEWEST, CalibrationCells, Person, band_of_label, make_cells
from survey.programme.margin import AGE_BANDS, SEXES, Margin

EAST, WEST = "990101001", "990101002"


def margins(*streets: str, **totals: float) -> list[Margin]:
    """Ten cells of 100 people per street; `totals` changes bands, such as b65=0."""
    return [
        Margin(street, sex, band, totals.get(f"b{band[:2]}", 100.0))
        for street in streets
        for sex in SEXES
        for band in AGE_BANDS
    ]


def people(street: str, number: int = FEWEST, psus: str = "ab", **bands: int) -> Counter[Person]:
    """`number` people per sex, band and PSU; `bands` changes bands, such as b60=0."""
    return +Counter(
        {
            Person(street, sex, band, psu): bands.get(f"b{band[:2]}", number)
            for sex in SEXES
            for band in AGE_BANDS
            for psu in psus
        }
    )


def sums_agree(cells: CalibrationCells) -> bool:
    return sum(cells.sex.totals.values()) == pytest.approx(sum(cells.age.totals.values()))


@pytest.mark.parametrize(
    ("label", "band"),
    [
        ("16–17岁", "16-29"),
        ("18-29", "16-29"),
        ("30至44岁", "30-44"),
        ("45 to 59", "45-59"),
        ("60～64", "60-64"),
        ("60~64岁", "60-64"),
        ("65岁及以上", "65+"),
        ("65+", "65+"),
        ("70 or older", "65+"),
        ("60岁以上", None),
        ("18–34岁", None),
        ("12–15岁", None),
        ("不愿回答", None),
    ],
)
def test_an_answer_lies_in_the_age_band_that_holds_all_its_years(label: str, band: str | None) -> None:
    assert band_of_label(label) == band


def test_every_cell_with_enough_answers_stands_alone() -> None:
    cells = make_cells(margins(EAST, WEST), people(EAST) + people(WEST))
    assert cells.warnings == ()
    assert len(cells.sex.totals) == 4
    assert len(cells.age.totals) == 10
    assert cells.sex.totals[f"{EAST} 1"] == 500
    assert cells.age.totals[f"{WEST} 65+"] == 200
    assert sums_agree(cells)


def test_an_empty_band_is_joined_with_its_weaker_neighbour_and_told() -> None:
    cells = make_cells(margins(EAST), people(EAST, 9, b60=0, b65=6))
    assert cells.age.totals[f"{EAST} 60-64/65+"] == 400
    assert cells.age.label(EAST, "60-64", "r1") == cells.age.label(EAST, "65+", "r2") == f"{EAST} 60-64/65+"
    assert [line for line in cells.warnings if "60-64/65+: joined" in line]
    assert sums_agree(cells)


def test_a_band_without_people_is_joined_though_it_has_answers() -> None:
    cells = make_cells(margins(EAST, b65=0.0), people(EAST, 20))
    assert f"{EAST} 60-64/65+" in cells.age.totals


def test_two_sexes_become_one_cell_when_one_is_rare() -> None:
    women = Counter({person: number for person, number in people(EAST).items() if person.sex == "2"})
    men = Counter({Person(EAST, "1", "30-44", "a"): 2, Person(EAST, "1", "30-44", "b"): 2})
    cells = make_cells(margins(EAST), women + men)
    assert dict(cells.sex.totals) == {f"{EAST} 1/2": 1000}


def test_a_cell_whose_answers_lie_in_one_psu_is_joined_because_a_replicate_would_empty_it() -> None:
    old = Counter({Person(EAST, sex, "65+", "a"): 9 for sex in SEXES})
    cells = make_cells(margins(EAST), people(EAST, b65=0) + old)
    assert f"{EAST} 60-64/65+" in cells.age.totals
    alone = make_cells(margins(EAST), people(EAST, 9, psus="a"))
    assert len(alone.age.totals) == 5  # a replicate without the street's only PSU is without the street


def test_a_tiny_street_keeps_one_cell_per_margin() -> None:
    cells = make_cells(margins(EAST), Counter({Person(EAST, "1", "30-44"): 1}))
    assert len(cells.sex.totals) == len(cells.age.totals) == 1
    assert sums_agree(cells)


def test_a_street_without_answers_is_told_and_left_out() -> None:
    cells = make_cells(margins(EAST, WEST), people(EAST))
    assert cells.warnings == (f"street {WEST}: no answer; its 1000 people are not represented",)
    assert not [label for label in cells.sex.totals if label.startswith(WEST)]


def test_a_street_where_no_age_is_known_is_left_out_of_both_margins() -> None:
    unknown = Counter({Person(WEST, "1", None): 9, Person(WEST, "2", None): 9})
    cells = make_cells(margins(EAST, WEST), people(EAST) + unknown)
    assert cells.warnings == (f"street {WEST}: sex or age band is known of nobody; not calibrated",)
    assert sums_agree(cells)
    assert cells.sex.label(WEST, "1", "r1") == ""


def test_a_street_without_margin_is_told() -> None:
    cells = make_cells(margins(EAST), people(EAST) + people(WEST))
    assert cells.warnings == (f"street {WEST}: no margin; its 100 answers keep their share",)


def test_who_did_not_tell_gets_a_cell_of_the_own_street_with_the_chances_of_the_others() -> None:
    known = people(EAST, 6, b65=54) + people(WEST)
    cells = make_cells(margins(EAST, WEST), known + Counter({Person(EAST, "1", None, "a"): 3}))
    assert f"street {EAST}: 3 people did not tell sex or age; their cell was drawn" in cells.warnings
    drawn = Counter(cells.age.label(EAST, None, f"response {number}") for number in range(4000))
    assert drawn[f"{EAST} 65+"] / 4000 == pytest.approx(54 / (54 + 4 * 6), abs=0.03)
    assert set(drawn) == {f"{EAST} {band}" for band in AGE_BANDS}


def test_the_draw_of_a_response_is_the_same_in_every_run_and_another_for_sex_and_age() -> None:
    cells, again = (make_cells(margins(EAST), people(EAST)) for _ in range(2))
    ids = [f"response {number}" for number in range(200)]
    assert [cells.sex.label(EAST, None, one) for one in ids] == [again.sex.label(EAST, None, one) for one in ids]
    young = [one for one in ids if cells.age.label(EAST, None, one).endswith("16-29")]
    assert len({cells.sex.label(EAST, None, one) for one in young}) == 2


def test_outside_the_streets_that_are_calibrated_there_is_no_cell() -> None:
    cells = make_cells(margins(EAST), people(EAST))
    assert cells.sex.label(None, "1", "r1") == ""
    assert cells.age.label(WEST, "65+", "r1") == ""
