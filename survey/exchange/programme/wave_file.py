"""A wave as a file that an office writes: what is asked of whom, by which indicators it is judged, how it is analysed.

Step 2. The file names a questionnaire version, and either a target profile or its own indicators (docs/exchange.md).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_table
from survey.exchange.keyed_file import Shape, fit, read_yaml
from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.instrument.yaml_text import write_yaml_text
from survey.programme.arrangement import Arrangement, Way
from survey.programme.indicator import DontKnowPolicy, Rule
from survey.programme.margin import Margin
from survey.programme.protection import NO_PROTECTION, Protection
from survey.programme.quota import OverQuota
from survey.programme.recording_plan import LEAST_METRES, MOST_DAYS, MOST_METRES, NO_RECORDING, RecordingPlan
from survey.programme.target import Operator
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveStatus
from survey.response.response import Source

Words = Annotated[str, StringConstraints(min_length=1)]
WaveId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,35}$")]
IndicatorId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Points = Annotated[float, Field(ge=0, le=100)]


class Labels(Shape):
    zh_hans: Words = Field(alias="zh-Hans")
    en: str = ""
    zh_hant: str = Field(default="", alias="zh-Hant")

    @property
    def text(self) -> Text:
        return Text(self.zh_hans, self.en, self.zh_hant)


class HeaderShape(Shape):
    form_number: Words
    authority: Words
    approved_by: Words
    approval_number: Words
    valid_until: date


class OrganiserShape(Shape):
    name: Labels
    phone: Words


class TargetShape(Shape):
    operator: Operator
    value: float = Field(gt=0, allow_inf_nan=False)
    source: str = ""


class InlineIndicator(Shape):
    """An indicator of this wave alone, with the keys of indicators.yaml; na and refused are never in the base."""

    id: IndicatorId
    label: Labels
    rule: Rule
    items: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    coefficients: dict[str, Points] = Field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    dont_know: DontKnowPolicy
    base: Labels
    unit_type: Labels = Labels.model_validate({"zh-Hans": "未指定", "en": "not named"})
    target: TargetShape | None = None


class MarginShape(Shape):
    area: Words
    sex: Words
    age_band: Words
    total: float = Field(ge=0, allow_inf_nan=False)


class QuotaShape(Shape):
    """A quota cell: an answer belongs to it when everything that is named here holds."""

    name: IndicatorId
    label: Labels
    limit: int = Field(ge=1)
    sources: tuple[Source, ...] = ()
    areas: tuple[Words, ...] = ()
    relevant: str = ""


class ProtectionShape(Shape):
    """The layers of one person, one voice, with the keys of `Protection`."""

    browser_token: bool = False
    proof_of_work: bool = False
    address_hash: bool = False
    duplicate_score: bool = False
    wechat: bool = False
    many_per_address: int = Field(default=NO_PROTECTION.many_per_address, ge=1)
    keep_days: int = Field(default=NO_PROTECTION.keep_days, ge=1, le=180)


class RecordingShape(Shape):
    """What may be recorded beside a visit, with the keys of `RecordingPlan`; what is left out is not asked for."""

    position_metres: Annotated[int, Field(ge=LEAST_METRES, le=MOST_METRES)] | None = None
    photo: bool = False
    audio: bool = False
    keep_days: int = Field(default=NO_RECORDING.keep_days, ge=1, le=MOST_DAYS)

    @property
    def plan(self) -> RecordingPlan:
        return RecordingPlan(self.position_metres or 0, self.photo, self.audio, self.keep_days)


class OwnTarget(TargetShape):
    """A target of this wave alone, in the place of the one that the target profile has or lacks."""

    indicator: IndicatorId


class DatesShape(Shape):
    """The planned days of fieldwork."""

    starts_on: date | None = Field(default=None, alias="from")
    ends_on: date | None = Field(default=None, alias="until")

    @field_validator("ends_on")
    @classmethod
    def _in_order(cls, ends_on: date | None, read: ValidationInfo) -> date | None:
        starts_on = read.data.get("starts_on")
        if starts_on and ends_on and ends_on < starts_on:
            raise ValueError(f"a day not before {starts_on}")
        return ends_on


class WaveShape(Shape):
    id: WaveId
    name: Labels
    population: Population
    questionnaire: Words
    version: int = Field(ge=1)
    dates: DatesShape = DatesShape()
    areas: tuple[Words, ...] = ()
    ways: tuple[Way, ...] = ()
    target_profile: str = ""
    targets: tuple[OwnTarget, ...] = ()
    indicators: tuple[InlineIndicator, ...] = ()
    header: HeaderShape
    organiser: OrganiserShape
    margins: str | tuple[MarginShape, ...] = ()
    margins_source: str = ""
    margins_date: date | None = None
    analysis: dict[str, Any] = Field(default_factory=dict)
    quotas: tuple[QuotaShape, ...] = ()
    protection: ProtectionShape = ProtectionShape()
    recording: RecordingShape = RecordingShape()
    over_quota: OverQuota = OverQuota.COUNT

    @model_validator(mode="after")
    def _one_judge(self) -> "WaveShape":
        if bool(self.target_profile) == bool(self.indicators):
            raise ValueError("either target_profile or indicators")
        if self.targets and not self.target_profile:
            raise ValueError("targets beside a target_profile; own indicators have theirs")
        return self


@dataclass(frozen=True)
class WaveFile:
    """A file that was read; `analysis` is the section's YAML with the types that an analysis plan needs.

    `folder`: where the files stand that it names.
    """

    name: str
    shape: WaveShape
    analysis: str
    folder: Path = Path()

    def fault(self, key: str, expected: str, found: object) -> Fault:
        return Fault(self.name, key, expected, found if isinstance(found, str) else shown(found))

    def wave(self) -> Wave:
        """The wave as a draft."""
        shape = self.shape
        return Wave(
            id=shape.id,
            name=shape.name.text,
            population=shape.population,
            questionnaire=shape.questionnaire,
            version=shape.version,
            target_profile=shape.target_profile,
            header=StatisticsHeader(**dict(shape.header)),
            organiser=Organiser(shape.organiser.name.text, shape.organiser.phone),
            status=WaveStatus.DRAFT,
            analysis=self.analysis,
            protection=Protection(**dict(shape.protection)),
            recording=shape.recording.plan,
            over_quota=shape.over_quota,
            arrangement=Arrangement(
                starts_on=shape.dates.starts_on,
                ends_on=shape.dates.ends_on,
                areas=shape.areas,
                ways=shape.ways,
                margins_source=shape.margins_source,
                margins_date=shape.margins_date,
            ),
        )


def read_wave_file(path: Path) -> WaveFile:
    """Raises `FaultsFoundError` with every key that does not fit."""
    tree = read_yaml(path)
    return replace(wave_file_of(tree, path.name, analysis_of(path.read_text(encoding="utf-8"))), folder=path.parent)


def wave_file_of(tree: Mapping[str, Any], name: str, analysis: object) -> WaveFile:
    """The file that says what `tree` says; `name` stands in the faults, `analysis`: what `analysis_of` gave.

    Raises `FaultsFoundError` like `read_wave_file`.
    """
    shape = fit(name, tree, WaveShape)
    return WaveFile(name, shape, write_yaml_text(analysis) if analysis else "")


def analysis_of(text: str) -> object:
    """The section `analysis`, with a plan's types: there 84000 is a number, and `no` is still a level of an answer."""
    from analysis.plan_file import PlanLoader

    tree = yaml.load(text, Loader=PlanLoader)  # noqa: S506 - a SafeLoader
    return tree.get("analysis") if isinstance(tree, dict) else None


def margins_of(file: WaveFile, areas: Collection[str]) -> tuple[list[Margin], list[Fault]]:
    """The margins of the file or of the CSV file that it names, and every fault. `areas`: codes of the area tree."""
    written = file.shape.margins
    if isinstance(written, str):
        return margins_of_table(file.folder / written, areas)
    return _margins([(f"margins[{place}]", file.name, dict(cell)) for place, cell in enumerate(written)], areas)


def margins_of_table(path: Path, areas: Collection[str]) -> tuple[list[Margin], list[Fault]]:
    """The margins of a CSV or XLSX file with the columns area, sex, age_band, total, and every fault."""
    try:
        table = read_table(path)
    except FaultsFoundError as error:
        return [], list(error.faults)
    lacking = [name for name in ("area", "sex", "age_band", "total") if name not in table.header]
    if lacking:
        expected = f"the columns {', '.join(lacking)}"
        return [], [Fault(table.file, "row 1", expected, ", ".join(table.header))]
    return _margins([(f"row {number}", table.file, dict(record)) for number, record in table.records()], areas)


def _margins(
    cells: Iterable[tuple[str, str, Mapping[str, Any]]], areas: Collection[str]
) -> tuple[list[Margin], list[Fault]]:
    margins: list[Margin] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str, str]] = set()
    for where, name, cell in cells:
        try:
            margin = Margin(str(cell["area"]), str(cell["sex"]), str(cell["age_band"]), float(str(cell["total"])))
        except ValueError as error:
            faults.append(Fault(name, where, "a cell of the population table", str(error)))
            continue
        key = (margin.area, margin.sex, margin.age_band)
        if margin.area not in areas:
            faults.append(Fault(name, f"{where}, area", "a code of the area tree", shown(margin.area)))
        if key in seen:
            faults.append(Fault(name, where, "every cell once", f"{' '.join(key)} again"))
        seen.add(key)
        margins.append(margin)
    return margins, faults
