"""What a wave's drawn sample and its self-selected answers are matched on: the plan's key `volunteers`. Before step 6.

Sex, age band and street, as far as each level has answers in both samples; thin neighbouring levels are joined as in
`calibration_cells.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from survey.exchange.export.export_columns import Column, ColumnKind
from survey.exchange.plan.calibration_cells import Group, Person, joined
from survey.instrument.text import Text
from survey.programme.margin import AGE_BANDS, SEXES
from survey.response.response import Response

VOLUNTEERS = "volunteers.csv"
MATCH_SEX, MATCH_AGE, MATCH_STREET = "match_sex", "match_age", "match_street"
_LABELS = {
    MATCH_SEX: Text("对照用性别", "sex, to match samples", "對照用性別"),
    MATCH_AGE: Text("对照用年龄段", "age band, to match samples", "對照用年齡段"),
    MATCH_STREET: Text("对照用街道", "street, to match samples", "對照用街道"),
}


@dataclass(frozen=True)
class Matching:
    """By column of the file: the label of every level of a person; `streets`: those with a drawn sample.

    A column with one label says nothing and is not there; somebody without a level, or from a street without a drawn
    sample, has no label and is left out of the matching.
    """

    labels: Mapping[str, Mapping[str, str]]
    streets: frozenset[str | None]

    def columns(self, read: Callable[[Response], Person | None]) -> list[Column]:
        """The columns for both files. `read`: the person who answered, None for somebody outside the population."""

        def column(name: str) -> Column:
            def value(response: Response) -> str:
                person = read(response)
                return self.label(name, person) if person else ""

            return Column(name, _LABELS[name], ColumnKind.TEXT, value)

        return [column(name) for name in self.labels]

    def label(self, name: str, person: Person) -> str:
        if person.street not in self.streets:
            return ""
        level = {MATCH_SEX: person.sex, MATCH_AGE: person.band, MATCH_STREET: person.street}[name]
        return self.labels[name].get(level, "") if level is not None else ""


def make_matching(drawn: Mapping[Person, int], volunteers: Mapping[Person, int]) -> Matching:
    """The columns in which both samples can be matched; without any label when there is nothing to match on."""
    streets = frozenset(person.street for person in drawn)
    both = drawn, {person: number for person, number in volunteers.items() if person.street in streets}
    psus = len({(person.street, person.psu) for person in drawn})
    sexes = joined([_group(sex, lambda person: person.sex, both) for sex in SEXES], psus)
    bands = joined([_group(band, lambda person: person.band, both) for band in AGE_BANDS], psus)
    named = sorted(street for street in streets if street is not None)
    places = [_group(street, lambda person: person.street, both) for street in named]
    # Streets have no order in which neighbours could be joined: all of them stand alone, or none is matched on.
    if not all(place.stands_alone(psus) for place in places):
        places = []
    found = {MATCH_SEX: _labels(sexes, psus), MATCH_AGE: _labels(bands, psus), MATCH_STREET: _labels(places, psus)}
    return Matching({name: labels for name, labels in found.items() if len(set(labels.values())) > 1}, streets)


def _group(
    level: str, read: Callable[[Person], str | None], both: tuple[Mapping[Person, int], Mapping[Person, int]]
) -> Group:
    """A level with the answers of the sample that has fewer of them."""
    found = [{person: n for person, n in people.items() if read(person) == level} for people in both]
    psus = frozenset((person.street, person.psu) for person in found[0])
    return Group((level,), min(sum(people.values()) for people in found), psus, 1.0)


def _labels(groups: Sequence[Group], psus: int) -> dict[str, str]:
    return {level: "/".join(group.levels) for group in groups if group.stands_alone(psus) for level in group.levels}
