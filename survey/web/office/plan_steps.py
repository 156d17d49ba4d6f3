"""The forms of a wave in preparation: what each page sends as keys of the wave file, and what it shows of them."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.instrument.traditional import to_traditional
from survey.programme.protection import NO_PROTECTION
from survey.programme.quota import OverQuota
from survey.programme.recording_plan import NO_RECORDING
from survey.web.office.plan_words import Step

Form = MultiDict[str, str]
Changes = dict[str, Any]
LAYERS = ("browser_token", "proof_of_work", "address_hash", "duplicate_score", "wechat")
RECORDED = ("photo", "audio")
HEADER = ("form_number", "authority", "approved_by", "approval_number", "valid_until")


def labels(chinese: str, english: str) -> dict[str, str]:
    """A text as it stands in a wave file; traditional Chinese follows from simplified."""
    written = {"zh-Hans": chinese, "en": english, "zh-Hant": to_traditional(chinese) if chinese else ""}
    return _filled(written)


def read_basics(form: Form) -> Changes:
    name = labels(_text(form, "name"), _text(form, "name_en"))
    organiser = {"name": labels(_text(form, "organiser"), _text(form, "organiser_en")), "phone": _text(form, "phone")}
    return {
        "name": name,
        "dates": _filled({"from": _text(form, "from"), "until": _text(form, "until")}),
        "organiser": _filled(organiser),
    }


def read_population(form: Form) -> Changes:
    return {"population": _text(form, "population"), "areas": sorted(set(form.getlist("areas")))}


def read_questionnaire(form: Form) -> Changes:
    name, _, version = _text(form, "questionnaire").partition("@")
    return {"questionnaire": name, "version": version}


def read_header(form: Form) -> Changes:
    return {"header": _filled({name: _text(form, name) for name in HEADER})}


def read_ways(form: Form) -> Changes:
    return {"ways": form.getlist("ways")}


def read_indicators(form: Form) -> Changes:
    """A plan's targets, with the wave's own in their place; rates are typed as percentages."""
    ids = [name.removeprefix("value_") for name in form if name.startswith("value_") and form[name].strip()]
    targets = [
        _filled(
            {
                "indicator": id_,
                "operator": form.get(f"operator_{id_}", ""),
                "value": fraction(_text(form, f"value_{id_}"), form.get(f"unit_{id_}", "rate")),
                "source": _text(form, f"source_{id_}"),
            }
        )
        for id_ in ids
    ]
    return {"target_profile": _text(form, "target_profile"), "targets": targets}


def read_margins(form: Form) -> Changes:
    return {"margins_source": _text(form, "margins_source"), "margins_date": _text(form, "margins_date")}


def read_quota(form: Form, number: int) -> dict[str, Any]:
    """One cell; `number`: of the cells that were ever made, for its name."""
    item, _, code = _text(form, "answer").partition("=")
    return _filled(
        {
            "name": f"q{number}",
            "label": labels(_text(form, "label"), _text(form, "label_en")),
            "limit": _text(form, "limit"),
            "sources": [form["source"]] if form.get("source") else [],
            "areas": [form["area"]] if form.get("area") else [],
            "relevant": f"${{{item}}} = '{code}'" if code else "",
        }
    )


def read_recording(form: Form) -> Changes:
    """What is asked for at the door; without any of it nothing stands in the file."""
    asked = {name: "true" for name in RECORDED if form.get(name)}
    metres = _text(form, "position_metres")
    days = {"keep_days": _text(form, "recording_days")} if asked or metres else {}
    return {"recording": _filled({"position_metres": metres, **asked, **days})}


def read_protection(form: Form) -> Changes:
    layers = {name: "true" for name in LAYERS if form.get(name)}
    usual = {"many_per_address": str(NO_PROTECTION.many_per_address), "keep_days": str(NO_PROTECTION.keep_days)}
    numbers = {name: _text(form, name) for name, value in usual.items() if _text(form, name) not in {"", value}}
    return {"protection": layers | numbers}


READERS: Mapping[Step, Callable[[Form], Changes]] = {
    Step.BASICS: read_basics,
    Step.POPULATION: read_population,
    Step.QUESTIONNAIRE: read_questionnaire,
    Step.HEADER: read_header,
    Step.WAYS: read_ways,
    Step.INDICATORS: read_indicators,
    Step.MARGINS: read_margins,
    Step.RECORDING: read_recording,
    Step.PROTECTION: read_protection,
}


def shown_values(tree: Mapping[str, Any]) -> Form:
    """The fields of all pages as they are filled in from the wave file."""
    name, organiser, dates = tree.get("name", {}), tree.get("organiser", {}), tree.get("dates", {})
    called, version = organiser.get("name", {}), tree.get("version", "")
    protection, recording = tree.get("protection", {}), tree.get("recording", {})
    shown: Form = MultiDict(
        {
            "name": name.get("zh-Hans", ""),
            "name_en": name.get("en", ""),
            "from": dates.get("from", ""),
            "until": dates.get("until", ""),
            "organiser": called.get("zh-Hans", ""),
            "organiser_en": called.get("en", ""),
            "phone": organiser.get("phone", ""),
            "population": tree.get("population", ""),
            "questionnaire": f"{tree.get('questionnaire', '')}@{version}" if version else "",
            "target_profile": tree.get("target_profile", ""),
            "margins_source": tree.get("margins_source", ""),
            "margins_date": tree.get("margins_date", ""),
            "over_quota": tree.get("over_quota", OverQuota.COUNT.value),
            "position_metres": recording.get("position_metres", ""),
            "recording_days": str(recording.get("keep_days", NO_RECORDING.keep_days)),
            **{key: "1" for key in RECORDED if str(recording.get(key, "")).lower() == "true"},
            "many_per_address": str(protection.get("many_per_address", NO_PROTECTION.many_per_address)),
            "keep_days": str(protection.get("keep_days", NO_PROTECTION.keep_days)),
            **{key: str(tree.get("header", {}).get(key, "")) for key in HEADER},
            **{key: "1" for key in LAYERS if str(protection.get(key, "")).lower() == "true"},
        }
    )
    shown.setlist("areas", list(tree.get("areas", [])))
    shown.setlist("ways", list(tree.get("ways", [])))
    for target in tree.get("targets", []):
        id_, value = str(target["indicator"]), str(target["value"])
        shown[f"operator_{id_}"] = str(target["operator"])
        shown[f"value_{id_}"] = value if float(value) > 1 else f"{float(value) * 100:.10g}"
        shown[f"source_{id_}"] = str(target.get("source", ""))
    return shown


def quota_keys(tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(tree.get("quotas", []))


def fraction(typed: str, unit: str) -> str:
    """80 typed as a percentage is 0.8 in the file; what is no number stays, to be told as a fault."""
    try:
        number = float(typed.replace("%", "").replace("％", "").strip())
    except ValueError:
        return typed
    return f"{number / 100:.10g}" if unit == "rate" else f"{number:.10g}"


def _text(form: Form, name: str) -> str:
    return form.get(name, "").strip()


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
