"""Who answered, as far as calibration and matching look at it: street, sex and age band of a response. Step 5."""

from collections.abc import Sequence

from survey.exchange.export.export_columns import Column
from survey.exchange.plan.calibration_cells import Person, band_of_label
from survey.instrument.item import Purpose
from survey.instrument.questionnaire import Questionnaire
from survey.programme.margin import SEXES
from survey.response.response import Response


class PersonReader:
    """Reads street, sex and age band of a response; `reason` says why that cannot be known from the questionnaire."""

    def __init__(self, questionnaire: Questionnaire, columns: Sequence[Column]) -> None:
        self._street = next(column.read for column in columns if column.name == "street")
        self._sex = questionnaire.item_for(Purpose.SEX)
        self._age = questionnaire.item_for(Purpose.AGE)
        ages = self._age.choices if self._age else ()
        self._bands = {choice.code: band_of_label(choice.label.zh_hans) for choice in ages}
        self.reason = self._missing_part()

    def read(self, response: Response) -> Person:
        street = self._street(response)
        sex = response.answers.get(self._sex.name) if self._sex else None
        age = response.answers.get(self._age.name) if self._age else None
        return Person(
            street if isinstance(street, str) else None,
            sex if isinstance(sex, str) and sex in SEXES else None,
            self._bands.get(age) if isinstance(age, str) else None,
            response.psu,
        )

    def _missing_part(self) -> str:
        if self._sex is None or self._age is None:
            return "the questionnaire has no item with the purpose sex, or none with the purpose age"
        if not set(SEXES) <= self._sex.codes:
            return f"item {self._sex.name} has not the codes {' and '.join(SEXES)} (GB/T 2261.1)"
        if not any(self._bands.values()):
            return f"no choice of item {self._age.name} lies in an age band of the margins"
        return ""
