"""A wave as a file that an office writes: what is asked of whom, by which indicators it is judged, how it is analysed.

Step 2. The file names a questionnaire version, and either a target profile or its own indicators (docs/exchange.md).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints, model_validator

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_table
from survey.exchange.keyed_file import Shape, fit, read_yaml
from survey.instrument.choice import Choice, Polarity
from survey.instrument.item import Item
from survey.instrument.population import Population
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.programme.indicator import DontKnowPolicy, Indicator, Rule, Unit
from survey.programme.margin import Margin
from survey.programme.protection import NO_PROTECTION, Protection
from survey.programme.quota import OverQuota
from survey.programme.recording_plan import LEAST_METRES, MOST_DAYS, MOST_METRES, NO_RECORDING, RecordingPlan
from survey.programme.target import Operator, Target
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveStatus
from survey.programme.wave_indicator import WaveIndicator
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


class WaveShape(Shape):
    id: WaveId
    name: Labels
    population: Population
    questionnaire: Words
    version: int = Field(ge=1)
    target_profile: str = ""
    indicators: tuple[InlineIndicator, ...] = ()
    header: HeaderShape
    organiser: OrganiserShape
    margins: str | tuple[MarginShape, ...] = ()
    analysis: dict[str, Any] = Field(default_factory=dict)
    quotas: tuple[QuotaShape, ...] = ()
    protection: ProtectionShape = ProtectionShape()
    recording: RecordingShape = RecordingShape()
    over_quota: OverQuota = OverQuota.COUNT

    @model_validator(mode="after")
    def _one_judge(self) -> "WaveShape":
        if bool(self.target_profile) == bool(self.indicators):
            raise ValueError("either target_profile or indicators")
        return self


@dataclass(frozen=True)
class WaveFile:
    """A file that was read; `analysis` is the section's YAML with the types that an analysis plan needs."""

    path: Path
    shape: WaveShape
    analysis: str

    @property
    def name(self) -> str:
        return self.path.name

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
        )


def read_wave_file(path: Path) -> WaveFile:
    """Raises `FaultsFoundError` with every key that does not fit."""
    from analysis.plan_file import PlanLoader

    shape = fit(path.name, read_yaml(path), WaveShape)
    # Read again with a plan's types: there 84000 is a number, and `no` is still a level of an answer.
    typed = yaml.load(path.read_text(encoding="utf-8"), Loader=PlanLoader).get("analysis")  # noqa: S506 - a SafeLoader
    text = yaml.safe_dump(typed, allow_unicode=True, sort_keys=False) if typed else ""
    return WaveFile(path, shape, text)


def margins_of(file: WaveFile, areas: Collection[str]) -> tuple[list[Margin], list[Fault]]:
    """The margins of the file or of the CSV file that it names, and every fault. `areas`: codes of the area tree."""
    written = file.shape.margins
    if not isinstance(written, str):
        cells = [(f"margins[{place}]", file.name, dict(cell)) for place, cell in enumerate(written)]
    else:
        try:
            table = read_table(file.path.parent / written)
        except FaultsFoundError as error:
            return [], list(error.faults)
        lacking = [name for name in ("area", "sex", "age_band", "total") if name not in table.header]
        if lacking:
            expected = f"the columns {', '.join(lacking)}"
            return [], [Fault(table.file, "row 1", expected, ", ".join(table.header))]
        cells = [(f"row {number}", table.file, dict(record)) for number, record in table.records()]
    margins, faults, seen = [], [], set[tuple[str, str, str]]()
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


def indicators_of(file: WaveFile, questionnaire: Questionnaire) -> tuple[list[WaveIndicator], list[Fault]]:
    """The file's own indicators, resolved against the questionnaire, and every fault."""
    written = {one.id: one for one in file.shape.indicators}
    faults, found = [], []
    for place, one in enumerate(file.shape.indicators):
        key = f"indicators[{place}]"
        own = list(_indicator_faults(file, key, one, questionnaire, written))
        if written[one.id] is not one:
            own.append(file.fault(f"{key}.id", "every id once", f"{one.id} again"))
        if not own:
            try:
                found.append(_indicator(one, questionnaire, written))
            except ValueError as error:
                own.append(file.fault(key, "an indicator that can be computed", str(error)))
        faults += own
    return found, faults


def _indicator_faults(
    file: WaveFile,
    key: str,
    one: InlineIndicator,
    questionnaire: Questionnaire,
    written: Mapping[str, InlineIndicator],
) -> Iterator[Fault]:
    for name in one.items:
        if name not in questionnaire or not questionnaire.item(name).is_select:
            yield file.fault(f"{key}.items", f"a question with choices of {questionnaire.name}", name)
    for part in one.parts:
        if part not in written or part == one.id:
            yield file.fault(f"{key}.parts", "the id of another indicator of this file", part)
    items = [questionnaire.item(name) for name in one.items if name in questionnaire]
    codes = {code for item in items for code in item.codes}
    for name, given in (("count", one.count), ("exclude", one.exclude), ("coefficients", tuple(one.coefficients))):
        for code in given:
            if code not in codes:
                yield file.fault(f"{key}.{name}", f"a code of {', '.join(one.items) or 'an item'}", code)
    if one.rule is not Rule.MEAN and not one.items:
        yield file.fault(f"{key}.items", "an item", "nothing")
    if one.rule in (Rule.TOP, Rule.WIDE, Rule.ANY) and not one.count:
        yield file.fault(f"{key}.count", "the codes that count", "nothing")
    if one.rule in (Rule.TOP, Rule.WIDE, Rule.ANY) and len(one.items) > 1:
        yield file.fault(f"{key}.items", f"one item with {one.rule}", ", ".join(one.items))
    if one.rule is Rule.INDEX and not (one.coefficients or any(_coefficients(item) for item in items)):
        yield file.fault(f"{key}.coefficients", "points from 0 to 100 for the codes", "nothing")


def _indicator(
    one: InlineIndicator, questionnaire: Questionnaire, written: Mapping[str, InlineIndicator]
) -> WaveIndicator:
    items = [questionnaire.item(name) for name in one.items]
    never = {Polarity.NOT_APPLICABLE, Polarity.REFUSED}
    if one.dont_know is DontKnowPolicy.EXCLUDED:
        never.add(Polarity.DONT_KNOW)
    excluded = [c for item in items for c in item.choices if c.polarity in never or c.code in one.exclude]
    indicator = Indicator(
        id=one.id,
        version=1,
        label=one.label.text,
        rule=one.rule,
        questionnaires=(questionnaire.name,),
        items=one.items,
        counted=_once(_counted(one, items)),
        excluded=_once(excluded),
        dont_knows=_once(c for item in items for c in item.choices if c.polarity is Polarity.DONT_KNOW),
        parts=tuple((part, written[part].label.text) for part in one.parts),
        dont_know=one.dont_know,
        base=one.base.text,
        unit_type=one.unit_type.text,
    )
    target = None
    if one.target is not None:
        unit: Unit = indicator.unit
        target = Target(one.id, one.target.operator, one.target.value, unit, one.target.source)
    return WaveIndicator(indicator, target)


def _counted(one: InlineIndicator, items: list[Item]) -> Iterator[Choice]:
    for item in items:
        points = one.coefficients or _coefficients(item)
        for choice in item.choices:
            if one.rule is not Rule.INDEX and choice.code in one.count:
                yield choice
            elif one.rule is Rule.INDEX and choice.code in points:
                yield Choice(choice.code, choice.label, choice.polarity, points[choice.code], choice.exclusive)


def _coefficients(item: Item) -> dict[str, float]:
    return {choice.code: choice.coefficient for choice in item.choices if choice.coefficient is not None}


def _once(choices: Iterator[Choice] | list[Choice]) -> tuple[Choice, ...]:
    """Each code once: several items of one indicator share their scale."""
    return tuple({choice.code: choice for choice in choices}.values())
