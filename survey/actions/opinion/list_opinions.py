"""List the opinions of an area for the office, with counts by topic and state; read the reply slips of a wave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from survey.actions.programme.list_waves_in_area import codes_within
from survey.opinion.opinion import Opinion, OpinionState, Topic
from survey.opinion.reply_slip import KEPT, decrypt
from survey.programme.area import AreaTree
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage import opinions as stored
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.opinion_steps import deadlines
from survey.storage.waves import list_waves, load_wave

SHOWN = 10_000  # a list that is read whole; older ones are found by their state


@dataclass(frozen=True)
class OpinionList:
    """The newest `SHOWN` opinions of the account's area; counts are of all of them. Slips are counted by wave.

    `deadlines`: by tracking code, for those that a unit has in hand.
    """

    opinions: tuple[Opinion, ...]
    counts: Mapping[tuple[Topic, OpinionState], int]
    areas: AreaTree
    slips: tuple[tuple[Wave, int], ...]
    deadlines: Mapping[str, date]

    def count(self, topic: Topic | None = None, state: OpinionState | None = None) -> int:
        """How many of a topic and a state; None: of any."""
        return sum(n for (t, s), n in self.counts.items() if topic in (None, t) and state in (None, s))


@dataclass(frozen=True)
class ReadSlip:
    """`number`: the first eight signs of the slip's random id, to speak of it without the name."""

    number: str
    name: str
    contact: str
    sent_on: date


def list_opinions(storage: Storage, area: str, state: OpinionState | None = None) -> OpinionList:
    """Opinions about `area` and what lies in it. Slips name no place: only an account of the whole sees them.

    `state`: only opinions in this state are listed; all are counted.
    """
    with storage.read() as session:
        tree = load_area_tree(session)
        inside = codes_within(tree, area)
        whole = bool(inside) and tree.by_code[area].parent is None
        slips = stored.count_slips(session) if whole else {}
        found = stored.list_opinions(session, inside, SHOWN, state)
        return OpinionList(
            tuple(found),
            stored.count_opinions(session, inside),
            tree,
            tuple((wave, slips[wave.id]) for wave in list_waves(session) if wave.id in slips),
            deadlines(session, [opinion.code for opinion in found]),
        )


def read_slips(
    storage: Storage, wave_id: str, area: str, secret_key: str, now: datetime, actor: str
) -> tuple[Wave, list[ReadSlip]] | None:
    """Names and contacts of a wave's slips; who read them is logged. None for an unknown wave or a part of the whole.

    Raises `ReplySlipError` when `SECRET_KEY` is not the one that they were written with.
    """
    with storage.write() as session:
        wave, tree = load_wave(session, wave_id), load_area_tree(session)
        if wave is None or area not in tree.by_code or tree.by_code[area].parent is not None:
            return None
        stored.delete_slips_before(session, now.date() - KEPT)
        rows = stored.list_slips(session, wave_id)
        slips = [ReadSlip(row.slip_id[:8].upper(), *decrypt(row.content, secret_key), row.sent_on) for row in rows]
        record_event(session, new_event(now, actor, "read_reply_slips", wave_id, f"{len(slips)} slips"))
    return wave, slips
