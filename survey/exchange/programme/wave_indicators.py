"""The section `indicators` of a wave file, resolved against the questionnaire. Step 2."""

from collections.abc import Iterator, Mapping

from survey.exchange.fault import Fault
from survey.exchange.programme.wave_file import InlineIndicator, WaveFile
from survey.instrument.choice import Choice, Polarity
from survey.instrument.item import Item
from survey.instrument.questionnaire import Questionnaire
from survey.programme.indicator import DontKnowPolicy, Indicator, Rule, Unit
from survey.programme.target import Target
from survey.programme.wave_indicator import WaveIndicator


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
