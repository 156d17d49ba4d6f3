"""Indicators that a wave brings itself: made from one question, or taken from the catalogue to be changed."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.programme.plan_wave import save_plan
from survey.actions.programme.show_plan import ShownPlan
from survey.exchange.fault import FaultsFoundError
from survey.exchange.programme.wave_text import inline_indicator
from survey.instrument.choice import Polarity
from survey.instrument.item import Item
from survey.programme.indicator import DontKnowPolicy, Rule
from survey.programme.target import Operator
from survey.programme.wave_version import PlanChangedError
from survey.web.i18n import current_time, gettext
from survey.web.office.plan_steps import Changes, fraction, labels
from survey.web.office.plan_words import Step, faults_as_gaps
from survey.web.office.plans import found_plan, frame, only_for_the_whole
from survey.web.security import signed_in_account
from survey.web.services import services

RULES = (Rule.TOP, Rule.WIDE, Rule.ANY, Rule.INDEX)
_COUNTED = {Rule.TOP: {Polarity.POSITIVE}, Rule.WIDE: {Polarity.POSITIVE, Polarity.MIDDLE}}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/own-indicator", "own_indicator", own_indicator, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/own-indicators", "change_own", change_own, methods=["POST"])


def own_indicator(wave_id: str) -> ResponseReturnValue:
    """Choose a question and a rule (GET, in the address); then answers, base, don't-knows and target (POST)."""
    only_for_the_whole()
    shown = found_plan(wave_id)
    if shown.questionnaire is None:
        return redirect(url_for("plans.step", wave_id=wave_id, step=Step.QUESTIONNAIRE), 303)
    item, rule = _chosen(shown)
    if request.method == "GET":
        return _page(shown, item, rule)
    if item is None:
        abort(400)
    own = list(shown.tree.get("indicators", []))
    own.append(_written(item, rule, own))
    try:
        _save(shown, {"indicators": own, "target_profile": "", "targets": []})
    except FaultsFoundError as error:
        return _page(shown, item, rule, [gap.words for gap in faults_as_gaps(error.faults)]), 422
    except PlanChangedError:
        return _page(found_plan(wave_id), item, rule, [_changed()]), 409
    flash(gettext("已加上指标“%(name)s”。", name=request.form.get("label", "")), "success")
    return redirect(url_for("plans.step", wave_id=wave_id, step=Step.INDICATORS), 303)


def change_own(wave_id: str) -> ResponseReturnValue:
    """Take one of the wave's own indicators away, or make the catalogue's ones its own."""
    only_for_the_whole()
    shown = found_plan(wave_id)
    own = [one for one in shown.tree.get("indicators", []) if one["id"] != request.form.get("remove")]
    if request.form.get("go") == "adopt":
        own = [inline_indicator(one) for one in shown.indicators]
    try:
        _save(shown, {"indicators": own, "target_profile": "", "targets": []})
    except FaultsFoundError as error:
        for gap in faults_as_gaps(error.faults):
            flash(gap.words, "error")
    except PlanChangedError:
        flash(_changed(), "error")
    return redirect(url_for("plans.step", wave_id=wave_id, step=Step.INDICATORS), 303)


def _chosen(shown: ShownPlan) -> tuple[Item | None, Rule]:
    name, rule = request.values.get("item", ""), request.values.get("rule", Rule.TOP)
    if shown.questionnaire is None or name not in shown.questionnaire or rule not in RULES:
        return None, Rule.TOP
    item = shown.questionnaire.item(name)
    return (item if item.choices else None), Rule(rule)


def _written(item: Item, rule: Rule, own: list[dict[str, Any]]) -> dict[str, Any]:
    """The keys of the new indicator."""
    form, used = request.form, {one["id"] for one in own}
    number = next(n for n in range(1, len(own) + 2) if f"OWN{n}" not in used)
    written: dict[str, Any] = {
        "id": f"OWN{number}",
        "label": labels(form.get("label", "").strip(), form.get("label_en", "").strip()),
        "rule": rule.value,
        "items": [item.name],
        "dont_know": form.get("dont_know", ""),
        "base": labels(form.get("base", "").strip(), form.get("base_en", "").strip()),
    }
    if rule is Rule.INDEX:
        points = {choice.code: form.get(f"points_{choice.code}", "").strip() for choice in item.choices}
        written["coefficients"] = {code: value for code, value in points.items() if value}
    else:
        written["count"] = form.getlist("count")
    if value := form.get("value", "").strip():
        unit = "score" if rule is Rule.INDEX else "rate"
        target = {"operator": form.get("operator", ""), "value": fraction(value, unit)}
        written["target"] = target | ({"source": form["source"].strip()} if form.get("source", "").strip() else {})
    return written


def _save(shown: ShownPlan, changes: Changes) -> None:
    own = services()
    edition = request.form.get("edition", type=int, default=0)
    actor = signed_in_account().email
    save_plan(own.storage, own.settings.questionnaires, shown.plan.wave, edition, changes, current_time(), actor)


def _changed() -> str:
    return gettext("另一个人刚刚保存过，您的改动没有写入。请看一看现在的内容，再改一次。")


def _page(shown: ShownPlan, item: Item | None, rule: Rule, problems: list[str] | None = None) -> str:
    usual = _COUNTED.get(rule, set())
    counted = [choice.code for choice in item.choices if choice.polarity in usual] if item else []
    has_dont_know = bool(item and item.codes_of(Polarity.DONT_KNOW))
    return render_template(
        "office/plan/own_indicator.html",
        **frame(shown),
        item=item,
        rule=rule,
        rules=RULES,
        counted=request.form.getlist("count") or counted,
        policies=[DontKnowPolicy.INCLUDED, DontKnowPolicy.EXCLUDED] if has_dont_know else [DontKnowPolicy.NONE],
        left_out=[choice for choice in item.choices if choice.polarity in _NEVER] if item else [],
        operators=list(Operator),
        values=request.form,
        problems=problems or [],
    )


_NEVER = {Polarity.NOT_APPLICABLE, Polarity.REFUSED}
