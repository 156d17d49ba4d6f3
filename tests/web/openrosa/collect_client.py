"""A client as strict as ODK Collect's own source: what it would refuse raises here with the words it would show."""

import hashlib
import http.client
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree as Tree

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
_HEADERS = {
    "X-OpenRosa-Version": "1.0",
    "Date": "Mon, 18 May 2026 02:30:00 GMT+08:00",  # Collect's own pattern, with hours of a 12-hour clock
    "User-Agent": "org.odk.collect.android/v2026.1.0 Dalvik/2.1.0",
    "Accept-Language": "zh-CN",
}


class ClientRefusesError(AssertionError):
    """What the worker would read on the device."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The one header of this name; a header twice is as bad as none."""
        found = [value for known, value in self.headers if known.lower() == name.lower()]
        if len(found) != 1:
            raise ClientRefusesError(f"{name}: expected once, found {found}")
        return found[0]

    @property
    def message(self) -> str:
        """What an OpenRosa reply tells the worker."""
        return Tree.fromstring(self.body).findtext(f"{RESPONSE}message") or ""


@dataclass(frozen=True)
class Form:
    id: str
    name: str
    version: str
    md5: str
    address: str
    manifest: str | None


class CollectClient:
    """One device: `base` is the address that its QR code holds."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._may_send = False

    def form_list(self, **query: str) -> list[Form]:
        reply = self.get(f"{self.base}/formList", **query)
        if reply.status != 200:
            raise ClientRefusesError(f"formList: {reply.status} {reply.message}")
        root = self._openrosa_xml(reply)
        if root.tag != f"{LIST}xforms":
            raise ClientRefusesError(f"formList: {root.tag}")
        return [self._form(element) for element in root]

    def download(self, form: Form) -> tuple[bytes, dict[str, bytes]]:
        """The form and its files, each checked against its hash."""
        content = self._checked(form.address, form.md5)
        files: dict[str, bytes] = {}
        if form.manifest:
            for element in self._openrosa_xml(self.get(form.manifest)):
                name, digest, address = (
                    element.findtext(MANIFEST + tag) for tag in ("filename", "hash", "downloadUrl")
                )
                if not (name and digest and address):
                    raise ClientRefusesError(f"manifest: {Tree.tostring(element)!r}")
                files[name] = self._checked(address, digest)
        return content, files

    def send(self, xml: bytes, *parts: Mapping[str, bytes], chunked: bool = False) -> Reply:
        """Send a finalised record as Collect does: HEAD once, then one POST for each batch of files."""
        if not self._may_send:
            head = self.request("HEAD", f"{self.base}/submission?deviceID=collect%3Aone")
            if head.status != 204:
                raise ClientRefusesError(f"Is this an OpenRosa submission endpoint? {head.status}")
            if head.header("X-OpenRosa-Version") != "1.0" or int(head.header("X-OpenRosa-Accept-Content-Length")) < 1:
                raise ClientRefusesError("HEAD: headers")
            self._may_send = True
        batches = list(parts) or [{}]
        for batch in batches:
            reply = self.post(xml, batch, incomplete=batch is not batches[-1], chunked=chunked)
            if reply.status not in (201, 202):
                return reply
        return reply

    def post(self, xml: bytes, files: Mapping[str, bytes], *, incomplete: bool = False, chunked: bool = False) -> Reply:
        boundary = uuid.uuid4().hex
        pieces = [_part(boundary, "xml_submission_file", "record.xml", "text/xml", xml)]
        if incomplete:
            pieces.append(
                f'--{boundary}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\nyes\r\n'.encode()
            )
        pieces += [_part(boundary, name, name, "application/octet-stream", content) for name, content in files.items()]
        pieces.append(f"--{boundary}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        body = iter(pieces) if chunked else b"".join(pieces)
        return self.request("POST", f"{self.base}/submission?deviceID=collect%3Aone", body, headers)

    def get(self, address: str, **query: str) -> Reply:
        pairs = "&".join(f"{name}={value}" for name, value in {"deviceID": "collect%3Aone", **query}.items())
        return self.request("GET", f"{address}?{pairs}")

    def request(
        self, method: str, address: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            chunked = body is not None and not isinstance(body, bytes)
            connection.request(method, target, body, {**_HEADERS, **(headers or {})}, encode_chunked=chunked)  # type: ignore[arg-type]
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def _openrosa_xml(self, reply: Reply) -> Tree.Element:
        if reply.header("X-OpenRosa-Version") != "1.0":
            raise ClientRefusesError("not an OpenRosa server")
        if not reply.header("Content-Type").startswith("text/xml"):
            raise ClientRefusesError(f"{reply.header('Content-Type')}: often caused by a network proxy")
        return Tree.fromstring(reply.body)

    def _form(self, element: Tree.Element) -> Form:
        names = ("formID", "name", "version", "hash", "downloadUrl", "manifestUrl")
        form_id, name, version, digest, address, manifest = (element.findtext(LIST + tag) for tag in names)
        if not (form_id and name and address and version):
            raise ClientRefusesError(f"a form without id, name or address: {Tree.tostring(element)!r}")
        if not digest or not digest.startswith("md5:"):
            raise ClientRefusesError(f"form {form_id} without hash")
        return Form(form_id, name, version, digest, address, manifest)

    def _checked(self, address: str, digest: str) -> bytes:
        reply = self.get(address)
        if reply.status != 200 or f"md5:{hashlib.md5(reply.body).hexdigest()}" != digest:
            raise ClientRefusesError(f"{address}: {reply.status}, another hash than listed")
        return reply.body


def _part(boundary: str, name: str, file: str, media_type: str, content: bytes) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
    return f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n"
