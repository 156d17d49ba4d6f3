"""The job of an import: check the file by its mapping, store its responses, or withdraw them. Step 4 of the flow."""

from survey.actions.jobs.job_run import JobRun
from survey.actions.response.import_responses import FileOfResponses, ImportedResponses, import_table
from survey.actions.response.prepare_import import forget_file, imports_folder, table_of
from survey.actions.response.withdraw_import import withdraw_import
from survey.exchange.fault import FaultsFoundError
from survey.exchange.imports.assignment import Assignment, to_mapping
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.storage.response_imports import change_import, find_import

_FAULTS_KEPT = 1000
_OPEN = (ImportStatus.DRAFT, ImportStatus.FAULTY, ImportStatus.CHECKED)


def run_import(run: JobRun) -> str:
    """What came of it, in one line. Raises `FaultsFoundError` and keeps the faults with the import."""
    wanted = run.job.parameters
    with run.storage.read() as session:
        one = find_import(session, wanted["import"])
    if one is None:
        raise ImportRefusedError(f"import: expected one that is there, found {wanted['import']!r}")
    if wanted["step"] == "withdraw":
        return _withdraw(run, one, wanted["reason"])
    return _check_or_store(run, one, dry_run=wanted["step"] == "check")


def _check_or_store(run: JobRun, one: ResponseImport, *, dry_run: bool) -> str:
    folder = imports_folder(run.settings)
    try:
        result = _import(run, one, dry_run=dry_run)
    except FaultsFoundError as error:
        told = [[fault.where, fault.expected, fault.found] for fault in error.faults[:_FAULTS_KEPT]]
        with run.storage.write() as session:
            change_import(
                session, one.id, _OPEN, ImportStatus.FAULTY, faults=told, counts={"faults": len(error.faults)}
            )
        raise
    if dry_run:
        with run.storage.write() as session:
            change_import(session, one.id, _OPEN, ImportStatus.CHECKED, faults=[], counts=_counts(result))
    else:
        forget_file(folder, one.id)
    return f"{result.new} new, {result.already_received} already received, {result.conflicts} kept for review"


def _import(run: JobRun, one: ResponseImport, *, dry_run: bool) -> ImportedResponses:
    table = table_of(imports_folder(run.settings), one)
    if table is None:
        raise ImportRefusedError(f"import {one.id}: its file is not kept any more; please upload it again")
    return import_table(
        run.storage,
        run.settings.secret_key,
        one.wave,
        FileOfResponses(table, one.file, one.sha256, run.job.asked_by),
        to_mapping(Assignment.from_tree(one.assignment), one.file),
        run.clock(),
        dry_run=dry_run,
        on_progress=run.report,
        import_id=one.id,
        within=run.settle,
    )


def _withdraw(run: JobRun, one: ResponseImport, reason: str) -> str:
    key, actor = run.settings.secret_key, run.job.asked_by
    count = withdraw_import(run.storage, key, one.id, reason, run.clock(), actor, run.report, run.settle)
    return f"{count} withdrawn"


def _counts(result: ImportedResponses) -> dict[str, int]:
    names = ("rows", "new", "already_received", "conflicts", "below_age")
    return {name: getattr(result, name) for name in names}
