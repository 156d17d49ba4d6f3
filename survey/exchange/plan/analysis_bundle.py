"""The folder that a wave is analysed from: responses, codebook, margins, plan. Step 5; anybody can recompute from it.

One folder per source: a drawn sample and self-selected answers are never pooled; to compare them, the folder of the
drawn sample holds the others in a file of their own. Open texts are left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey.exchange.export.codebook import write_codebook
from survey.exchange.export.csv_file import write_csv, write_table
from survey.exchange.export.export_columns import Column, ColumnKind, export_columns, population_reader
from survey.exchange.export.pseudonyms import Pseudonyms
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.plan.analysis_plan import (
    AGE_MARGIN,
    PLANNED_ANSWERS,
    RESPONSES,
    SEX_MARGIN,
    derived_plan,
    plan_text,
    replaced_sections,
)
from survey.exchange.plan.calibration_cells import CalibrationCells, Person, make_cells
from survey.exchange.plan.matching import VOLUNTEERS, Matching, make_matching
from survey.exchange.plan.person_reader import PersonReader
from survey.exchange.plan.planned_indicator import IndicatorNotComputedError, PlannedIndicator, plan_indicator
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.instrument.item import ItemType
from survey.instrument.text import Text
from survey.programme.quota import OverQuota
from survey.programme.wave import WaveStatus
from survey.response.response import Response, Source, officials_present

PLAN = "plan.yaml"
CODEBOOK = "codebook.csv"
MARKS = ("for_review", "over_quota", "flagged", "watched")  # columns of 0 and 1; both sides get estimates
SHARES = ("share", "any")  # rules that make a rate, which two samples can be compared on
_LEFT_OUT = ("interviewer", "started_at")


@dataclass
class Tally:
    """What a first look at the responses of one source finds; `in_base`: answers in each indicator's base."""

    rows: int = 0
    outside: int = 0
    without_weight: int = 0
    for_review: int = 0
    over_quota: int = 0
    flagged: int = 0
    watched: int = 0
    psus: set[tuple[str | None, str | None]] = field(default_factory=set)
    people: Counter[Person] = field(default_factory=Counter)
    in_base: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Bundle:
    """What was written: the text of the plan, numbers of rows, and what a reader of the figures must know."""

    folder: Path
    plan: str
    rows: int
    outside: int
    warnings: tuple[str, ...]


class BundleWriter:
    """Writes the folder of one source of a wave: first `look` at the responses, then `write` them.

    `pseudonyms`: for a folder that leaves the office, with fewer columns and renamed sampling units. `further`: columns
    beside those of the questionnaire, such as what open texts are about.
    """

    def __init__(
        self,
        definition: WaveDefinition,
        source: Source,
        pseudonyms: Pseudonyms | None = None,
        further: Sequence[Column] = (),
    ) -> None:
        self.definition = definition
        self.pseudonyms = pseudonyms
        self.further = further
        self.source = source
        self.warnings: list[str] = []
        self.tally = Tally()
        self._volunteers: Counter[Person] = Counter()
        self.replaced = replaced_sections(definition.wave.analysis, definition.wave.id)
        self.columns = export_columns(definition.questionnaire, definition.areas)
        self.indicators = self._planned()
        self._belongs = population_reader(definition.questionnaire)
        self._person = PersonReader(definition.questionnaire, self.columns)

    def look(self, responses: Iterable[Response]) -> Tally:
        tally = self.tally
        for response in responses:
            tally.over_quota += response.over_quota
            if not self._counts(response):
                continue
            tally.rows += 1
            tally.without_weight += response.base_weight is None
            tally.for_review += response.suspicion.for_review
            tally.flagged += response.response_id in self.definition.flagged
            tally.watched += bool(officials_present(response))
            tally.psus.add((response.stratum, response.psu))
            if not self._belongs(response):
                tally.outside += 1
                continue
            tally.people[self._person.read(response)] += 1
            tally.in_base.update(
                planned.entry["id"] for planned in self.indicators if planned.value(response) is not None
            )
        return tally

    def look_at_volunteers(self, responses: Iterable[Response]) -> None:
        """Self-selected answers that the drawn sample is to be compared with; `write` then takes them as well."""
        for response in responses:
            if self._counts(response) and self._belongs(response):
                self._volunteers[self._person.read(response)] += 1

    def write(self, folder: Path, responses: Iterable[Response], volunteers: Iterable[Response] = ()) -> Bundle:
        """Write the folder. Raises `FaultsFoundError` when no indicator can be computed or a base weight is missing."""
        self._tell_over_quota()
        answered = [planned for planned in self.indicators if self.tally.in_base[planned.entry["id"]]]
        for planned in self.indicators:
            if planned not in answered:
                self.warnings.append(f"indicator {planned.entry['id']}: nobody in its base; left out")
        self._refuse_what_cannot_be_computed(answered)
        cells = self._cells()
        matching = self._matching([planned.entry for planned in answered])
        plan = derived_plan(
            drawn=self.source is Source.PROB,
            psus=len(self.tally.psus),
            rows=self.tally.rows,
            has_population=self.definition.questionnaire.in_population is not None,
            cells=cells,
            indicators=[planned.entry for planned in answered],
            replaced=self.replaced,
            marks=self._marks(),
            fraction=self._fraction(),
            volunteers={"file": VOLUNTEERS, "match": list(matching.labels)} if matching else None,
        )
        columns = [
            *self._exported(),
            *self._mark_columns(),
            *(planned.column for planned in answered if planned.column),
            *self.further,
        ]
        folder.mkdir(parents=True, exist_ok=True)
        if cells is not None:
            columns += self._margin_columns(cells)
            _write_margin(folder / SEX_MARGIN, "margin_sex", cells.sex.totals)
            _write_margin(folder / AGE_MARGIN, "margin_age", cells.age.totals)
        if matching is not None:
            columns += matching.columns(self._member)
            write_csv(folder / VOLUNTEERS, columns, filter(self._counts, volunteers), bom=False)
        write_csv(folder / RESPONSES, columns, filter(self._counts, responses), bom=False)
        write_codebook(folder / CODEBOOK, columns)
        text = plan_text(plan, self._heading())
        (folder / PLAN).write_text(text, encoding="utf-8")
        return Bundle(folder, text, self.tally.rows, self.tally.outside, tuple(self.warnings))

    def _counts(self, response: Response) -> bool:
        """Whether the wave's rule lets the answer into the estimates."""
        return not response.over_quota or self.definition.wave.over_quota is OverQuota.COUNT

    def _marks(self) -> list[str]:
        """The marks that stand in the data: figures with and without them can be compared."""
        left_out = {"over_quota"} if self.definition.wave.over_quota is OverQuota.LEAVE_OUT else set()
        return [name for name in MARKS if getattr(self.tally, name) and name not in left_out]

    def _tell_over_quota(self) -> None:
        if self.tally.over_quota:
            rule = self.definition.wave.over_quota
            done = "they count in the estimates" if rule is OverQuota.COUNT else "they are left out of the estimates"
            self.warnings.append(f"over quota: {self.tally.over_quota} answers came when their cell was full; {done}")

    def _fraction(self) -> float | None:
        """The part of the planned answers that is in, while the wave takes answers; None for a closed one."""
        if self.definition.wave.status is WaveStatus.CLOSED:
            return None
        return max(round(self.tally.rows / (self.definition.cases or PLANNED_ANSWERS), 4), 0.0001)

    def _planned(self) -> list[PlannedIndicator]:
        definition = self.definition
        others = {frozen.indicator.id: frozen.indicator for frozen in definition.indicators}
        planned = []
        for frozen in definition.indicators:
            try:
                drawn = self.source is Source.PROB
                planned.append(plan_indicator(frozen, others, definition.questionnaire, with_target=drawn))
            except IndicatorNotComputedError as error:
                self.warnings.append(f"{error}; left out")
        return planned

    def _refuse_what_cannot_be_computed(self, answered: Sequence[PlannedIndicator]) -> None:
        wave, tally = self.definition.wave.id, self.tally
        if not answered:
            expected = f"an indicator with answers among {tally.rows} responses"
            raise FaultsFoundError([Fault(f"wave {wave}", f"source {self.source.value}", expected, "none")])
        if self.source is Source.PROB and "design" not in self.replaced and tally.without_weight:
            expected = "a base weight for every response of a drawn sample"
            found = f"{tally.without_weight} of {tally.rows} without"
            raise FaultsFoundError([Fault(f"wave {wave}", "base_weight", expected, found)])

    def _cells(self) -> CalibrationCells | None:
        """None when the wave says itself how to calibrate, or nothing is known to calibrate to."""
        if "calibration" in self.replaced:
            return None
        reason = self._person.reason
        if not self.definition.margins:
            reason = "the wave has no population margins"
        if reason:
            self.warnings.append(f"not calibrated: {reason}")
            return None
        cells = make_cells(self.definition.margins, self.tally.people)
        self.warnings += cells.warnings
        return cells if cells.sex.totals else None

    def _matching(self, entries: Sequence[Mapping[str, Any]]) -> Matching | None:
        """None without volunteers, without a rate to compare, or with nothing to match on."""
        if not self._volunteers or not any(entry["rule"] in SHARES for entry in entries):
            return None
        matching = make_matching(self.tally.people, self._volunteers)
        if matching.labels:
            return matching
        self.warnings.append(f"not compared with the {self._volunteers.total()} volunteers: too few in common to match")
        return None

    def _member(self, response: Response) -> Person | None:
        return self._person.read(response) if self._belongs(response) else None

    def _exported(self) -> list[Column]:
        if self.pseudonyms is not None:
            return self.pseudonyms.applied_to(self.columns)
        texts = {ItemType.TEXT}
        return [
            column
            for column in self.columns
            if column.name not in _LEFT_OUT and not (column.item and column.item.type in texts)
        ]

    def _mark_columns(self) -> list[Column]:
        """What a check found and who was present, as far as anybody is concerned: both get estimates of their own."""
        doubted = Text("核查有疑点", "doubted by the check", "核查有疑點")
        watched = Text("有工作人员在场", "officials present", "有工作人員在場")
        flagged = self.definition.flagged
        columns = [
            Column("flagged", doubted, ColumnKind.NUMBER, lambda r: int(r.response_id in flagged)),
            Column("watched", watched, ColumnKind.NUMBER, lambda r: int(bool(officials_present(r)))),
        ]
        return [column for column in columns if getattr(self.tally, column.name)]

    def _margin_columns(self, cells: CalibrationCells) -> list[Column]:
        def sex(response: Response) -> str:
            person = self._person.read(response)
            return cells.sex.label(person.street, person.sex, response.response_id) if self._belongs(response) else ""

        def age(response: Response) -> str:
            person = self._person.read(response)
            return cells.age.label(person.street, person.band, response.response_id) if self._belongs(response) else ""

        return [
            Column("margin_sex", Text("街道与性别", "street and sex", "街道與性別"), ColumnKind.TEXT, sex),
            Column("margin_age", Text("街道与年龄段", "street and age band", "街道與年齡段"), ColumnKind.TEXT, age),
        ]

    def _heading(self) -> list[str]:
        wave = self.definition.wave
        lines = [f"Wave {wave.id}, {wave.questionnaire} v{wave.version}, source {self.source.value}"]
        if self.source is Source.QR:
            lines.append("自愿扫码，不代表全体居民 (self-selected: no design, no target)")
        lines += [f"{self.tally.rows} responses, {self.tally.outside} of them from outside the population"]
        return [*lines, *self.warnings, "Run it with: python -m analysis run plan.yaml --out DIR"]


def _write_margin(path: Path, name: str, totals: Mapping[str, float]) -> None:
    write_table(path, (name, "total"), sorted(totals.items()), bom=False)
