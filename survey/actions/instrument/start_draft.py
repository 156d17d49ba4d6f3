"""Start a draft of a questionnaire: empty, from pasted text, from a workbook, or from a version that was published."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from survey.actions.instrument.read_published import list_published, read_published
from survey.instrument.compile import compile_scales
from survey.instrument.drafting.draft import Keys, new_draft
from survey.instrument.drafting.pasted import Pasted
from survey.instrument.drafting.written import written
from survey.instrument.include import Library
from survey.instrument.yaml_text import read_yaml_text
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.questionnaire_drafts import DraftState, add_draft


def start_empty(storage: Storage, name: str, title: str, population: str, *, now: datetime, actor: str) -> str:
    """An empty draft; gives its id."""
    draft = new_draft(name, title, population)
    return _start(storage, _numbered(storage, draft), "start", now, actor)


def start_from_pasted(storage: Storage, draft: Keys, pasted: Pasted, *, now: datetime, actor: str) -> str:
    """A draft with everything that was understood of a text; `draft` holds the head."""
    sections = [
        {"name": f"part{number}", "label": {"zh-Hans": heading or pasted.title or draft["title"]["zh-Hans"]}}
        | {"items": list(items)}
        for number, (heading, items) in enumerate(pasted.sections, start=1)
    ]
    whole = _numbered(storage, draft) | {"sections": sections or draft["sections"]}
    return _start(storage, whole, "start_pasted", now, actor)


def start_from_workbook(storage: Storage, text: str, *, now: datetime, actor: str) -> str | None:
    """A draft of what an XLSForm held: `text` is what `read_xlsform` made of it. None when it is something else."""
    try:
        data: Any = read_yaml_text(text)
    except yaml.YAMLError:
        return None
    if not isinstance(data, dict) or not {"name", "title", "sections"} <= data.keys():
        return None
    return _start(storage, _numbered(storage, data), "start_workbook", now, actor)


def start_from_version(
    storage: Storage, folder: Path, name: str, version: int, new_name: str, *, now: datetime, actor: str
) -> str | None:
    """A draft that goes on from a published version: its next one, or a copy. None: no such version."""
    questionnaire = read_published(storage, name, version)
    if questionnaire is None:
        return None
    data = written(questionnaire, compile_scales(Library(folder))[0]) | {"name": new_name}
    return _start(storage, _numbered(storage, data), "start_copy", now, actor, f"{name}/v{version}")


def _numbered(storage: Storage, draft: Keys) -> Keys:
    """The draft with the first version number that its name has free."""
    taken = [version for name, version, _ in list_published(storage) if name == draft["name"]]
    return draft | {"version": str(max(taken, default=0) + 1)}


def _start(storage: Storage, data: Keys, done: str, now: datetime, actor: str, subject: str = "") -> str:
    draft = str(uuid.uuid4())
    with storage.write() as session:
        add_draft(session, DraftState(draft, 1, data, done, subject, actor, now))
        record_event(session, new_event(now, actor, "start_questionnaire_draft", data["name"], subject))
    return draft
