"""Steps 6 to 8: an indicator is what is measured and by which rule; every table prints that rule in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.choice import Choice
from survey.instrument.text import Text


class Rule(StrEnum):
    """How the numerator is made. No single formula makes a satisfaction rate, so each indicator names its own."""

    TOP = "TOP"
    WIDE = "WIDE"
    INDEX = "INDEX"
    MEAN = "MEAN"
    ANY = "ANY"


class Unit(StrEnum):
    """A rate is a share (0 to 1), a score a mean of coefficients (0 to 100). The two are never compared."""

    RATE = "rate"
    SCORE = "score"


class DontKnowPolicy(StrEnum):
    """Whether don't-knows are in the base; `none`: the items have no such answer."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    NONE = "none"


@dataclass(frozen=True)
class Alternative:
    """Another way to count the same answers, shown beside the rule to analysts and never instead of it."""

    label: Text
    rule: Rule
    count: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """One row of the catalogue, one version of it, resolved against the questionnaires that feed it.

    `counted`: choices of the numerator; for INDEX every choice with a coefficient. `excluded`: choices left out of
    the base; `dont_knows`: the don't-know choices, whichever the policy. `parts`: ids and labels that a MEAN is taken
    over. `report_by`: items whose answers make subgroups.
    """

    id: str
    version: int
    label: Text
    rule: Rule
    questionnaires: tuple[str, ...]
    items: tuple[str, ...]
    counted: tuple[Choice, ...]
    excluded: tuple[Choice, ...]
    dont_knows: tuple[Choice, ...]
    parts: tuple[tuple[str, Text], ...]
    dont_know: DontKnowPolicy
    base: Text
    unit_type: Text
    alternatives: tuple[Alternative, ...] = ()
    report_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rule is Rule.MEAN and len(self.parts) < 2:
            raise ValueError(f"indicator {self.id}: MEAN is taken over two indicators or more, found {len(self.parts)}")
        if self.rule is not Rule.MEAN and not (self.items and self.counted):
            raise ValueError(f"indicator {self.id}: {self.rule} needs items and the codes that count")

    @property
    def unit(self) -> Unit:
        return Unit.SCORE if self.rule is Rule.INDEX else Unit.RATE

    @property
    def counted_codes(self) -> tuple[str, ...]:
        return tuple(choice.code for choice in self.counted)

    @property
    def excluded_codes(self) -> tuple[str, ...]:
        return tuple(choice.code for choice in self.excluded)

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Code to coefficient, for INDEX."""
        return {choice.code: choice.coefficient for choice in self.counted if choice.coefficient is not None}

    def rule_in_words(self, language: str) -> str:
        """The sentence that stands under every figure: numerator, base, what became of the don't-knows."""
        words = _NUMERATORS[self.rule].in_language(language)
        numerator = words.format(answers=self._answers(language), base=self.base.in_language(language))
        end = _END.in_language(language)
        return end.join([numerator, *self._base_notes(language)]) + _STOP.in_language(language)

    def _answers(self, language: str) -> str:
        if self.rule is Rule.MEAN:
            return _AND.in_language(language).join(_quoted([label for _, label in self.parts], language))
        labels = _quoted([choice.label for choice in self.counted], language)
        if self.rule is Rule.INDEX:
            labels = [f"{label} {points:g}" for label, points in zip(labels, self.coefficients.values(), strict=True)]
        joint = _OR if self.rule in (Rule.TOP, Rule.WIDE) else _COMMA
        return joint.in_language(language).join(labels)

    def _base_notes(self, language: str) -> list[str]:
        comma = _COMMA.in_language(language)
        excluded = comma.join(_quoted([choice.label for choice in self.excluded], language))
        dont_knows = comma.join(_quoted([choice.label for choice in self.dont_knows], language))
        notes = [_EXCLUDED.in_language(language).format(excluded)] if excluded else []
        if dont_knows or self.dont_know is DontKnowPolicy.NONE:
            notes.append(_DONT_KNOW[self.dont_know].in_language(language).format(dont_knows))
        return notes


def _quoted(labels: Sequence[Text], language: str) -> list[str]:
    return [_QUOTE.in_language(language).format(label.in_language(language)) for label in labels]


_NUMERATORS = {
    Rule.TOP: Text(
        "选{answers}的人占分母的比例，分母为{base}",
        "Share of those who chose {answers}; base: {base}",
        "選{answers}的人占分母的比例，分母為{base}",
    ),
    Rule.WIDE: Text(
        "选{answers}（含中间选项）的人占分母的比例，分母为{base}",
        "Share of those who chose {answers} (the middle answer counts); base: {base}",
        "選{answers}（含中間選項）的人占分母的比例，分母為{base}",
    ),
    Rule.ANY: Text(
        "至少选了一项（{answers}）的人占分母的比例，分母为{base}",
        "Share of those who chose at least one of {answers}; base: {base}",
        "至少選了一項（{answers}）的人占分母的比例，分母為{base}",
    ),
    Rule.INDEX: Text(
        "各答案按系数（{answers}）计分的平均，满分100分，这是得分不是率；计分对象为{base}",
        "Mean of coefficients ({answers}) out of 100, a score and not a rate; base: {base}",
        "各答案按係數（{answers}）計分的平均，滿分100分，這是得分不是率；計分對象為{base}",
    ),
    Rule.MEAN: Text(
        "{answers}的平均，分母为{base}",
        "Mean of {answers}; base: {base}",
        "{answers}的平均，分母為{base}",
    ),
}
_EXCLUDED = Text("{}不计入分母", "{} left out of the base", "{}不計入分母")
_DONT_KNOW = {
    DontKnowPolicy.INCLUDED: Text("{}计入分母", "{} kept in the base", "{}計入分母"),
    DontKnowPolicy.EXCLUDED: Text("{}另报占比", "the share of {} is shown beside", "{}另報占比"),
    DontKnowPolicy.NONE: Text("没有“说不清”类选项", "there is no don't-know answer", "沒有「說不清」類選項"),
}
_QUOTE = Text("“{}”", "“{}”", "「{}」")
_OR = Text("或", " or ", "或")
_AND = Text("和", " and ", "和")
_COMMA = Text("、", ", ", "、")
_END = Text("；", "; ", "；")
_STOP = Text("。", ".", "。")
