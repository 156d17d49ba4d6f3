"""The section `quotas` of a wave file, checked against the questionnaire and the area tree. Step 2."""

from collections.abc import Iterator

from survey.exchange.fault import Fault
from survey.exchange.programme.wave_file import QuotaShape, WaveFile
from survey.instrument.condition import Condition
from survey.instrument.parse import ConditionSyntaxError, parse_condition
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.references import codes_named
from survey.programme.area import AreaTree
from survey.programme.quota import Quota


def quotas_of(file: WaveFile, questionnaire: Questionnaire, areas: AreaTree) -> tuple[list[Quota], list[Fault]]:
    """The quota cells of the file, areas written out to all below them, and every fault."""
    quotas: list[Quota] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, shape in enumerate(file.shape.quotas):
        key = f"quotas[{place}]"
        own = list(_faults(file, key, shape, areas))
        if shape.name in seen:
            own.append(file.fault(f"{key}.name", "every name once", f"{shape.name} again"))
        seen.add(shape.name)
        condition = None
        try:
            condition = parse_condition(shape.relevant) if shape.relevant else None
        except ConditionSyntaxError as error:
            where = f"{key}.relevant, character {error.position}"
            own.append(file.fault(where, error.expected, error.found))
        if condition is not None:
            own += _condition_faults(file, f"{key}.relevant", condition, questionnaire)
        faults += own
        if not own:
            inside = frozenset(one.code for code in shape.areas for one in areas.within(code))
            sources = tuple(source.value for source in shape.sources)
            quotas.append(Quota(shape.name, shape.label.text, shape.limit, sources, inside, condition))
    return quotas, faults


def _faults(file: WaveFile, key: str, shape: QuotaShape, areas: AreaTree) -> Iterator[Fault]:
    for code in shape.areas:
        if code not in areas.by_code:
            yield file.fault(f"{key}.areas", "codes of the area tree", code)


def _condition_faults(file: WaveFile, key: str, condition: Condition, questionnaire: Questionnaire) -> Iterator[Fault]:
    for name in sorted(condition.item_names() - questionnaire.answer_names):
        yield file.fault(key, f"items of {questionnaire.name} that take an answer", name)
    for name, code in codes_named(condition.tree, ""):
        codes = questionnaire.item(name).codes if name in questionnaire else frozenset()
        if codes and code and code not in codes:
            yield file.fault(key, f"a code of {name} ({', '.join(sorted(codes))})", code)
