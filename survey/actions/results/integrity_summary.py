"""What reports and evidence say about the check of a wave: rules, findings, standing decisions and their reasons."""

from sqlalchemy.orm import Session

from survey.programme.wave import OFFICE_TIME
from survey.response.integrity import DecidedAnswer, FindingKind, IntegritySummary
from survey.response.review import ReviewDecision
from survey.storage.integrity import list_findings, list_second_looks, newest_check
from survey.storage.reviews import list_reviews


def integrity_summary(session: Session, wave_id: str) -> IntegritySummary:
    """Of the whole wave, without ids of answers; the decisions in the order of day, reason and findings."""
    check = newest_check(session, wave_id)
    kinds: dict[str, set[FindingKind]] = {}
    for finding in list_findings(session, check) if check else ():
        kinds.setdefault(finding.response, set()).add(finding.kind)
    looks = list_second_looks(session, wave_id)
    decided = [
        DecidedAnswer(
            on=review.at.astimezone(OFFICE_TIME).date(),
            decision=review.decision,
            reason=review.reason,
            kinds=tuple(kind for kind in FindingKind if kind in kinds.get(response, ())),
            by=review.by,
            second_look=response in looks and looks[response].agrees and looks[response].at >= review.at,
        )
        for response, review in list_reviews(session, wave_id).items()
        if review.decision is not ReviewDecision.OPEN
    ]
    decided.sort(key=lambda one: (one.on, one.decision, one.reason, one.kinds, one.by))
    counts = {kind: sum(kind in found for found in kinds.values()) for kind in FindingKind}
    return IntegritySummary(check, counts, tuple(decided))
