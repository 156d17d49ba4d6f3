"""What a drawn sample and self-selected answers are matched on."""

from collections import Counter

from survey.exchange.plan.calibration_cells import FEWEST, Person
from survey.exchange.plan.matching import MATCH_AGE, MATCH_SEX, MATCH_STREET, make_matching
from survey.programme.margin import AGE_BANDS, SEXES

EAST, WEST, NORTH = "990101001", "990101002", "990101003"


def people(*streets: str, psus: str = "ab", number: int = FEWEST, **bands: int) -> Counter[Person]:
    """`number` people per street, sex, band and PSU; `bands` changes bands, such as b60=0."""
    return +Counter(
        {
            Person(street, sex, band, psu): bands.get(f"b{band[:2]}", number)
            for street in streets
            for sex in SEXES
            for band in AGE_BANDS
            for psu in psus
        }
    )


def test_samples_are_matched_on_sex_age_and_street() -> None:
    found = make_matching(people(EAST, WEST), people(EAST, WEST))
    assert {name: len(set(labels.values())) for name, labels in found.labels.items()} == {
        MATCH_SEX: len(SEXES),
        MATCH_AGE: len(AGE_BANDS),
        MATCH_STREET: 2,
    }


def test_an_age_that_few_volunteers_have_is_joined_with_its_neighbour() -> None:
    found = make_matching(people(EAST), people(EAST, b65=0))
    assert found.label(MATCH_AGE, Person(EAST, "1", "65+")) == "60-64/65+"
    assert found.label(MATCH_AGE, Person(EAST, "1", "60-64")) == "60-64/65+"
    assert MATCH_STREET not in found.labels, "one street says nothing"


def test_streets_are_left_out_when_one_of_them_has_no_volunteer() -> None:
    found = make_matching(people(EAST, WEST), people(EAST))
    assert set(found.labels) == {MATCH_SEX, MATCH_AGE}


def test_volunteers_from_a_street_without_a_drawn_sample_are_not_matched() -> None:
    found = make_matching(people(EAST, WEST), people(EAST, WEST, NORTH))
    assert {found.label(name, Person(NORTH, "1", "16-29")) for name in found.labels} == {""}
    assert found.label(MATCH_SEX, Person(EAST, None, "16-29")) == ""


def test_a_handful_of_volunteers_is_matched_on_nothing() -> None:
    assert make_matching(people(EAST), Counter({Person(EAST, "1", "16-29"): 3})).labels == {}
