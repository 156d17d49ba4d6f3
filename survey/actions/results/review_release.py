"""Review before releasing: what stands in the way, what would be shown and hidden, which edition is public now."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.actions.results.release_results import gaps_of
from survey.actions.results.show_release import preview_release
from survey.programme.release import Release
from survey.programme.wave import Wave
from survey.response.later_changes import LaterChanges
from survey.storage import Storage
from survey.storage.analyses import load_run, newest_run
from survey.storage.areas import load_area_tree
from survey.storage.later_changes import changes_since
from survey.storage.releases import newest_release
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class ReleaseReview:
    """`gaps` are keys that the page has words for. `shown` counts figures that would be public; 0 without a run.

    `unseen`: what happened to the answers after the figures that are public now were computed.
    """

    wave: Wave
    gaps: tuple[str, ...]
    shown: int
    places: int
    newest: Release | None
    unseen: LaterChanges


def review_release(storage: Storage, wave_id: str, area: str) -> ReleaseReview | None:
    """None when there is no such wave, or when the account's `area` is not the whole: parts release nothing."""
    with storage.read() as session:
        wave, tree = load_wave(session, wave_id), load_area_tree(session)
        if wave is None or area not in tree.by_code or tree.by_code[area].parent is not None:
            return None
        run = newest_run(session, wave_id, "done")
        preview = preview_release(session, wave, run, tree) if run else None
        newest = newest_release(session, wave_id)
        return ReleaseReview(
            wave=wave,
            gaps=tuple(gaps_of(session, wave_id)),
            shown=len(preview.figures) if preview else 0,
            places=len(preview.areas) if preview else 0,
            newest=newest,
            unseen=unseen_by(session, newest),
        )


def unseen_by(session: Session, release: Release | None) -> LaterChanges:
    """What the figures of a public edition do not know of; nothing where none is public."""
    run = load_run(session, release.wave, release.run) if release is not None and release.public else None
    return changes_since(session, run.wave, run.started_at) if run is not None else LaterChanges()
