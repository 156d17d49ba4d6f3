"""Categories of open answers, what each coder found in each text, and what was settled where coders differ.

A coder's row is the coder's own: two who code at once never write the same row.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import ForeignKey, String, Text, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.opinion.personal_data import mask_personal_data
from survey.response.response import Purpose
from survey.response.text_coding import OpenText, TextCategory, TextCoding, text_sha256
from survey.storage.base import Base
from survey.storage.responses import ResponseRow
from survey.storage.reviews import not_rejected

_FETCHED, _FETCHED_FOR_ONE = 2000, 20


class TextCategoryRow(Base):
    __tablename__ = "text_category"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    meaning: Mapped[str] = mapped_column(Text)
    ended: Mapped[bool]


class TextCodingRow(Base):
    """`codes`: JSON, sorted. A withdrawn response leaves its codings behind, which then count for nothing."""

    __tablename__ = "text_coding"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    coder: Mapped[str] = mapped_column(String(120), primary_key=True)
    codes: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    coded_at: Mapped[datetime]


class TextSettlementRow(Base):
    __tablename__ = "text_settlement"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    codes: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    settled_by: Mapped[str] = mapped_column(String(120))
    settled_at: Mapped[datetime]


_CODED = (TextCodingRow, TextSettlementRow)


def load_categories(session: Session, wave_id: str, item: str) -> list[TextCategory]:
    """Ended ones too, in the order in which they were added."""
    row = TextCategoryRow
    found = session.scalars(select(row).where(row.wave == wave_id, row.item == item))
    kept = [TextCategory(one.code, one.label, one.meaning, one.ended) for one in found]
    return sorted(kept, key=lambda one: int(one.code))


def save_category(session: Session, wave_id: str, item: str, category: TextCategory) -> None:
    """Insert, or change the one with this code."""
    words = {"label": category.label, "meaning": category.meaning, "ended": category.ended}
    session.merge(TextCategoryRow(wave=wave_id, item=item, code=category.code, **words))
    session.flush()


def load_open_texts(
    session: Session,
    wave_id: str,
    item: str,
    areas: frozenset[str],
    *,
    only_coded: bool = False,
    holding: Sequence[str] = (),
    most: int | None = None,
) -> list[OpenText]:
    """The masked texts of live answers that belong to `areas`, with their codings, in the order of their random ids.

    `only_coded`: those that somebody coded or settled, found by their keys however many others there are. `holding`:
    only answers in which these words stand anywhere; `most`: no more than so many.
    """
    codings: dict[str, list[TextCodingRow]] = {}
    own, third = TextCodingRow, TextSettlementRow
    for coding in session.scalars(select(own).where(own.wave == wave_id, own.item == item)):
        codings.setdefault(coding.response_id, []).append(coding)
    settled = {
        one.response_id: one for one in session.scalars(select(third).where(third.wave == wave_id, third.item == item))
    }
    return [
        _open_text(response_id, text, source, codings.get(response_id, []), settled.get(response_id))
        for response_id, source, text in islice(
            _texts(session, wave_id, item, areas, only_coded=only_coded, holding=holding), most
        )
    ]


def texts_after(session: Session, wave_id: str, item: str, areas: frozenset[str], after: str) -> Iterator[OpenText]:
    """The texts of `load_open_texts` whose ids come behind `after`, without codings, read while somebody wants more."""
    for response_id, source, text in _texts(session, wave_id, item, areas, after=after, at_once=_FETCHED_FOR_ONE):
        yield OpenText(response_id, text, source)


def _texts(
    session: Session,
    wave_id: str,
    item: str,
    areas: frozenset[str],
    *,
    after: str = "",
    only_coded: bool = False,
    holding: Sequence[str] = (),
    at_once: int = _FETCHED,
) -> Iterator[tuple[str, str, str]]:
    """Only rows in which something was written are read: answers are stored as compact JSON."""
    row = ResponseRow
    query = (
        select(row.response_id, row.source, row.answers)
        .where(row.wave == wave_id, row.purpose == Purpose.LIVE.value, row.area.in_(areas))
        .where(row.answers.contains(f'"{item}":"', autoescape=True), not_rejected(row.wave, row.response_id))
        .order_by(row.response_id)
    )
    if after:
        query = query.where(row.response_id > after)
    for word in holding:
        query = query.where(row.answers.icontains(word, autoescape=True))
    if only_coded:
        coded = (select(one.response_id).where(one.wave == wave_id, one.item == item) for one in _CODED)
        query = query.where(row.response_id.in_(union(*coded)))
    for response_id, source, answers in session.execute(query.execution_options(yield_per=at_once)):
        written = json.loads(answers).get(item)
        if isinstance(written, str) and (text := mask_personal_data(written.strip())):
            yield response_id, source, text


def _open_text(
    response_id: str, text: str, source: str, codings: list[TextCodingRow], settled: TextSettlementRow | None
) -> OpenText:
    """Codings of another wording are left out: it was changed after it had been coded."""
    sha256 = text_sha256(text)
    found = {one.coder: frozenset(json.loads(one.codes)) for one in codings if one.sha256 == sha256}
    decided = frozenset(json.loads(settled.codes)) if settled is not None and settled.sha256 == sha256 else None
    return OpenText(response_id, text, source, found, decided)


def save_coding(session: Session, wave_id: str, item: str, coding: TextCoding) -> None:
    """Insert, or put the coder's newer coding of this text in the place of the older one."""
    session.merge(
        TextCodingRow(
            wave=wave_id,
            item=item,
            response_id=coding.response,
            coder=coding.coder,
            codes=_stored(coding.codes),
            sha256=coding.sha256,
            coded_at=coding.at,
        )
    )
    session.flush()


def newest_coding(session: Session, wave_id: str, item: str, coder: str) -> TextCodingRow | None:
    """What this coder coded last."""
    row = TextCodingRow
    query = select(row).where(row.wave == wave_id, row.item == item, row.coder == coder)
    return session.scalars(query.order_by(row.coded_at.desc(), row.response_id.desc()).limit(1)).first()


def save_settlement(session: Session, wave_id: str, item: str, coding: TextCoding) -> None:
    """What was decided of a text; `coder` is who settled it."""
    session.merge(
        TextSettlementRow(
            wave=wave_id,
            item=item,
            response_id=coding.response,
            codes=_stored(coding.codes),
            sha256=coding.sha256,
            settled_by=coding.coder,
            settled_at=coding.at,
        )
    )
    session.flush()


def delete_settlement(session: Session, wave_id: str, item: str, response_id: str) -> bool:
    """Whether there was one."""
    row = session.get(TextSettlementRow, (wave_id, item, response_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def _stored(codes: frozenset[str]) -> str:
    return json.dumps(sorted(codes, key=int))
