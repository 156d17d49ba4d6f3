"""The JSON documents of `/api/v1`: their fields are promises, and the OpenAPI document is made from them."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from survey.actions.programme.list_waves_in_area import WaveSummary
from survey.actions.results.show_results import WaveResults
from survey.instrument.text import Text
from survey.programme.area import Area
from survey.programme.figure import Figure
from survey.programme.wave import OFFICE_TIME, Wave
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Response, Source


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Texts(Document):
    """A text in three languages; an empty one is not translated."""

    zh_hans: str
    zh_hant: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "Texts":
        return cls(zh_hans=text.zh_hans, zh_hant=text.zh_hant, en=text.en)


class Problem(Document):
    """What went wrong (RFC 9457)."""

    title: str
    status: int
    detail: str


class WaveDocument(Document):
    """One round of asking one population with one questionnaire version; the counts are those of the token's area."""

    id: str
    name: Texts
    population: str
    questionnaire: str
    version: int
    status: str
    approval_number: str
    valid_until: date
    opened_at: datetime | None
    closed_at: datetime | None
    drawn_responses: int = Field(description="live responses of the drawn sample")
    self_selected_responses: int = Field(description="live responses through open posters")
    computed_at: datetime | None = Field(description="end of the newest finished analysis")

    @classmethod
    def of(cls, summary: WaveSummary) -> "WaveDocument":
        wave = summary.wave
        return cls(
            **_of_wave(wave),
            drawn_responses=summary.drawn,
            self_selected_responses=summary.self_selected,
            computed_at=summary.computed_at,
        )


class AreaDocument(Document):
    """A node of the area tree; codes follow GB/T 2260 and the 12-digit statistical area code."""

    code: str
    name: Texts
    level: str
    parent: str | None

    @classmethod
    def of(cls, area: Area) -> "AreaDocument":
        return cls(code=area.code, name=Texts.of(area.name), level=area.level.value, parent=area.parent)


class IndicatorDocument(Document):
    """What is measured, its rule in words, and the target that was frozen when the wave opened."""

    id: str
    label: Texts
    rule: str
    rule_in_words: Texts
    unit: Literal["rate", "score"] = Field(description="a rate is in 0..1, a score in 0..100")
    operator: str | None
    target: float | None

    @classmethod
    def of(cls, frozen: WaveIndicator) -> "IndicatorDocument":
        noun, goal = frozen.indicator, frozen.target
        in_words = {key: noun.rule_in_words(tag) for key, tag in _TAGS.items()}
        return cls(
            id=noun.id,
            label=Texts.of(noun.label),
            rule=noun.rule.value,
            rule_in_words=Texts(**in_words),
            unit=noun.unit.value,
            operator=goal.operator.value if goal else None,
            target=goal.value if goal else None,
        )


class Interval(Document):
    method: str
    level: float
    lower: float
    upper: float


class EstimateDocument(Document):
    """The figure of one indicator in one area from one source, unrounded; null where it may not be published."""

    indicator: str
    area: str
    source: Literal["prob", "qr"] = Field(description="prob: drawn sample; qr: self-selected, not for all residents")
    n_base: int
    estimate: float | None
    intervals: list[Interval]
    operator: str | None
    target: float | None
    decision: Literal["met", "not_met", "undetermined", "none"]
    point_meets: bool | None
    n_effective: float | None
    deff: float | None
    dk_share: float | None
    publishable: bool
    flags: list[str]


class EstimateList(Document):
    """Every figure of the newest finished analysis, with the fingerprints of its plan and its data by source."""

    wave: str
    computed_at: datetime | None
    plan_sha256: dict[str, str | None]
    data_sha256: dict[str, str | None]
    indicators: list[IndicatorDocument]
    items: list[EstimateDocument]

    @classmethod
    def of(cls, results: WaveResults) -> "EstimateList":
        return cls(
            wave=results.wave.id,
            computed_at=results.shown.finished_at if results.shown else None,
            plan_sha256={source.value: found.plan_sha256 for source, found in results.evidence.items()},
            data_sha256={source.value: found.data_sha256 for source, found in results.evidence.items()},
            indicators=[IndicatorDocument.of(frozen) for frozen in results.indicators],
            items=[
                _estimate(frozen.indicator.id, area.code, source, figure)
                for frozen in results.indicators
                for area in results.areas
                for source, figure in _figures(results, frozen, area)
            ],
        )


class ResponseDocument(Document):
    """One person's answers: codes by item, a list where several may be chosen; open texts are left out."""

    response_id: str
    version: int
    source: Literal["prob", "qr"]
    mode: str
    language: str
    area: str | None
    poster: str | None
    stratum: str | None
    psu: str | None
    base_weight: float | None
    received_on: date = Field(description="day in the office's time zone")
    answers: dict[str, Any]

    @classmethod
    def of(cls, response: Response, left_out: frozenset[str]) -> "ResponseDocument":
        return cls(
            response_id=response.response_id,
            version=response.version,
            source=response.source.value,
            mode=response.mode.value,
            language=response.language,
            area=response.area,
            poster=response.poster,
            stratum=response.stratum,
            psu=response.psu,
            base_weight=response.base_weight,
            received_on=response.received_at.astimezone(OFFICE_TIME).date(),
            answers={name: answer for name, answer in response.answers.items() if name not in left_out},
        )


class FunnelDocument(Document):
    """What happened at one poster on one day: counts, never people."""

    poster: str
    area: str
    day: date
    scanned: int
    opened: int
    started: int
    sent: int
    flagged: int


class WaveList(Document):
    items: list[WaveDocument]


class AreaList(Document):
    items: list[AreaDocument]


class ResponseList(Document):
    """One page; `next` is the address of the next one, null on the last."""

    items: list[ResponseDocument]
    next: str | None


class FunnelList(Document):
    items: list[FunnelDocument]


_TAGS = {"zh_hans": "zh-Hans", "zh_hant": "zh-Hant", "en": "en"}


def _of_wave(wave: Wave) -> dict[str, Any]:
    return {
        "id": wave.id,
        "name": Texts.of(wave.name),
        "population": wave.population.value,
        "questionnaire": wave.questionnaire,
        "version": wave.version,
        "status": wave.status.value,
        "approval_number": wave.header.approval_number,
        "valid_until": wave.header.valid_until,
        "opened_at": wave.opened_at,
        "closed_at": wave.closed_at,
    }


def _figures(results: WaveResults, frozen: WaveIndicator, area: Area) -> list[tuple[Source, Figure]]:
    pair = results.pair(frozen.indicator.id, area.code)
    return [(source, found) for source, found in ((Source.PROB, pair.prob), (Source.QR, pair.qr)) if found is not None]


def _estimate(indicator: str, area: str, source: Source, figure: Figure) -> EstimateDocument:
    intervals = [
        Interval(method=found.method, level=found.level, lower=found.lower, upper=found.upper)
        for found in figure.limits
    ]
    return EstimateDocument(
        indicator=indicator,
        area=area,
        source=source.value,
        n_base=figure.n,
        estimate=figure.estimate,
        intervals=intervals,
        operator=figure.operator,
        target=figure.target,
        decision=figure.decision.value,
        point_meets=figure.point_meets,
        n_effective=figure.n_effective,
        deff=figure.deff,
        dk_share=figure.dk_share,
        publishable=figure.publishable,
        flags=list(figure.flags),
    )
