"""List the waves with what a first page shows of each: status, dates, numbers of responses, newest run."""

from dataclasses import dataclass
from datetime import datetime

from survey.programme.area import AreaTree
from survey.programme.wave import Wave
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.areas import load_area_tree
from survey.storage.response_counts import count_by_source
from survey.storage.waves import list_waves


@dataclass(frozen=True)
class WaveSummary:
    """One row of the list; the counts are those of the account's area."""

    wave: Wave
    drawn: int
    self_selected: int
    computed_at: datetime | None


def list_waves_in_area(storage: Storage, area: str) -> list[WaveSummary]:
    """All waves, the newest first, with numbers of responses of `area` and what lies below it."""
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), area)
        summaries = []
        for wave in list_waves(session):
            counts = [count for count in count_by_source(session, wave.id) if count.area in inside]
            run = newest_run(session, wave.id, "done")
            summaries.append(
                WaveSummary(
                    wave,
                    drawn=sum(count.n for count in counts if count.source is Source.PROB),
                    self_selected=sum(count.n for count in counts if count.source is Source.QR),
                    computed_at=run.finished_at if run else None,
                )
            )
        return summaries


def codes_within(tree: AreaTree, area: str) -> frozenset[str]:
    """The codes that an account of `area` may see. An area that is not in the tree shows nothing."""
    if area not in tree.by_code:
        return frozenset()
    return frozenset(inside.code for inside in tree.within(area))
