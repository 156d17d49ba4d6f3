"""What a client downloads: the list of forms, a form, its manifest, the cases of the device's interviewer."""

from flask import Response, abort, request, url_for

from survey.actions.fieldwork.collect_devices import note_contact
from survey.actions.fieldwork.list_collect_forms import CollectForm, find_collect_form, list_collect_forms
from survey.exchange.openrosa.collect_form import CASE_FILE
from survey.exchange.openrosa.replies import ListedFile, ListedForm, form_list, manifest
from survey.web.i18n import current_time
from survey.web.openrosa.protocol import blueprint, device, token, xml
from survey.web.services import services


@blueprint.get("/formList")
def list_forms() -> Response:
    """All forms of the device, or the one named by `formID`, as Enketo asks."""
    note_contact(services().storage, device(), current_time())
    wanted = request.args.get("formID")
    forms = list_collect_forms(services().storage, device(), current_time())
    return xml(form_list(_listed(form) for form in forms if wanted in (None, form.wave.id)))


@blueprint.get("/forms/<wave_id>/form.xml")
def form(wave_id: str) -> Response:
    """The very bytes that the hash in the list is over."""
    return _unchanged(Response(_found(wave_id).xform, content_type="text/xml; charset=utf-8"))


@blueprint.get("/forms/<wave_id>/manifest.xml")
def list_files(wave_id: str) -> Response:
    found = _found(wave_id)
    return xml(manifest([ListedFile(CASE_FILE, found.cases_md5, _address("openrosa.cases", wave_id))]))


@blueprint.get(f"/forms/<wave_id>/{CASE_FILE}")
def cases(wave_id: str) -> Response:
    """The dwellings of the device's interviewer. Addresses: kept by the client, by nothing on the way."""
    return Response(_found(wave_id).cases, content_type="text/csv; charset=utf-8")


def _found(wave_id: str) -> CollectForm:
    found = find_collect_form(services().storage, device(), wave_id, current_time())
    if found is None:
        abort(404)
    return found


def _listed(form: CollectForm) -> ListedForm:
    wave = form.wave
    return ListedForm(
        id=wave.id,
        name=wave.name.zh_hans,
        version=str(wave.version),
        md5=form.md5,
        address=_address("openrosa.form", wave.id),
        manifest=_address("openrosa.list_files", wave.id),
    )


def _address(endpoint: str, wave_id: str) -> str:
    """Absolute, by the public address where one is set: clients do not resolve relative ones."""
    base = (services().settings.public_url or request.url_root).rstrip("/")
    return base + url_for(endpoint, token=token(), wave_id=wave_id)


def _unchanged(response: Response) -> Response:
    """304 for a client that has these bytes already."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
