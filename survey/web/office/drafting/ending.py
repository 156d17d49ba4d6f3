"""The end of a draft: published, after a last look at what the checker says; or discarded."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.instrument.fault import FaultsError
from survey.web.i18n import current_time, gettext
from survey.web.office.drafting.draft_words import advice_in_words, fault_in_words
from survey.web.office.drafting.found import changed_meanwhile, found_draft, posted_revision
from survey.web.security import signed_in_account
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<draft>/publish", "publish", publish, methods=["GET", "POST"])
    blueprint.add_url_rule("/<draft>/discard", "discard", discard, methods=["GET", "POST"])
    blueprint.add_url_rule("/<draft>/questionnaire.<any('yaml', 'xlsx'):kind>", "file", file, methods=["GET"])


def publish(draft: str) -> ResponseReturnValue:
    """Ask first: a published version never changes."""
    from survey.actions.instrument.edit_draft import DraftChangedError  # YAML and grammar load only here
    from survey.actions.instrument.publish_draft import publish_draft

    read, folder = found_draft(draft), services().settings.questionnaires
    if request.method == "GET":
        return _publish_page(draft)
    actor = signed_in_account().email
    try:
        published = publish_draft(
            services().storage, folder, draft, posted_revision(), now=current_time(), actor=actor
        ).questionnaire
    except DraftChangedError:
        flash(changed_meanwhile(), "error")
        return redirect(url_for("drafting.editor", draft=draft), 303)
    except FaultsError as error:
        return _publish_page(draft, [fault_in_words(fault) for fault in error.faults]), 422
    except OSError:
        return _publish_page(draft, [gettext("问卷文件夹不能写入，请联系系统管理员。")]), 422
    words = gettext("已发布 %(name)s 第 %(version)s 版。", name=read.state.data["name"], version=published.version)
    flash(words, "success")
    return redirect(url_for("questionnaires.questionnaires"), 303)


def discard(draft: str) -> ResponseReturnValue:
    """Ask first; then the draft is gone with its history."""
    from survey.actions.instrument.discard_draft import discard_draft

    read = found_draft(draft)
    if request.method == "GET":
        return render_template("office/drafting/discard.html", read=read, draft=read.state.data)
    if discard_draft(services().storage, draft, now=current_time(), actor=signed_in_account().email):
        flash(gettext("草稿已丢弃。"), "success")
    return redirect(url_for("questionnaires.questionnaires"), 303)


def file(draft: str, kind: str) -> ResponseReturnValue:
    """The draft as the file that it would become, or as XLSForm (only without faults)."""
    from survey.actions.instrument.check_draft import check_draft
    from survey.exchange.xlsform.sheets import sheets_of
    from survey.exchange.xlsform.workbook import workbook_bytes
    from survey.instrument.yaml_text import write_yaml_text

    data = found_draft(draft).state.data
    name = f"{data['name']}-v{data['version']}"
    attached = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "yaml":
        return Response(write_yaml_text(data), mimetype="text/yaml", headers=attached)
    questionnaire = check_draft(services().settings.questionnaires, data).questionnaire
    if questionnaire is None:
        flash(gettext("先改正错误，才能下载 XLSForm。"), "error")
        return redirect(url_for("drafting.editor", draft=draft), 303)
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(workbook_bytes(sheets_of(questionnaire)), mimetype=workbook, headers=attached)


def _publish_page(draft: str, problems: list[str] | None = None) -> str:
    from survey.actions.instrument.check_draft import check_draft

    read = found_draft(draft)
    checked = check_draft(services().settings.questionnaires, read.state.data)
    return render_template(
        "office/drafting/publish.html",
        read=read,
        draft=read.state.data,
        checked=checked,
        problems=problems or [],
        findings=[(finding, advice_in_words(finding)) for finding in checked.findings],
    )
