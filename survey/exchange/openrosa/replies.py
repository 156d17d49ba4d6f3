"""Step 3: the XML documents that an OpenRosa client reads: form list, manifest, answer to a submission."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class ListedForm:
    """One form; `md5` is over the very bytes behind `address`."""

    id: str
    name: str
    version: str
    md5: str
    address: str
    manifest: str


@dataclass(frozen=True)
class ListedFile:
    """One file that belongs to a form."""

    name: str
    md5: str
    address: str


def form_list(forms: Iterable[ListedForm]) -> str:
    """OpenRosa Form List API. One form without id, name or address would make a client refuse the whole list."""
    listed = "".join(
        f"<xform>{_element('formID', form.id)}{_element('name', form.name)}{_element('version', form.version)}"
        f"{_element('hash', f'md5:{form.md5}')}{_element('downloadUrl', form.address)}"
        f"{_element('manifestUrl', form.manifest)}</xform>"
        for form in forms
    )
    return f'{_DECLARATION}<xforms xmlns="http://openrosa.org/xforms/xformsList">{listed}</xforms>'


def manifest(files: Iterable[ListedFile]) -> str:
    """The files of one form. Clients cut `md5:` off without looking, so it is always there."""
    listed = "".join(
        f"<mediaFile>{_element('filename', file.name)}{_element('hash', f'md5:{file.md5}')}"
        f"{_element('downloadUrl', file.address)}</mediaFile>"
        for file in files
    )
    return f'{_DECLARATION}<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{listed}</manifest>'


def reply(message: str, nature: str = "") -> str:
    """What a client shows to the worker."""
    kind = f' nature="{escape(nature)}"' if nature else ""
    return (
        f'{_DECLARATION}<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f"<message{kind}>{escape(message)}</message></OpenRosaResponse>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
