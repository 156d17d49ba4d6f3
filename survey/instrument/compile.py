"""Step 1: one file of the questionnaires folder becomes a Questionnaire (scales, inclusions, traditional Chinese labels
and operator trees put in), or every fault of it at once, each with file and line.
"""

from collections.abc import Mapping
from pathlib import Path

from survey.instrument.choice import Choice, Scale
from survey.instrument.condition import Condition
from survey.instrument.fault import Fault, FaultsError
from survey.instrument.include import Keys, Library, LocatedSection
from survey.instrument.item import Item, ItemType, MinimumAge
from survey.instrument.load import from_definition, to_definition
from survey.instrument.parse import ConditionSyntaxError, parse_condition
from survey.instrument.questionnaire import ContextValue, Questionnaire, Section
from survey.instrument.references import faults_of_order, faults_of_references
from survey.instrument.shape import (
    ChoiceShape,
    ItemShape,
    QuestionnaireShape,
    ScaleShape,
    SectionShape,
    ShapeT,
    as_text,
    close_match,
    faults_of_languages,
    faults_of_texts,
    fit,
)
from survey.instrument.source import Origin, Source
from survey.instrument.text import LANGUAGES

SCALES = "scales.yaml"


def compile_questionnaire(folder: Path, name: str, version: int) -> Questionnaire:
    """The questionnaire in `folder/name/vVERSION.yaml`, ready to be published. FaultsError: all its faults."""
    questionnaire, faults = compile_file(Library(folder), f"{name}/v{version}.yaml")
    if faults or questionnaire is None:
        raise FaultsError(tuple(faults))
    return questionnaire


def compile_file(library: Library, file: str) -> tuple[Questionnaire | None, list[Fault]]:
    """The questionnaire of one file, or its faults. Faults of scales.yaml are told by compile_scales."""
    if not (library.folder / file).is_file():
        return None, [Fault(file, 1, "file", "a questionnaire", "no file", "write it or take another version")]
    source, faults = library.source(file)
    return (None, faults) if faults else compile_source(library, source)


def compile_source(library: Library, source: Source) -> tuple[Questionnaire | None, list[Fault]]:
    """The questionnaire of data that were read, from a file of the folder or from elsewhere, or its faults."""
    scales, _ = compile_scales(library)
    return _Compilation(library, source, scales).run()


def compile_scales(library: Library) -> tuple[dict[str, Scale], list[Fault]]:
    """All scales of scales.yaml by name, and the faults of that file."""
    source, faults = library.source(SCALES)
    scales: dict[str, Scale] = {}
    for name, data in source.data.items():
        origin = Origin(source, (name,))
        shape, misfits = fit(ScaleShape, data, origin, f"scale {name}")
        faults = faults + misfits + faults_of_texts(data, origin, LANGUAGES)
        if shape:
            choices = tuple(_choice(choice) for choice in shape.choices)
            faults = faults + _faults_of_codes(choices, origin, f"scale {name}")
            scales[name] = Scale(name, as_text(shape.label), choices)
    return scales, faults


class _Compilation:
    """Compiles one file and collects its faults on the way."""

    def __init__(self, library: Library, source: Source, scales: Mapping[str, Scale]) -> None:
        self.library = library
        self.source = source
        self.scales = scales
        self.faults: list[Fault] = []
        self.origins: dict[str, Origin] = {}

    def run(self) -> tuple[Questionnaire | None, list[Fault]]:
        head = self._fit(QuestionnaireShape, self.source.data, Origin(self.source))
        located, faults = self.library.sections(self.source)
        self.faults += faults
        self.origins = {name: Origin(self.source, ("context", name)) for name in (head.context if head else ())}
        sections = tuple(section for section in map(self._section, located) if section)
        if head is None:
            return None, self.faults
        self.faults += faults_of_texts(self.source.data, Origin(self.source), tuple(head.languages))
        self.faults += faults_of_languages(self.source.data, Origin(self.source), tuple(head.languages))
        in_population = self._condition(head.in_population, Origin(self.source), "in_population")
        context = tuple(ContextValue(name, tuple(values)) for name, values in head.context.items())
        items = [item for section in sections for item in section.items]
        self.faults += faults_of_references(items, context, in_population, self.origins, Origin(self.source))
        self.faults += faults_of_order(sections, tuple(head.randomize), self.origins, Origin(self.source))
        if self.faults:
            return None, self.faults
        questionnaire = Questionnaire(
            head.name,
            head.version,
            as_text(head.title),
            head.population,
            sections,
            tuple(head.languages),
            context,
            in_population,
            tuple(head.randomize),
        )
        return from_definition(to_definition(questionnaire)), []

    def _section(self, located: LocatedSection) -> Section | None:
        shape = self._fit(SectionShape, located.keys, located.origin, f"section {located.keys.get('name', '')}")
        items = tuple(item for item in (self._item(keys, origin) for keys, origin in located.items) if item)
        return Section(shape.name, as_text(shape.label), items, shape.audience) if shape else None

    def _item(self, keys: Keys, origin: Origin) -> Item | None:
        name = str(keys.get("name", ""))
        thing = f"item {name}"
        if name in self.origins:
            remedy = "give one of them another name"
            self.faults.append(origin.fault(("name",), thing, "every item name once", "it twice", remedy))
            return None
        self.origins[name] = origin
        shape = self._fit(ItemShape, keys, origin, thing)
        if shape is None:
            return None
        kind, scale = self._type_and_scale(shape, origin)
        choices = (scale.choices if scale else ()) + tuple(_choice(choice) for choice in shape.choices)
        repeated = _faults_of_codes(choices, origin, thing)
        self.faults += repeated
        if kind is None or repeated:
            return None
        try:
            return self._build(shape, kind, scale.name if scale else "", choices, origin)
        except ValueError as error:
            self.faults.append(
                origin.fault(("type",), thing, "an item that makes sense", str(error), "correct the keys")
            )
            return None

    def _type_and_scale(self, shape: ItemShape, origin: Origin) -> tuple[ItemType | None, Scale | None]:
        word, _, scale = shape.type.partition(" ")
        if word not in list(ItemType):
            remedy = close_match(word, [str(kind) for kind in ItemType])
            self.faults.append(origin.fault(("type",), f"item {shape.name}", "an item type", repr(word), remedy))
            return None, None
        if scale and scale not in self.scales:
            remedy = close_match(scale, list(self.scales))
            self.faults.append(
                origin.fault(("type",), f"item {shape.name}", f"a scale of {SCALES}", repr(scale), remedy)
            )
            return None, None
        return ItemType(word), self.scales.get(scale)

    def _build(self, shape: ItemShape, kind: ItemType, scale: str, choices: tuple[Choice, ...], origin: Origin) -> Item:
        thing = f"item {shape.name}"
        return Item(
            name=shape.name,
            type=kind,
            label=as_text(shape.label),
            hint=as_text(shape.hint) if shape.hint else None,
            required=shape.required,
            relevant=self._condition(shape.relevant, origin, "relevant", thing),
            constraint=self._condition(shape.constraint, origin, "constraint", thing),
            constraint_message=as_text(shape.constraint_message) if shape.constraint_message else None,
            choices=choices,
            appearance=shape.appearance,
            maximum_choices=shape.maximum_choices,
            maximum_length=shape.maximum_length,
            scale=scale,
            purpose=shape.purpose,
            indicator=shape.indicator,
            minimum_age=self._minimum_age(shape, origin),
        )

    def _minimum_age(self, shape: ItemShape, origin: Origin) -> MinimumAge | None:
        age = shape.minimum_age
        stop = self._condition(age.stop, origin, "minimum_age", f"item {shape.name}") if age else None
        return MinimumAge(age.years, stop, as_text(age.label)) if age and stop else None

    def _condition(self, source: str | None, origin: Origin, key: str, thing: str = "") -> Condition | None:
        if source is None:
            return None
        try:
            return parse_condition(source)
        except ConditionSyntaxError as error:
            where = f"{thing} {key}, character {error.position}".strip()
            remedy = "write a condition as questionnaires/README.md shows"
            self.faults.append(origin.fault((key,), where, error.expected, error.found, remedy))
            return None

    def _fit(self, shape: type[ShapeT], data: object, origin: Origin, thing: str = "") -> ShapeT | None:
        fitted, faults = fit(shape, data, origin, thing)
        self.faults += faults
        return fitted


def _choice(shape: ChoiceShape) -> Choice:
    return Choice(shape.name, as_text(shape.label), shape.polarity, shape.coefficient, shape.exclusive)


def _faults_of_codes(choices: tuple[Choice, ...], origin: Origin, thing: str) -> list[Fault]:
    codes = [choice.code for choice in choices]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    remedy = "give one of the choices another code"
    return [origin.fault(("choices",), thing, "every code once", f"{code} twice", remedy) for code in twice]
