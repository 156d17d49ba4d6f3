"""Which quota cells of its wave an answer belongs to. Step 4, before anything is written.

The cells of a wave never change, so each is read once per process; how full they are is asked in the transaction.
"""

from weakref import WeakKeyDictionary

from survey.instrument.answers import as_expression_text
from survey.programme.quota import Quota
from survey.response.response import Purpose, Submission
from survey.storage import Storage
from survey.storage.quotas import load_quotas

_known: WeakKeyDictionary[Storage, dict[str, tuple[Quota, ...]]] = WeakKeyDictionary()


def cells_of(storage: Storage, submission: Submission) -> tuple[str, ...]:
    """Names of the cells, in the order of the wave's file; none for answers that are not live."""
    of_waves = _known.setdefault(storage, {})
    quotas = of_waves.get(submission.wave)
    if quotas is None:
        with storage.read() as session:
            quotas = of_waves[submission.wave] = tuple(one.quota for one in load_quotas(session, submission.wave))
    if not quotas or submission.purpose is not Purpose.LIVE:
        return ()
    answers = {name: as_expression_text(value) for name, value in submission.answers.items()}
    source, area = submission.source.value, submission.area
    return tuple(quota.name for quota in quotas if quota.holds_for(source, area, answers))
