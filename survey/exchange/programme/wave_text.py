"""The text of a wave file: keys in and out, also of a wave that is stored, so that it can be downloaded and copied.

Step 2. Values are text as they would be written in the file; only `analysis` keeps the types of an analysis plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.programme.wave_file import WaveShape, analysis_of
from survey.instrument.text import Text
from survey.instrument.yaml_text import read_yaml_text, write_yaml_text
from survey.programme.indicator import Indicator, Rule
from survey.programme.margin import Margin
from survey.programme.protection import NO_PROTECTION
from survey.programme.quota import OverQuota, Quota
from survey.programme.recording_plan import RecordingPlan
from survey.programme.target import Target
from survey.programme.wave import Wave
from survey.programme.wave_indicator import WaveIndicator

Tree: TypeAlias = dict[str, Any]
_ORDER = [field.alias or name for name, field in WaveShape.model_fields.items()]
# What makes a wave a wave of its own, which a copy does not take over.
OF_ONE_WAVE = ("id", "dates", "margins_date")


@dataclass(frozen=True)
class Difference:
    """One value of a wave file that was changed; "" where it is not there."""

    key: str
    before: str
    after: str


def read_tree(text: str, name: str) -> Tree:
    """The keys of a wave file. Raises `FaultsFoundError` when the text is no YAML of keys and values."""
    try:
        tree = read_yaml_text(text)
        analysis = analysis_of(text) if isinstance(tree, dict) and "analysis" in tree else None
    except (yaml.YAMLError, ValueError) as error:
        raise FaultsFoundError([Fault(name, "file", "YAML in UTF-8", shown(error, 160))]) from error
    if not isinstance(tree, dict):
        raise FaultsFoundError([Fault(name, "file", "keys and values", shown(tree))])
    return tree | ({"analysis": analysis} if analysis else {})


def write_tree(tree: Mapping[str, Any]) -> str:
    """The text of a wave file, keys in the order in which docs/exchange.md explains them; empty ones are left out."""
    known = {key: tree[key] for key in _ORDER if tree.get(key)}
    others = {key: value for key, value in tree.items() if key not in _ORDER}
    return write_yaml_text(known | others)


def tree_of_wave(
    wave: Wave, indicators: Iterable[WaveIndicator], margins: Iterable[Margin], quotas: Iterable[Quota]
) -> Tree:
    """The keys of a stored wave. With a target profile its indicators stay those of the profile."""
    arranged, header = wave.arrangement, wave.header
    usual, layers = vars(NO_PROTECTION), vars(wave.protection)
    tree: Tree = {
        "id": wave.id,
        "name": _labels(wave.name),
        "population": wave.population.value,
        "questionnaire": wave.questionnaire,
        "version": str(wave.version),
        "dates": _dates(wave),
        "areas": list(arranged.areas),
        "ways": [way.value for way in arranged.ways],
        "target_profile": wave.target_profile,
        "indicators": [] if wave.target_profile else [inline_indicator(one) for one in indicators],
        "header": {
            "form_number": header.form_number,
            "authority": header.authority,
            "approved_by": header.approved_by,
            "approval_number": header.approval_number,
            "valid_until": header.valid_until.isoformat(),
        },
        "organiser": {"name": _labels(wave.organiser.name), "phone": wave.organiser.phone},
        "margins": margin_cells(margins),
        "margins_source": arranged.margins_source,
        "margins_date": arranged.margins_date.isoformat() if arranged.margins_date else "",
        "analysis": yaml.safe_load(wave.analysis) if wave.analysis else None,
        "quotas": [_quota(quota) for quota in quotas],
        "over_quota": wave.over_quota.value if wave.over_quota is not OverQuota.COUNT else "",
        "recording": _recording(wave.recording),
        "protection": {name: _plain(value) for name, value in layers.items() if value != usual[name]},
    }
    return {key: value for key, value in tree.items() if value}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every value that two wave files have differently, in the order of the keys.

    >>> differences({"name": {"en": "a"}}, {"name": {"en": "b"}, "version": "1"})
    [Difference(key='name.en', before='a', after='b'), Difference(key='version', before='', after='1')]
    """
    old, new = dict(_leaves("", before)), dict(_leaves("", after))
    keys = dict.fromkeys([*old, *new])
    return [Difference(key, old.get(key, ""), new.get(key, "")) for key in keys if old.get(key, "") != new.get(key, "")]


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), inner)
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for place, inner in enumerate(value):
            yield from _leaves(f"{key}[{place}]", inner)
    else:
        yield key, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def margin_cells(margins: Iterable[Margin]) -> list[dict[str, str]]:
    """The margins as they stand in a file."""
    return [
        {"area": cell.area, "sex": cell.sex, "age_band": cell.age_band, "total": f"{cell.total:.15g}"}
        for cell in margins
    ]


def inline_indicator(frozen: WaveIndicator) -> Tree:
    """An indicator as one of the wave's own, with its target."""
    indicator = frozen.indicator
    written: Tree = {
        "id": indicator.id,
        "label": _labels(indicator.label),
        "rule": indicator.rule.value,
        "items": list(indicator.items),
        "count": [] if indicator.rule is Rule.INDEX else list(indicator.counted_codes),
        "coefficients": _coefficients(indicator),
        "exclude": list(indicator.excluded_codes),
        "parts": [part for part, _ in indicator.parts],
        "dont_know": indicator.dont_know.value,
        "base": _labels(indicator.base),
        "unit_type": _labels(indicator.unit_type),
        "target": target_keys(frozen.target) if frozen.target else None,
    }
    return {key: value for key, value in written.items() if value}


def target_keys(target: Target) -> dict[str, str]:
    written = {"operator": target.operator.value, "value": f"{target.value:.15g}", "source": target.source}
    return {key: value for key, value in written.items() if value}


def _coefficients(indicator: Indicator) -> dict[str, str]:
    if indicator.rule is not Rule.INDEX:
        return {}
    return {code: f"{points:g}" for code, points in indicator.coefficients.items()}


def _quota(quota: Quota) -> Tree:
    written: Tree = {
        "name": quota.name,
        "label": _labels(quota.label),
        "limit": str(quota.limit),
        "sources": list(quota.sources),
        "areas": sorted(quota.areas),
        "relevant": quota.relevant.source if quota.relevant else "",
    }
    return {key: value for key, value in written.items() if value}


def _recording(plan: RecordingPlan) -> dict[str, str]:
    if not plan.kinds:
        return {}
    written = {"position_metres": str(plan.position_metres or ""), "photo": _plain(plan.photo)}
    written |= {"audio": _plain(plan.audio), "keep_days": str(plan.keep_days)}
    return {name: value for name, value in written.items() if value not in {"", "false"}}


def _dates(wave: Wave) -> dict[str, str]:
    days = {"from": wave.arrangement.starts_on, "until": wave.arrangement.ends_on}
    return {key: day.isoformat() for key, day in days.items() if day}


def _labels(text: Text) -> dict[str, str]:
    return {tag: words for tag, words in text.to_mapping().items() if tag in {"zh-Hans", "zh-Hant", "en"}}


def _plain(value: object) -> str:
    return str(value).lower()
