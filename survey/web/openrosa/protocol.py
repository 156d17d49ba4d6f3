"""What every OpenRosa reply has: the device of the token, the headers that clients insist on, errors as XML.

ODK Collect takes a list without `X-OpenRosa-Version` or with another type than text/xml for no OpenRosa server at all.
"""

from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from survey.actions import StorageUnavailableError
from survey.actions.fieldwork.collect_devices import recognise_collect_device
from survey.actions.fieldwork.read_collect_record import UnknownFormError
from survey.exchange.openrosa.record import RecordError
from survey.exchange.openrosa.replies import reply
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.collect_device import CollectDevice
from survey.web.i18n import gettext, page_language
from survey.web.services import services

blueprint = Blueprint("openrosa", __name__, url_prefix="/openrosa/<token>")

LARGEST_BODY = 10_000_000  # what Collect assumes too where a server does not say
_ENVELOPE = 500_000  # boundaries and headers of the parts


@blueprint.url_value_preprocessor
def take_token(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """The token goes no further than here, so that no view can print it by mistake."""
    g.collect_token = str((values or {}).pop("token", ""))


@blueprint.before_request
def recognise() -> None:
    """403 for an unknown or revoked token: with 401 a client would ask the worker for a password."""
    request.max_content_length = LARGEST_BODY + _ENVELOPE
    request.max_form_parts = 300
    device = recognise_collect_device(services().storage, g.collect_token)
    if device is None:
        abort(403)
    g.collect_device = device


@blueprint.after_request
def add_headers(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(LARGEST_BODY)
    response.headers["Content-Language"] = page_language()
    return response


def device() -> CollectDevice:
    """The device that calls."""
    found: CollectDevice = g.collect_device
    return found


def token() -> str:
    """For addresses that the device is to call next."""
    return str(g.collect_token)


def xml(body: str, status: int = 200) -> Response:
    return Response(body, status, content_type="text/xml; charset=utf-8")


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    words = {
        403: gettext("本设备未登记或已停用，请联系督导员。记录仍在设备上。"),
        404: gettext("没有这份问卷或文件。记录仍在设备上。"),
        413: gettext("记录太大。记录仍在设备上。"),
    }
    status = error.code or 500
    return xml(reply(words.get(status, gettext("服务器不能处理这次请求。记录仍在设备上。"))), status)


@blueprint.errorhandler(UnknownFormError)
def show_unknown_form(_error: UnknownFormError) -> Response:
    return xml(reply(gettext("没有这份问卷或文件。记录仍在设备上。")), 404)


@blueprint.errorhandler(RecordError)
@blueprint.errorhandler(FieldworkError)
def show_unreadable(error: ValueError) -> Response:
    """The technical part stays as it is: it is for whoever helps the worker."""
    return xml(reply(gettext("记录无法读取，仍在设备上，请联系督导员。（%(detail)s）", detail=str(error)[:200])), 400)


@blueprint.errorhandler(StorageUnavailableError)
def show_storage_unavailable(_error: StorageUnavailableError) -> Response:
    response = xml(reply(gettext("服务器暂时不能保存，请稍后再发。记录仍在设备上。")), 503)
    response.headers["Retry-After"] = "20"
    return response
