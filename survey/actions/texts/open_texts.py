"""Open the texts of one item of a wave for an account: what was written, the categories, who coded what."""

import re
from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.exchange.export.export_columns import item_column_name
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire
from survey.programme.question import Question, QuestionKind
from survey.programme.wave import Wave
from survey.response.response import Source
from survey.response.text_coding import OpenText, TextCategory
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.questionnaires import require_questionnaire
from survey.storage.text_codings import load_categories, load_open_texts
from survey.storage.waves import load_wave

LOOKED_AT = 20_000  # texts that a page reads: their words are counted in some seconds
_PLAIN = re.compile(r"[0-9A-Za-z\u3400-\u9fff]+")  # written in stored answers as it is searched for, in either case


@dataclass(frozen=True)
class OpenTexts:
    """`items`: every open question of the wave; the rest is about the chosen one. `texts`: of the account's area.

    `cut`: there are more, and `texts` are the first ones in the order of random ids: a random part.
    """

    wave: Wave
    items: tuple[Item, ...]
    item: Item
    categories: tuple[TextCategory, ...]
    texts: tuple[OpenText, ...]
    cut: bool = False

    @property
    def offered(self) -> list[TextCategory]:
        return [one for one in self.categories if not one.ended]

    def left_for(self, coder: str) -> list[OpenText]:
        """What this coder has not coded; what was settled needs no coder any more."""
        return [one for one in self.texts if coder not in one.codings and one.settled is None]

    def coded_by(self, coder: str) -> int:
        return sum(coder in one.codings for one in self.texts)

    def to_settle(self, coder: str) -> list[OpenText]:
        """Where coders differ; of these a coder of the item sees own texts only: others' work stays hidden."""
        codes_itself = self.coded_by(coder) > 0
        return [one for one in self.texts if one.differs and (coder in one.codings or not codes_itself)]

    @property
    def settled(self) -> list[OpenText]:
        return [one for one in self.texts if one.settled is not None]

    @property
    def question(self) -> Question:
        """What the weighted shares of the categories are kept under: another coding is another question."""
        counted = {
            one.response: sorted(one.result)
            for one in self.texts
            if one.result is not None and one.source == Source.PROB.value
        }
        return Question(QuestionKind.TEXTS, item_column_name(self.item.name), sha256_hex(canonical_bytes(counted))[:16])


def text_items(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """The items that people answer in their own words."""
    return tuple(item for item in questionnaire.asked_items if item.type is ItemType.TEXT)


def open_texts(
    storage: Storage,
    wave_id: str,
    item: str,
    area: str,
    *,
    only_coded: bool = False,
    search: str = "",
    most: int | None = None,
) -> OpenTexts | None:
    """None when there is no such wave, no such open question in it, or (item "") none at all.

    `only_coded`: with the texts that somebody coded or settled, which are quickly found among many. `search`: those in
    which its words may stand; who asks looks again. `most`: no more texts than that, see `OpenTexts.cut`.
    """
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            return None
        items = text_items(require_questionnaire(session, wave.questionnaire, wave.version))
        chosen = next((one for one in items if item in ("", one.name)), None)
        if chosen is None:
            return None
        inside = codes_within(load_area_tree(session), area)
        categories = load_categories(session, wave_id, chosen.name)
        words = [word for word in search.split() if _PLAIN.fullmatch(word)]
        limit = None if most is None else most + 1
        found = (session, wave_id, chosen.name, inside)
        texts = load_open_texts(*found, only_coded=only_coded, holding=words, most=limit)
    cut = most is not None and len(texts) > most
    return OpenTexts(wave, items, chosen, tuple(categories), tuple(texts[:most]), cut)
