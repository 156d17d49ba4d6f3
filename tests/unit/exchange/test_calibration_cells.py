"""Which cells of the population table the weights are calibrated to, and what is joined."""

from collections import Counter

import pytest

from survey.exchange.calibration_cells import FEWEST, CalibrationCells, Person, band_of_label, make_cells
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


def people(street: str, number: int = FEWEST, **bands: int) -> Counter[Person]:
    """`number` people per sex and band; `bands` changes bands, such as b60=0."""
    return Counter(
        {Person(street, sex, band): bands.get(f"b{band[:2]}", number) for sex in SEXES for band in AGE_BANDS}
    )


def sums_agree(cells: CalibrationCells) -> bool:
    return sum(cells.sex_totals.values()) == pytest.approx(sum(cells.age_totals.values()))


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
    assert len(cells.sex_totals) == 4
    assert len(cells.age_totals) == 10
    assert cells.sex_totals[f"{EAST} 1"] == 500
    assert cells.age_totals[f"{WEST} 65+"] == 200
    assert sums_agree(cells)


def test_an_empty_band_is_joined_with_its_weaker_neighbour_and_told() -> None:
    cells = make_cells(margins(EAST), people(EAST, 9, b60=0, b65=6))
    assert cells.age_totals[f"{EAST} 60-64/65+"] == 400
    assert cells.age_of(Person(EAST, "1", "60-64")) == cells.age_of(Person(EAST, "2", "65+"))
    assert [line for line in cells.warnings if "60-64/65+: joined" in line]
    assert sums_agree(cells)


def test_a_band_without_people_is_joined_though_it_has_answers() -> None:
    cells = make_cells(margins(EAST, b65=0.0), people(EAST, 20))
    assert f"{EAST} 60-64/65+" in cells.age_totals


def test_two_sexes_become_one_cell_when_one_is_rare() -> None:
    few = Counter({Person(EAST, "1", "30-44"): 2}) + people(EAST)
    for band in AGE_BANDS:
        del few[Person(EAST, "1", band)]
    few[Person(EAST, "1", "30-44")] = 2
    cells = make_cells(margins(EAST), few)
    assert dict(cells.sex_totals) == {f"{EAST} 1/2": 1000}


def test_a_tiny_street_keeps_one_cell_per_margin() -> None:
    cells = make_cells(margins(EAST), Counter({Person(EAST, "1", "30-44"): 1}))
    assert len(cells.sex_totals) == len(cells.age_totals) == 1
    assert sums_agree(cells)


def test_a_street_without_answers_is_told_and_left_out() -> None:
    cells = make_cells(margins(EAST, WEST), people(EAST))
    assert cells.warnings == (f"street {WEST}: no answer; its 1000 people are not represented",)
    assert not [label for label in cells.sex_totals if label.startswith(WEST)]


def test_a_street_where_no_age_is_known_is_left_out_of_both_margins() -> None:
    unknown = Counter({Person(WEST, "1", None): 9, Person(WEST, "2", None): 9})
    cells = make_cells(margins(EAST, WEST), people(EAST) + unknown)
    assert cells.warnings == (f"street {WEST}: sex or age band is known of nobody; not calibrated",)
    assert sums_agree(cells)
    assert cells.sex_of(Person(WEST, "1", None)) == ""


def test_a_street_without_margin_is_told() -> None:
    cells = make_cells(margins(EAST), people(EAST) + people(WEST))
    assert cells.warnings == (f"street {WEST}: no margin; its 50 answers keep their share",)


def test_what_is_not_known_of_a_person_has_no_cell() -> None:
    cells = make_cells(margins(EAST), people(EAST))
    assert cells.sex_of(Person(EAST, None, "65+")) == ""
    assert cells.age_of(Person(None, "1", "65+")) == ""
