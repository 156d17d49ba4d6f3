"""Review before releasing: what stands in the way, what would be shown and hidden, which edition is public now."""

from dataclasses import dataclass

from survey.actions.results.release_results import gaps_of
from survey.actions.results.show_release import preview_release
from survey.programme.release import Release
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.areas import load_area_tree
from survey.storage.releases import newest_release
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class ReleaseReview:
    """`gaps` are keys that the page has words for. `shown` counts figures that would be public; 0 without a run."""

    wave: Wave
    gaps: tuple[str, ...]
    shown: int
    places: int
    newest: Release | None


def review_release(storage: Storage, wave_id: str, area: str) -> ReleaseReview | None:
    """None when there is no such wave, or when the account's `area` is not the whole: parts release nothing."""
    with storage.read() as session:
        wave, tree = load_wave(session, wave_id), load_area_tree(session)
        if wave is None or area not in tree.by_code or tree.by_code[area].parent is not None:
            return None
        run = newest_run(session, wave_id, "done")
        preview = preview_release(session, wave, run, tree) if run else None
        return ReleaseReview(
            wave=wave,
            gaps=tuple(gaps_of(session, wave_id)),
            shown=len(preview.figures) if preview else 0,
            places=len(preview.areas) if preview else 0,
            newest=newest_release(session, wave_id),
        )
