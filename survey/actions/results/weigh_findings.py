"""What every figure would be without some answers, before anybody decides about them: a first look. Between 4 and 5.

The base weights are not calibrated again; the next computation gives the final figures, with their intervals.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from survey.exchange.plan.planned_indicator import PersonValue
from survey.instrument.text import Text
from survey.response.response import Response, Source


@dataclass(frozen=True)
class Effect:
    """One indicator in one source. Shares and scores as in its rule; None where nobody is in the base."""

    label: Text
    source: Source
    is_score: bool
    n: int
    n_without: int
    everybody: float | None
    without: float | None

    @property
    def touched(self) -> bool:
        """Whether anybody in the base would be left out."""
        return self.n != self.n_without

    @property
    def difference(self) -> float | None:
        return None if self.everybody is None or self.without is None else self.without - self.everybody


def effects_of(
    responses: Sequence[Response],
    indicators: Mapping[str, tuple[Text, bool, PersonValue]],
    left_out: Set[str],
) -> list[Effect]:
    """The effect of leaving out the responses with these ids on every indicator (label, is a score, value of a person).

    Self-selected answers count 1 each, those of a drawn sample their base weight. Sources without answers are missing.
    """
    return [
        Effect(
            label=label,
            source=source,
            is_score=is_score,
            n=len(everybody),
            n_without=len(without),
            everybody=_mean(everybody),
            without=_mean(without),
        )
        for source in Source
        if any(response.source is source for response in responses)
        for label, is_score, value in indicators.values()
        for everybody, without in [_pairs(responses, source, value, left_out)]
    ]


Weighted = list[tuple[float, float]]


def _pairs(
    responses: Iterable[Response], source: Source, value: PersonValue, left_out: Set[str]
) -> tuple[Weighted, Weighted]:
    """Weight and value of all who are in the base, and of those who would stay."""
    everybody, without = [], []
    for response in responses:
        if response.source is not source or (found := value(response)) is None:
            continue
        pair = (1.0 if source is Source.QR else response.base_weight or 1.0, found)
        everybody.append(pair)
        if response.response_id not in left_out:
            without.append(pair)
    return everybody, without


def _mean(pairs: Weighted) -> float | None:
    total = sum(weight for weight, _ in pairs)
    return sum(weight * value for weight, value in pairs) / total if total > 0 else None
