"""What every figure would be without some answers, before anybody decides about them: a first look. Between 4 and 5.

The base weights are not calibrated again; the next computation gives the final figures, with their intervals.
"""

from collections.abc import Iterable, Mapping, Set
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
    responses: Iterable[Response],
    indicators: Mapping[str, tuple[Text, bool, PersonValue]],
    left_out: Set[str],
) -> list[Effect]:
    """The effect of leaving out the responses with these ids on every indicator (label, is a score, value of a person).

    Self-selected answers count 1 each, those of a drawn sample their base weight. Sources without answers are missing.
    The responses are gone through once; only sums are kept of them.
    """
    seen: set[Source] = set()
    everybody = {(source, name): _Mean() for source in Source for name in indicators}
    without = {key: _Mean() for key in everybody}
    for response in responses:
        source, stays = response.source, response.response_id not in left_out
        seen.add(source)
        weight = 1.0 if source is Source.QR else response.base_weight or 1.0
        for name, (_, _, value) in indicators.items():
            if (found := value(response)) is not None:
                everybody[source, name].add(weight, found)
                if stays:
                    without[source, name].add(weight, found)
    return [
        Effect(
            label=label,
            source=source,
            is_score=is_score,
            n=everybody[source, name].n,
            n_without=without[source, name].n,
            everybody=everybody[source, name].value,
            without=without[source, name].value,
        )
        for source in Source
        if source in seen
        for name, (label, is_score, _) in indicators.items()
    ]


@dataclass
class _Mean:
    """A weighted mean that grows; `value` is None while nobody has a weight."""

    n: int = 0
    weights: float = 0.0
    weighted: float = 0.0

    def add(self, weight: float, value: float) -> None:
        self.n += 1
        self.weights += weight
        self.weighted += weight * value

    @property
    def value(self) -> float | None:
        return self.weighted / self.weights if self.weights > 0 else None
