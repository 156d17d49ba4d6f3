"""Records that a client sends: first the question whether this is a submission address, then one POST or several."""

from flask import Response, request

from survey.actions.fieldwork.keep_collect_files import Attachment
from survey.actions.fieldwork.receive_collect_record import Filed, Filing, receive_collect_record
from survey.exchange.openrosa.record import LARGEST_XML, RecordError, read_record
from survey.exchange.openrosa.replies import reply
from survey.response.receipt import grouped
from survey.web.i18n import current_time, gettext
from survey.web.openrosa.protocol import blueprint, device, xml
from survey.web.services import services

_RECORD = "xml_submission_file"


@blueprint.get("/submission")
def announce() -> Response:
    """HEAD (and GET) must be exactly 204: Collect refuses to send after any other success."""
    return Response(status=204)


@blueprint.post("/submission")
def take() -> Response:
    """One record, or one part of it: every part holds the same XML and some of the files."""
    record = read_record(_record())
    files = [
        Attachment(name, file.mimetype, file.read())
        for name, file in request.files.items(multi=True)
        if name != _RECORD
    ]
    found = services()
    filed = receive_collect_record(found.storage, found.settings.secret_key, device(), record, files, current_time())
    conflict = filed.filing is Filing.CONFLICT
    return xml(reply(_words(filed), "" if conflict else "submit_success"), 409 if conflict else 201)


def _record() -> bytes:
    """The XML part, which most clients send as a file and some as a field."""
    part = request.files.get(_RECORD)
    if part is not None:
        content: bytes = part.read(LARGEST_XML + 1)
        return content
    field = request.form.get(_RECORD)
    if field is None:
        raise RecordError(f"multipart/form-data: expected a part {_RECORD}, found none")
    return field.encode()


def _words(filed: Filed) -> str:
    """What the worker reads on the device."""
    receipt = grouped(filed.receipt)
    words = {
        Filing.STORED: gettext("已收到，回执 %(receipt)s。", receipt=receipt),
        Filing.REPEATED: gettext("以前已收到，没有重复计数，回执 %(receipt)s。", receipt=receipt),
        Filing.VISIT: gettext("上门情况已收到，回执 %(receipt)s。", receipt=receipt),
        Filing.BELOW_AGE: gettext("上门情况已收到；受访者未满年龄，回答没有保存。"),
        Filing.KEPT: gettext("已收到，留待核对，回执 %(receipt)s。请告诉督导员。", receipt=receipt),
        Filing.CONFLICT: gettext(
            "同一编号收到了不同的内容，两份都已保留，留待核对，回执 %(receipt)s。", receipt=receipt
        ),
    }[filed.filing]
    awaited = gettext("还缺 %(n)s 个附件。", n=len(filed.awaited)) if filed.awaited else ""
    return words + awaited
