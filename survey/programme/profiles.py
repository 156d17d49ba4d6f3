"""Step 1: targets/*.yaml become target profiles, one for each plan; every fault of the files is told."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from survey.instrument.fault import Fault
from survey.instrument.shape import Labels, Shape, Words, as_text, close_match, faults_of_texts, fit
from survey.instrument.source import Origin, read_source
from survey.instrument.text import LANGUAGES
from survey.programme.indicator import Indicator, Unit
from survey.programme.target import Operator, Target, TargetProfile

TARGETS = "targets"


class TargetShape(Shape):
    indicator: Words
    operator: Operator
    value: float = Field(gt=0, allow_inf_nan=False)
    unit: Unit
    source: str = ""


class ProfileShape(Shape):
    plan: Words
    title: Labels
    source: Words
    targets: tuple[TargetShape, ...] = ()
    without_value: tuple[Words, ...] = ()


def read_profiles(folder: Path, catalogue: Mapping[str, Indicator]) -> tuple[dict[str, TargetProfile], list[Fault]]:
    """The profiles of `folder/targets/` by name, and every fault. `catalogue`: the indicators by id."""
    profiles: dict[str, TargetProfile] = {}
    faults: list[Fault] = []
    for path in sorted((folder / TARGETS).glob("*.yaml")):
        source, misfits = read_source(folder, f"{TARGETS}/{path.name}")
        origin = Origin(source)
        shape = None
        if not misfits:
            shape, misfits = fit(ProfileShape, source.data, origin)
            misfits = misfits + faults_of_texts(source.data, origin, LANGUAGES)
        if shape:
            misfits = misfits + _faults(shape, origin, path.stem, catalogue)
        faults += misfits
        if shape and not misfits:
            profiles[shape.plan] = _profile(shape)
    return profiles, faults


def _profile(shape: ProfileShape) -> TargetProfile:
    targets = tuple(Target(one.indicator, one.operator, one.value, one.unit, one.source) for one in shape.targets)
    return TargetProfile(shape.plan, as_text(shape.title), shape.source, targets, tuple(shape.without_value))


def _faults(shape: ProfileShape, origin: Origin, stem: str, catalogue: Mapping[str, Indicator]) -> list[Fault]:
    faults = []
    if shape.plan != stem:
        faults.append(origin.fault(("plan",), "plan", f"the file's name {stem}", shape.plan, "make the two agree"))
    seen: set[str] = set()
    named = [(("targets", place), one.indicator) for place, one in enumerate(shape.targets)]
    named += [(("without_value", place), id_) for place, id_ in enumerate(shape.without_value)]
    for where, id_ in named:
        if id_ not in catalogue:
            remedy = close_match(id_, list(catalogue))
            faults.append(origin.fault(where, "target", "an indicator of indicators.yaml", repr(id_), remedy))
        if id_ in seen:
            faults.append(origin.fault(where, f"target of {id_}", "every indicator once", "it twice", "remove one"))
        seen.add(id_)
    for place, one in enumerate(shape.targets):
        faults += _faults_of_value(one, origin, place, catalogue)
    return faults


def _faults_of_value(
    target: TargetShape, origin: Origin, place: int, catalogue: Mapping[str, Indicator]
) -> list[Fault]:
    thing, where = f"target of {target.indicator}", ("targets", place, "value")
    highest = 1 if target.unit is Unit.RATE else 100
    faults = []
    if target.value > highest:
        remedy = "write 80 % as 0.80; only a score runs to 100"
        faults.append(origin.fault(where, thing, f"a {target.unit} up to {highest}", f"{target.value:g}", remedy))
    indicator = catalogue.get(target.indicator)
    if indicator and indicator.unit is not target.unit:
        remedy = "a score is never compared as a rate"
        expected = f"unit {indicator.unit}, as its rule {indicator.rule} makes"
        faults.append(origin.fault(("targets", place, "unit"), thing, expected, str(target.unit), remedy))
    return faults
