"""What the form of one step of the preparation says, with the table that may be uploaded there."""

import tempfile
from pathlib import Path

from flask import request
from werkzeug.datastructures import FileStorage

from survey.actions.programme.plan_wave import read_margins
from survey.actions.programme.show_plan import ShownPlan
from survey.web.office.plan_steps import READERS, Changes, quota_keys, read_quota
from survey.web.office.plan_words import Step
from survey.web.services import services


def read_step(here: Step, shown: ShownPlan) -> Changes:
    """What the form of the step says. Raises `FaultsFoundError` for an uploaded table with faults."""
    if here is Step.QUOTAS:
        return _quotas(shown)
    changes = READERS[here](request.form)
    if here is Step.MARGINS:
        upload = request.files.get("table")
        if request.form.get("remove"):
            changes["margins"] = []
        elif upload is not None and upload.filename:
            changes["margins"] = _table(upload)
    if here is Step.QUESTIONNAIRE and not shown.tree.get("population"):
        changes["population"] = request.form.get("of_population", "")
    return changes


def _quotas(shown: ShownPlan) -> Changes:
    """The cells without the one that is removed, or with the one that is added; and what happens to answers beyond."""
    cells, remove = quota_keys(shown.tree), request.form.get("remove")
    changes: Changes = {"over_quota": request.form.get("over_quota", "")}
    if remove is not None:
        cells = [cell for cell in cells if cell["name"] != remove]
    elif request.form.get("go") == "here" or request.form.get("label") or request.form.get("limit"):
        used = [int(cell["name"][1:]) for cell in cells if cell["name"][1:].isdecimal()]
        cells = [*cells, read_quota(request.form, max(used, default=0) + 1)]
    return {**changes, "quotas": cells}


def _table(upload: FileStorage) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("table" + Path(upload.filename or "").suffix.lower()[:5])
        upload.save(path)
        return read_margins(services().storage, path)
