"""The OpenRosa contract over real HTTP, with a client that is as strict as ODK Collect."""

import base64
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from survey.actions.upkeep.verify_storage import verify_storage
from survey.exchange.openrosa.device_settings import settings_code
from survey.exchange.print.qr_code import qr_modules
from survey.storage import Storage
from survey.storage.collect import AttachmentRow
from survey.storage.responses import ResponseRow
from tests.factories import KEY
from tests.live_server import LiveServer
from tests.web.openrosa.collect_client import CollectClient
from tests.web.openrosa.field import Field, Sent, make_interviewer, store_field


@dataclass(frozen=True)
class Station:
    """A live server with a field, and a device that works there."""

    storage: Storage
    field: Field
    client: CollectClient

    def responses(self) -> list[ResponseRow]:
        with self.storage.read() as session:
            return list(session.query(ResponseRow))

    def attachments(self, response_id: str) -> list[str]:
        with self.storage.read() as session:
            rows = session.query(AttachmentRow).filter_by(response_id=response_id)
            return sorted(row.name for row in rows)


@pytest.fixture(scope="module")
def station(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    var = tmp_path_factory.mktemp("station")
    shutil.copy(sqlite_template, var / "survey.db")
    url = f"sqlite:///{var / 'survey.db'}"
    storage = Storage(url)
    field = store_field(storage, cases=12)
    with LiveServer(url, var) as server:
        yield Station(storage, field, CollectClient(f"{server.url}/openrosa/{field.device.token}"))
    storage.close()


def test_a_device_downloads_its_form_with_equal_hashes_and_the_cases_of_its_interviewer(station: Station) -> None:
    [form] = station.client.form_list()
    assert (form.id, form.version) == ("door-1", "1")
    xform, files = station.client.download(form)
    assert b'<data id="door-1" version="1">' in xform
    assert "批准文号：云统制〔2026〕1号".encode() in xform
    assert b"polarity" not in xform
    rows = files["cases.csv"].decode().splitlines()
    assert rows[0] == "name,label,area"
    assert rows[1:] == [f"{case.id},{case.address},{case.area}" for case in station.field.cases]


def test_the_list_can_be_narrowed_to_one_form_as_enketo_asks(station: Station) -> None:
    assert [form.id for form in station.client.form_list(formID="door-1")] == ["door-1"]
    assert station.client.form_list(formID="another", verbose="true") == []


def test_a_form_that_the_client_has_already_is_not_sent_again(station: Station) -> None:
    [form] = station.client.form_list()
    first = station.client.get(form.address)
    etag = first.header("ETag")
    again = station.client.request("GET", form.address, headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")


def test_every_reply_has_the_headers_that_clients_insist_on(station: Station) -> None:
    for method, path in (("GET", "/formList"), ("HEAD", "/submission"), ("GET", "/forms/none/form.xml")):
        reply = station.client.request(method, station.client.base + path)
        assert reply.header("X-OpenRosa-Version") == "1.0"
        assert reply.header("X-OpenRosa-Accept-Content-Length") == "10000000"
        assert reply.header("Content-Language") == "zh-Hans"
        assert reply.header("Date").endswith("GMT")
        assert "Set-Cookie" not in dict(reply.headers)


def test_an_interview_is_stored_once_and_its_receipt_is_shown(station: Station) -> None:
    before = len(station.responses())
    sent = Sent(station.field.cases[0].id)
    first, again = station.client.send(sent.xml()), station.client.send(sent.xml())
    assert (first.status, again.status) == (201, 201)
    assert first.message.startswith("已收到，回执 ")
    assert again.message.startswith("以前已收到，没有重复计数")
    assert first.message.split("回执 ")[1] == again.message.split("回执 ")[1]
    assert len(station.responses()) == before + 1


def test_attachments_in_several_parts_are_joined_to_one_response(station: Station) -> None:
    before = len(station.responses())
    sent = Sent(station.field.cases[1].id, meta={"audit": "audit.csv"})
    sent.answers["note_photo"] = "照片 1.jpg"
    record = sent.xml()
    first = station.client.send(
        record, {"照片 1.jpg": b"\xff\xd8 one"}, {"audit.csv": b"event,node\n", "other.txt": b"?"}
    )
    assert first.status == 201
    id_ = sent.instance.removeprefix("uuid:")
    assert station.attachments(id_) == ["audit.csv", "照片 1.jpg"], "what the record does not name is no attachment"
    again = station.client.send(record, {"audit.csv": b"event,node\n"})
    assert again.status == 201
    assert len(station.attachments(id_)) == 2
    assert len(station.responses()) == before, "an item that the questionnaire does not have: kept for review"


def test_the_worker_is_told_how_many_attachments_are_missing(station: Station) -> None:
    sent = Sent(station.field.cases[2].id, meta={"audit": "audit.csv"})
    record = sent.xml()
    first = station.client.post(record, {}, incomplete=True)
    last = station.client.post(record, {"audit.csv": b"event,node\n"})
    assert first.message.endswith("还缺 1 个附件。")
    assert "附件" not in last.message
    assert len([row for row in station.responses() if row.response_id == sent.instance[5:]]) == 1


def test_chunked_transfer_is_accepted(station: Station) -> None:
    reply = station.client.send(Sent(station.field.cases[3].id).xml(), chunked=True)
    assert reply.status == 201, reply.body


def test_other_answers_under_one_id_are_both_kept_and_the_client_learns_of_it(station: Station) -> None:
    sent = Sent(station.field.cases[4].id)
    assert station.client.send(sent.xml()).status == 201
    sent.answers["a1"] = "1"
    reply = station.client.send(sent.xml())
    assert reply.status == 409
    assert "两份都已保留" in reply.message


def test_a_refused_record_is_kept_and_leaves_the_device(station: Station) -> None:
    sent = Sent(station.field.cases[5].id)
    sent.answers["a1"] = "77"
    reply = station.client.send(sent.xml())
    assert reply.status == 201
    assert reply.message.startswith("已收到，留待核对")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<data", "plain XML"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><data id="door-1"><meta/></data>', "plain XML"),
        (b'<data id="door-1"><meta/></data>', "meta/instanceID"),
        (b"<data><meta><instanceID>uuid:1</instanceID></meta></data>", "attribute id"),
        (b'<data id="door-1">' + b"<a>" * 60 + b"</a>" * 60 + b"</data>", "at most 40 levels"),
        (b'<data id="door-1">' + b"x" * 1_000_001 + b"</data>", "at most 1000000 bytes"),
    ],
)
def test_what_is_no_record_is_refused_in_words_and_stays_on_the_device(
    station: Station, body: bytes, words: str
) -> None:
    reply = station.client.post(body, {})
    assert reply.status == 400
    assert words in reply.message
    assert "仍在设备上" in reply.message


def test_unknown_forms_and_tokens_are_told_apart_and_neither_asks_for_a_password(station: Station) -> None:
    assert station.client.post(Sent("x", form="another").xml(), {}).status == 404
    stranger = CollectClient(station.client.base[:-3] + "abc")
    for reply in (stranger.get(f"{stranger.base}/formList"), stranger.post(Sent("x").xml(), {})):
        assert reply.status == 403
        assert "WWW-Authenticate" not in dict(reply.headers)
        assert "未登记或已停用" in reply.message


def test_a_body_that_is_too_large_is_refused_before_it_is_read(station: Station) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "99000000"}
    reply = station.client.request("POST", f"{station.client.base}/submission", b"--x", headers)
    assert reply.status == 413


def test_another_interviewer_sees_none_of_these_cases(station: Station) -> None:
    from datetime import UTC, datetime

    from survey.actions.fieldwork.collect_devices import issue_collect_device
    from tests.factories import DISTRICT

    other = make_interviewer(station.storage, "fy-09")
    now = datetime.now(UTC)
    issued = issue_collect_device(
        station.storage, other.interviewer_code, "2 号手机", area=DISTRICT, now=now, actor="test"
    )
    client = CollectClient(station.client.base.rsplit("/", 1)[0] + f"/{issued.token}")
    assert client.form_list() == []
    assert client.get(f"{client.base}/forms/door-1/cases.csv").status == 404


def test_the_settings_of_a_device_fit_into_a_code_that_scanners_read() -> None:
    address = "https://survey.office.example/openrosa/" + "x" * 32
    written = settings_code(address, "民意调查")
    [found] = zxingcpp.read_barcodes(drawn(written))
    settings = json.loads(zlib.decompress(base64.b64decode(found.text)))
    assert settings["general"]["server_url"] == address
    assert settings["general"]["form_update_mode"] == "match_exactly"
    assert settings["admin"]["view_sent"] is False
    assert settings["project"]["name"] == "民意调查"


def drawn(text: str) -> Image.Image:
    modules = qr_modules(text)
    picture = Image.new("L", (4 * (len(modules) + 8),) * 2, 255)
    pen = ImageDraw.Draw(picture)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                pen.rectangle((4 * column + 16, 4 * row + 16, 4 * column + 19, 4 * row + 19), fill=0)
    return picture


def test_everything_that_devices_sent_agrees_in_storage(station: Station) -> None:
    assert [str(one) for one in verify_storage(station.storage, KEY)] == []
