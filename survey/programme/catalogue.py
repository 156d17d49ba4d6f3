"""Step 1: indicators.yaml becomes the catalogue of indicators, resolved against the questionnaires that feed them.

Every fault is told: an unknown item or code, a numerator that its rule does not mean, a don't-know policy that the
excluded codes contradict, populations that would be pooled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from survey.instrument.choice import Choice, Polarity
from survey.instrument.fault import Fault
from survey.instrument.item import Item
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.shape import Code, Labels, Name, Shape, Words, as_text, close_match, faults_of_texts, fit
from survey.instrument.source import Origin, read_source
from survey.instrument.text import LANGUAGES
from survey.programme.indicator import Alternative, DontKnowPolicy, Indicator, Rule

INDICATORS = "indicators.yaml"
_POLARITIES = {Rule.TOP: (Polarity.POSITIVE,), Rule.WIDE: (Polarity.POSITIVE, Polarity.MIDDLE)}


class AlternativeShape(Shape):
    label: Labels
    rule: Rule
    count: tuple[Code, ...] = ()


class IndicatorShape(Shape):
    version: Annotated[int, Field(ge=1)]
    label: Labels
    questionnaires: Annotated[list[Name], Field(min_length=1)]
    rule: Rule
    items: tuple[Name, ...] = ()
    count: tuple[Code, ...] = ()
    coefficients: dict[Code, Annotated[float, Field(ge=0, le=100)]] = Field(default_factory=dict)
    exclude: tuple[Code, ...] = ()
    parts: tuple[Words, ...] = ()
    dont_know: DontKnowPolicy
    base: Labels
    unit_type: Labels
    alternatives: tuple[AlternativeShape, ...] = ()
    report_by: tuple[Name, ...] = ()


@dataclass(frozen=True)
class _Row:
    """One indicator as written, with its items in every questionnaire that it names."""

    id: str
    shape: IndicatorShape
    origin: Origin
    items: tuple[Item, ...]

    def fault(self, key: str, expected: str, found: str, remedy: str) -> Fault:
        return self.origin.fault((key,), f"indicator {self.id} {key}", expected, found, remedy)

    def codes_of(self, *polarities: Polarity) -> set[str]:
        return {code for item in self.items for code in item.codes_of(*polarities)}


def read_catalogue(folder: Path, questionnaires: list[Questionnaire]) -> tuple[dict[str, Indicator], list[Fault]]:
    """The indicators of `folder/indicators.yaml` by id, and every fault. `questionnaires`: those of the folder.

    An indicator is resolved against the newest version of each questionnaire that it names.
    """
    source, faults = read_source(folder, INDICATORS)
    newest = {one.name: one for one in sorted(questionnaires, key=lambda one: one.version)}
    shapes: dict[str, IndicatorShape] = {}
    for id_, data in source.data.items():
        origin = Origin(source, (id_,))
        shape, misfits = fit(IndicatorShape, data, origin, f"indicator {id_}")
        faults += misfits + faults_of_texts(data, origin, LANGUAGES)
        if shape:
            shapes[id_] = shape
    catalogue: dict[str, Indicator] = {}
    for id_, shape in shapes.items():
        row, misfits = _find_items(id_, shape, Origin(source, (id_,)), newest)
        misfits += _faults_of_parts(row, shapes) if shape.rule is Rule.MEAN else _faults_of_codes(row)
        faults += misfits
        if not misfits:
            catalogue[id_] = _resolve(row, shapes)
    return catalogue, faults + list(_faults_of_items(questionnaires, shapes))


def _find_items(
    id_: str, shape: IndicatorShape, origin: Origin, newest: Mapping[str, Questionnaire]
) -> tuple[_Row, list[Fault]]:
    feeding = [newest[name] for name in shape.questionnaires if name in newest]
    items = tuple(one.item(name) for one in feeding for name in shape.items if name in one)
    row = _Row(id_, shape, origin, items)
    faults = [
        row.fault("questionnaires", "a questionnaire without faults", repr(name), close_match(name, sorted(newest)))
        for name in shape.questionnaires
        if name not in newest
    ]
    for one in feeding:
        names = [item.name for item in one.items]
        missing = [name for name in shape.items if name not in one]
        expected = f"an item of {one.name}"
        faults += [row.fault("items", expected, repr(name), close_match(name, names)) for name in missing]
    if len({one.population for one in feeding}) > 1:
        remedy = "write one indicator for each population"
        faults.append(row.fault("questionnaires", "one population", "several", remedy))
    for name in shape.report_by:
        if feeding and not any(name in one for one in feeding):
            expected = "an item of one of the questionnaires"
            faults.append(row.fault("report_by", expected, repr(name), "correct the name"))
    return row, faults


def _faults_of_parts(row: _Row, shapes: Mapping[str, IndicatorShape]) -> list[Fault]:
    faults = []
    if len(row.shape.parts) < 2:
        faults.append(row.fault("parts", "two indicators or more", str(len(row.shape.parts)), "name them in parts"))
    for part in row.shape.parts:
        if part not in shapes:
            faults.append(row.fault("parts", "an indicator of this file", repr(part), close_match(part, list(shapes))))
        elif not set(row.shape.questionnaires) <= set(shapes[part].questionnaires):
            remedy = "a mean is over people valid in all parts: name questionnaires that feed all of them"
            faults.append(row.fault("parts", f"questionnaires that feed {part}", str(row.shape.questionnaires), remedy))
    return faults


def _faults_of_codes(row: _Row) -> list[Fault]:
    if not row.shape.items:
        return [row.fault("items", "an item or more", "none", "name the items that the indicator is computed from")]
    return [*_unknown_codes(row), *_faults_of_numerator(row), *_faults_of_base(row)]


def _unknown_codes(row: _Row) -> Iterator[Fault]:
    counted = {"count": row.shape.count, "coefficients": list(row.shape.coefficients)}
    counted["alternatives"] = [code for alternative in row.shape.alternatives for code in alternative.count]
    for key, codes in counted.items():
        for item in row.items:
            for code in sorted(set(codes) - item.codes):
                yield row.fault(key, f"a code of item {item.name}", repr(code), close_match(code, sorted(item.codes)))
    anywhere = {code for item in row.items for code in item.codes}
    for code in sorted(set(row.shape.exclude) - anywhere):
        yield row.fault("exclude", "a code of one of the items", repr(code), close_match(code, sorted(anywhere)))


def _faults_of_numerator(row: _Row) -> Iterator[Fault]:
    rule, count = row.shape.rule, set(row.shape.count)
    if rule is Rule.INDEX:
        if count:
            yield row.fault("count", "no count with INDEX", str(sorted(count)), "INDEX counts coefficients")
        return
    if not count:
        yield row.fault("count", "the codes of the numerator", "none", "list the codes that count")
    if row.shape.coefficients:
        yield row.fault("coefficients", f"no coefficients with {rule}", "some", "coefficients belong to INDEX")
    meant = row.codes_of(*_POLARITIES.get(rule, ()))
    if count and meant and count != meant:
        remedy = f"{rule} counts the polarities {', '.join(_POLARITIES[rule])}; change the rule or the codes"
        yield row.fault("count", f"{', '.join(sorted(meant))} with {rule}", ", ".join(sorted(count)), remedy)


def _faults_of_base(row: _Row) -> Iterator[Fault]:
    excluded, policy = set(row.shape.exclude), row.shape.dont_know
    dont_know = row.codes_of(Polarity.DONT_KNOW)
    for code in sorted(row.codes_of(Polarity.NOT_APPLICABLE, Polarity.REFUSED) - excluded):
        yield row.fault("exclude", f"code {code} (not applicable or refused)", "it left in the base", "add it")
    if both := sorted(excluded & set(row.shape.count)):
        yield row.fault("exclude", "no code that counts", ", ".join(both), "take it out of one of the two")
    if (policy is DontKnowPolicy.NONE) == bool(dont_know):
        remedy = "none is for items without a don't-know answer"
        yield row.fault("dont_know", "included or excluded" if dont_know else "none", str(policy), remedy)
    elif dont_know and (policy is DontKnowPolicy.EXCLUDED) != (dont_know <= excluded):
        remedy = "make dont_know and exclude agree"
        yield row.fault("dont_know", f"{policy} to match exclude", f"exclude {sorted(excluded)}", remedy)


def _resolve(row: _Row, shapes: Mapping[str, IndicatorShape]) -> Indicator:
    shape = row.shape
    return Indicator(
        id=row.id,
        version=shape.version,
        label=as_text(shape.label),
        rule=shape.rule,
        questionnaires=tuple(shape.questionnaires),
        items=tuple(shape.items),
        counted=_counted(row),
        excluded=_choices(row.items, shape.exclude),
        dont_knows=_choices(row.items, sorted(row.codes_of(Polarity.DONT_KNOW))),
        parts=tuple((part, as_text(shapes[part].label)) for part in shape.parts),
        dont_know=shape.dont_know,
        base=as_text(shape.base),
        unit_type=as_text(shape.unit_type),
        alternatives=tuple(Alternative(as_text(one.label), one.rule, tuple(one.count)) for one in shape.alternatives),
        report_by=tuple(shape.report_by),
    )


def _counted(row: _Row) -> tuple[Choice, ...]:
    if row.shape.rule is not Rule.INDEX:
        return _choices(row.items[:1], row.shape.count)
    written = row.shape.coefficients
    if written:
        found = _choices(row.items[:1], list(written))
        return tuple(replace(choice, coefficient=written[choice.code]) for choice in found)
    return tuple(choice for choice in row.items[0].choices if choice.coefficient is not None)


def _choices(items: tuple[Item, ...], codes: Sequence[str]) -> tuple[Choice, ...]:
    """The choices with these codes, in the order of the codes; each wording once (for "not applicable")."""
    offered = [choice for item in items for choice in item.choices]
    return tuple({(code, one.label): one for code in codes for one in offered if one.code == code}.values())


def _faults_of_items(questionnaires: list[Questionnaire], shapes: Mapping[str, IndicatorShape]) -> Iterator[Fault]:
    """An item that says which indicator it feeds must be named by that indicator."""
    for one in questionnaires:
        for item in one.items:
            shape = shapes.get(item.indicator)
            if item.indicator and not (shape and item.name in shape.items and one.name in shape.questionnaires):
                file, thing = f"{one.name}/v{one.version}.yaml", f"item {item.name} indicator"
                remedy = f"correct the item or add it to {INDICATORS}"
                yield Fault(file, 1, thing, "an indicator that names item and questionnaire", item.indicator, remedy)
