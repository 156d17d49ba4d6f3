"""Step 3: one record as a client sends it (an XForm's instance), read safely and cut into the visit and the answers.

Nothing that is kept after the cut names both: `answers_xml` holds neither the dwelling nor the visit's id.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as Tree

from survey.exchange.openrosa.collect_form import (
    AGAIN,
    CASE,
    CONSENT,
    ELIGIBLE,
    END,
    LANGUAGE,
    NOTE,
    OUTCOME,
    RECORDED,
    START,
    VISIT,
    VISIT_ID,
)
from survey.programme.recording_plan import RecordingKind
from survey.programme.wave import OFFICE_TIME

LARGEST_XML = 1_000_000
DEEPEST = 40
_NAMESPACE = re.compile(r"\{[^}]*\}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE_NAME = re.compile(r"[^/\\\x00]{1,120}\.[0-9A-Za-z]{1,5}")
_OTHERS_IDS = uuid.UUID("8a3c8b5e-50f6-4c52-a5b2-3f4f0a0e6c11")  # makes an id of ours of an instanceID that is no UUID


class RecordError(ValueError):
    """The body is no record: expected and found, in words for the worker's helper."""


@dataclass(frozen=True)
class SentVisit:
    """The part about the dwelling, as it was sent; empty texts where the form had nothing.

    `recorded`: what the resident agreed to, a position as it stands in XForms or the name of a file.
    """

    id: str
    case: str
    outcome: str
    note: str
    started: datetime | None
    ended: datetime | None
    again: datetime | None
    eligible: str
    recorded: Mapping[RecordingKind, str] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True)
class Record:
    """`form` and `version` name the form; `values` are the texts of the questionnaire by element name.

    `replaces` is the id of an earlier record that this one is an edit of; `files` are the names of attachments that
    the record speaks of; `answers_xml` is the record without its visit.
    """

    form: str
    version: str
    id: str
    replaces: str | None
    visit: SentVisit | None
    values: Mapping[str, tuple[str, ...]]
    files: frozenset[str]
    answers_xml: str


def read_record(content: bytes) -> Record:
    """Read an instance. Raises `RecordError`: too large, no XML, a DTD or entities, no form id, no instanceID."""
    root = _parsed(content)
    form = root.get("id", "").strip()
    if not form:
        raise RecordError(
            f"root element <{_name(root)[:40]}>: expected the attribute id with the form's id, found none"
        )
    meta = _child(root, "meta")
    instance, replaces = (_text(meta, name) for name in ("instanceID", "deprecatedID"))
    if not instance:
        raise RecordError("meta/instanceID: expected uuid: and a UUID, found nothing")
    times, visit = (_text(root, START), _text(root, END)), _child(root, VISIT)
    audit = _text(meta, "audit")
    for element in [one for one in root if _name(one) in {VISIT, START, END, "meta"}]:
        root.remove(element)
    values = _leaves(root)
    named = [value for texts in values.values() for value in texts] + [audit]
    return Record(
        form=form,
        version=root.get("version", "").strip(),
        id=_own_id(instance),
        replaces=_own_id(replaces) if replaces else None,
        visit=_visit(visit, *times) if visit is not None else None,
        values=values,
        files=frozenset(name for name in named if _FILE_NAME.fullmatch(name)),
        answers_xml=Tree.tostring(root, encoding="unicode"),
    )


def _parsed(content: bytes) -> Tree.Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(content) > LARGEST_XML:
        raise RecordError(f"xml_submission_file: expected at most {LARGEST_XML} bytes, found {len(content)}")
    try:
        root: Tree.Element = fromstring(content, forbid_dtd=True)
    except (Tree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RecordError(f"xml_submission_file: expected plain XML, found {type(error).__name__}: {error}") from error
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise RecordError(f"xml_submission_file: expected at most {DEEPEST} levels, found more")
        level = [child for element in level for child in element]
    return root


def _leaves(root: Tree.Element) -> dict[str, tuple[str, ...]]:
    """Texts of the innermost elements by name; one that stands several times has several."""
    found: dict[str, tuple[str, ...]] = {}
    for element in root.iter():
        text = (element.text or "").strip()
        if element is not root and len(element) == 0 and text:
            found[_name(element)] = (*found.get(_name(element), ()), text)
    return found


def _visit(group: Tree.Element, start: str, end: str) -> SentVisit:
    agreed = _text(group, CONSENT).split()
    recorded = {kind: _text(group, name) for kind, name in RECORDED.items() if kind.value in agreed}
    return SentVisit(
        id=_text(group, VISIT_ID),
        case=_text(group, CASE),
        outcome=_text(group, OUTCOME),
        note=_text(group, NOTE),
        started=_moment(start),
        ended=_moment(end),
        again=_moment(_text(group, AGAIN)),
        eligible=_text(group, ELIGIBLE),
        language=_text(group, LANGUAGE),
        recorded={kind: written for kind, written in recorded.items() if written},
    )


def _moment(written: str) -> datetime | None:
    """A time as XForms write it; without a zone it is the office's."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_TIME)).astimezone(UTC)


def _own_id(instance: str) -> str:
    """36 characters: the UUID of `uuid:…`, or one made of whatever else a client wrote."""
    plain = instance.removeprefix("uuid:").lower()
    return plain if _UUID.fullmatch(plain) else str(uuid.uuid5(_OTHERS_IDS, instance))


def _children(element: Tree.Element | None, name: str) -> Iterator[Tree.Element]:
    return (child for child in (element if element is not None else ()) if _name(child) == name)


def _child(element: Tree.Element | None, name: str) -> Tree.Element | None:
    return next(_children(element, name), None)


def _text(element: Tree.Element | None, name: str) -> str:
    child = _child(element, name)
    return (child.text or "").strip() if child is not None else ""


def _name(element: Tree.Element) -> str:
    return _NAMESPACE.sub("", element.tag)
