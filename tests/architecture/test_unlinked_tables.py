"""Answers and fieldwork share no column through which a dwelling's answer could be found (decision 4)."""

from survey.storage.tables import Base

ANSWERS = {"response", "ledger", "conflict", "draft", "response_review", "paper_form", "paper_entry"}
FIELDWORK = {"sampled_case", "visit", "visit_conflict", "assignment", "appointment", "recontact", "visit_recording"}
FIELDWORK |= {"sampling_frame", "frame_dwelling", "sample_draw"}
# What both may carry: the wave, where and how the dwelling was drawn, who interviewed. None tells one dwelling.
SHARED = {"wave", "area", "stratum", "psu", "base_weight", "interviewer", "mode", "sha256", "content", "reason"}
SHARED |= {"received_at", "decided_at", "decided_by", "decision", "number", "eligible_persons"}


def columns(tables: set[str]) -> set[str]:
    return {column.name for name in tables for column in Base.metadata.tables[name].columns}


def test_no_column_of_an_answer_is_a_column_of_a_case() -> None:
    assert columns(ANSWERS) & columns(FIELDWORK) <= SHARED
    assert {"case_id", "visit_id", "address", "frame_id"}.isdisjoint(columns(ANSWERS))
    assert {"response_id", "receipt", "answers", "code"}.isdisjoint(columns(FIELDWORK))


def test_no_key_leads_from_answers_to_cases_or_back() -> None:
    for tables, others in ((ANSWERS, FIELDWORK), (FIELDWORK, ANSWERS)):
        for name in tables:
            referred = {key.column.table.name for key in Base.metadata.tables[name].foreign_keys}
            assert referred.isdisjoint(others)
