"""Find the next text for a coder, by keys: a wave may have a hundred thousand and more."""

from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.texts.open_texts import OpenTexts, open_texts
from survey.response.text_coding import OpenText
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.hour_counts import count_by_hour
from survey.storage.text_codings import texts_after

COUNTED_UP_TO = 20_000  # responses of a wave among which texts are counted for the sake of a progress bar


@dataclass(frozen=True)
class NextText:
    """`shown` is None when nothing is left. `left`: texts that this coder has not coded; None where they are many."""

    found: OpenTexts
    shown: OpenText | None
    coded: int
    left: int | None


def next_text(
    storage: Storage, wave_id: str, item: str, area: str, coder: str, *, after: str = "", wanted: str = ""
) -> NextText | None:
    """The text `wanted`, else the first behind `after` that `coder` has not coded and nobody settled, else the first.

    None as `open_texts`. What was coded is read whole, of the rest only what lies before the text that is shown.
    """
    found = open_texts(storage, wave_id, item, area, only_coded=True)
    if found is None:
        return None
    done = {one.response: one for one in found.texts if coder in one.codings or one.settled is not None}
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), area)

        def first_behind(place: str) -> OpenText | None:
            stream = texts_after(session, wave_id, found.item.name, inside, place)
            return next((one for one in stream if one.response not in done), None)

        def of_name(response: str) -> OpenText | None:
            stream = texts_after(session, wave_id, found.item.name, inside, response[:-1])
            behind = next((one for one in stream if one.response >= response), None)
            return behind if behind is not None and behind.response == response else None

        named = done.get(wanted) or (of_name(wanted) if wanted else None)
        shown = named if named is not None and named.settled is None else first_behind(after)
        if shown is None and after:
            shown = first_behind("")
        left = None
        if sum(one.n for one in count_by_hour(session, wave_id)) <= COUNTED_UP_TO:
            left = sum(one.response not in done for one in texts_after(session, wave_id, found.item.name, inside, ""))
    return NextText(found, shown, found.coded_by(coder), left)
