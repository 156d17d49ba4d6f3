"""Pages of the material to hand in: four kinds per indicator and responsible unit, listed and packed with an index."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.figures.attach import attach, materials_of, open_material, pack_materials, remove_material
from survey.actions.figures.list_figures import list_figures
from survey.actions.instrument.checked_folder import checked_folder
from survey.actions.programme.import_programme import show_programme
from survey.programme.material import Material, MaterialError, MaterialKind
from survey.web.i18n import current_time, gettext, page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.office.figures import material_kinds
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("materials", __name__, url_prefix="/staff/materials")


@blueprint.route("/", methods=["GET", "POST"])
def materials() -> ResponseReturnValue:
    """What there is, by indicator and kind, with filters; a file that is sent is checked and kept."""
    if request.method == "GET":
        return _page()
    upload, form = request.files.get("file"), request.form
    subjects, units = _names()
    try:
        if upload is None or not upload.filename or form.get("subject") not in subjects:
            raise MaterialError("file: expected a file and an indicator")
        if form.get("unit") and form["unit"] not in units:
            raise MaterialError("unit: expected a registered unit")
        kind = MaterialKind(form.get("kind", ""))
        content, now, actor = upload.read(), current_time(), signed_in_account().email
        attach(services().storage, form["subject"], kind, upload.filename, content, now, actor, form.get("unit", ""))
    except ValueError:  # a kind that does not exist is a ValueError as well
        words = gettext(
            "请选择指标和文件。正式发文、说明报告收 PDF、OFD、Word；图片收 JPG、PNG；"
            "数据表格收 XLSX、CSV。最大 20 MB，不能重复。"
        )
        return _page([words]), 422
    flash(gettext("已上传。"), "success")
    return redirect(url_for("materials.materials", subject=form["subject"]), 303)


@blueprint.get("/<material_id>")
def download(material_id: str) -> Response:
    found = open_material(services().storage, material_id)
    if found is None:
        abort(404)
    one, content = found
    answer = Response(content, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=one.name)
    return answer


@blueprint.route("/<material_id>/remove", methods=["GET", "POST"])
def remove(material_id: str) -> ResponseReturnValue:
    """Asked once more; the file leaves the lists and stays in the log."""
    found = open_material(services().storage, material_id)
    if found is None:
        abort(404)
    if request.method == "GET":
        return render_template("office/remove_material.html", one=found[0])
    remove_material(services().storage, material_id, current_time(), signed_in_account().email)
    flash(gettext("已移除“%(name)s”。", name=found[0].name), "success")
    return redirect(url_for("materials.materials"), 303)


@blueprint.get("/materials.zip")
def package() -> Response:
    """What the filters show, in folders, with an index and every sha256."""
    subjects, units = _names()
    wanted = _listing(subjects, units).fitting(materials_of(services().storage), request.args)
    dated = {one.subject: f"{subjects.get(id_, id_)} {period}" for one in wanted for id_, period in _period_of(one)}
    file = pack_materials(services().storage, wanted, subjects | dated | units)
    return send_file(file, "application/zip", as_attachment=True, download_name="materials.zip")


def _period_of(one: Material) -> list[tuple[str, str]]:
    """Id of the administrative indicator and period that a file is evidence for; nothing for other material."""
    id_, at, period = one.subject.partition("@")
    return [(id_, period)] if at else []


def _listing(subjects: dict[str, str], units: dict[str, str]) -> Listing[Material]:
    kinds = material_kinds()
    named = {id_: id_ if name == id_ else f"{name}（{id_}）" for id_, name in subjects.items()}

    def subject_of(one: Material) -> str:
        return named.get(one.subject.split("@")[0], one.subject)

    return Listing(
        columns=(
            Column("name", lazy_gettext("文件"), lambda one: one.name),
            Column("kind", lazy_gettext("材料类别"), lambda one: list(MaterialKind).index(one.kind)),
            Column("subject", lazy_gettext("指标"), subject_of),
            Column("unit", lazy_gettext("单位"), lambda one: units.get(one.unit, one.unit) or None),
            Column("size", lazy_gettext("大小"), lambda one: one.size, number=True),
            Column("added", lazy_gettext("上传"), lambda one: one.added_at),
            Column("remove", lazy_gettext("移除")),
        ),
        identity=lambda one: one.id,
        text=lambda one: f"{one.name} {one.subject} {subject_of(one)} {units.get(one.unit, one.unit)} {one.added_by}",
        sort="subject",
        filters=(
            Filter("subject", lazy_gettext("指标"), named, lambda one: one.subject.split("@")[0]),
            Filter("unit", lazy_gettext("单位"), units, lambda one: one.unit),
            Filter(
                "kind",
                lazy_gettext("材料类别"),
                {kind.value: words for kind, words in kinds.items()},
                lambda one: one.kind.value,
            ),
        ),
    )


def _page(problems: Sequence[str] = ()) -> str:
    subjects, units = _names()
    page = _listing(subjects, units).page(materials_of(services().storage), request.args)
    return render_template(
        "office/materials.html",
        page=page,
        wanted={"q": page.asked.search, **page.asked.filters},
        subjects=subjects,
        units=units,
        kinds=material_kinds(),
        subject=request.values.get("subject", ""),
        unit=request.values.get("unit", ""),
        problems=problems,
    )


def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Indicators that a unit is responsible for, administrative ones; and the units: id to name."""
    programme, language = show_programme(services().storage), page_language()
    subjects = {one.indicator.id: one.indicator.name for one in list_figures(services().storage)}
    catalogue = checked_folder(services().settings.questionnaires).catalogue
    for id_ in {id_ for unit in programme.units for id_, _ in unit.roles}:
        subjects[id_] = catalogue[id_].label.in_language(language) if id_ in catalogue else id_
    return dict(sorted(subjects.items())), {unit.code: unit.name.in_language(language) for unit in programme.units}
