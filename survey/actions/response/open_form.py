"""Open the form that an access code stands for. Step 3 of the flow.

Everything read here changes rarely and is asked for with every page, so that it is kept in the process: published
questionnaires for ever, codes and waves for two seconds, the area tree for half a minute.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from json import loads
from typing import Generic, TypeVar

from survey.instrument.answers import read_answers
from survey.instrument.load import from_definition
from survey.instrument.order import block_order, in_block_order, order_seed
from survey.instrument.questionnaire import Audience, Questionnaire
from survey.instrument.text import Text
from survey.invitation.code import is_well_formed, normalise
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType, RetiredCodeError, UnknownCodeError
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.wave import OFFICE_TIME, Organiser, Wave, WaveNotOpenError
from survey.response.ticket import Ticket
from survey.storage import Storage, StorageUnavailableError
from survey.storage.areas import load_area_tree
from survey.storage.invitations import find_invitation, is_used, load_invitation
from survey.storage.questionnaires import load_definition
from survey.storage.responses import ResponseRow
from survey.storage.waves import list_waves, load_wave

FRESH_SECONDS = 2.0
AREAS_FRESH_SECONDS = 30.0
_LARGEST_CACHE = 5000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Form:
    """What a code opens. `questionnaire` holds the respondent's sections only, in the order in which they are asked;
    `order_seed` is set when this person has an order of their own.
    """

    invitation: Invitation
    wave: Wave
    questionnaire: Questionnaire
    areas: AreaTree
    order_seed: int | None = None

    @property
    def single_use(self) -> bool:
        return self.invitation.kind is InvitationKind.LETTER

    @cached_property
    def context(self) -> dict[str, str]:
        """The values that come with the code and that conditions may look at."""
        carried = {"place_type": self.invitation.place_type.value}
        return {value.name: carried[value.name] for value in self.questionnaire.context if value.name in carried}

    @cached_property
    def first_item(self) -> str:
        """The item that the form begins with."""
        return next(iter(read_answers(self.questionnaire, {}, context=self.context).answers))

    def consists_of(self, other: "Form") -> bool:
        """Whether both were made of the very same objects, so that what was derived from one holds for the other."""
        return self.invitation is other.invitation and self.wave is other.wave and self.areas is other.areas

    @cached_property
    def communities(self) -> frozenset[str]:
        """The area codes that an area item takes."""
        return frozenset(area.code for area in self.areas.at(AreaLevel.COMMUNITY))


class FormLibrary:
    """Opens forms for one process; see the module's docstring for what is kept and how long."""

    def __init__(self, storage: Storage, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._storage = storage
        self._invitations: _Recent[tuple[str | None, str], Invitation] = _Recent(fresh_seconds)
        self._waves: _Recent[str, Wave] = _Recent(fresh_seconds)
        self._areas: _Recent[str, AreaTree] = _Recent(AREAS_FRESH_SECONDS)
        self._questionnaires: _Recent[tuple[str, int], Questionnaire] = _Recent(float("inf"))
        self._ordered: _Recent[tuple[str, int, tuple[str, ...]], Questionnaire] = _Recent(float("inf"))
        self._open_waves: _Recent[str, list[Wave]] = _Recent(AREAS_FRESH_SECONDS)
        self._forms: dict[tuple[str | None, str], Form] = {}
        self._area_tree: AreaTree | None = None

    def open(self, typed: str, now: datetime) -> Form:
        """The form of a code as it was typed or scanned.

        Raises `UnknownCodeError`, `RetiredCodeError`, or `WaveNotOpenError` when the wave takes no answers now.
        """
        code = normalise(typed)
        if not is_well_formed(code):
            raise UnknownCodeError(f"access code {code[:20]!r}: its check character does not fit")
        form = self._form(None, code)
        if form.invitation.retired:
            raise RetiredCodeError(f"access code {code}: taken out of use")
        if not form.wave.accepts_on(now.astimezone(OFFICE_TIME).date()):
            raise WaveNotOpenError(form.wave)
        return form

    def reopen(self, ticket: Ticket, now: datetime) -> Form:
        """The form that a ticket was made for; it may be sent for some hours after the wave was closed.

        Raises like `open`. A code that was retired after the form was opened still counts, and an answer may be changed
        although its code was retired.
        """
        if ticket.edition > 1:
            return self._reopen_change(ticket, now)
        form = self._form(ticket.wave, ticket.code)
        retired_at = form.invitation.retired_at
        if retired_at is not None and retired_at <= ticket.started_at:
            raise RetiredCodeError(f"access code {ticket.code}: taken out of use")
        if not form.wave.accepts_sent(ticket.started_at, now):
            raise WaveNotOpenError(form.wave)
        return self.in_order(form, ticket.response_id)

    def in_order(self, form: Form, response_id: str) -> Form:
        """The form with its blocks in the order of this response; most questionnaires have one order for all."""
        whole = form.questionnaire
        if not whole.randomize:
            return form
        seed = order_seed(response_id)
        key = (whole.name, whole.version, block_order(whole, seed))
        ordered = self._ordered.get(key, partial(in_block_order, whole, seed))
        return replace(form, questionnaire=ordered, order_seed=seed)

    def _reopen_change(self, ticket: Ticket, now: datetime) -> Form:
        form = self._form(ticket.wave, ticket.code) if ticket.code else self._assemble(self._household_of(ticket))
        if not form.wave.accepts_sent(ticket.started_at, now):
            raise WaveNotOpenError(form.wave)
        return self.in_order(form, ticket.response_id)

    def _household_of(self, ticket: Ticket) -> Invitation:
        """What is known of a household whose answer is changed: its community, never its code."""
        with self._storage.read() as session:
            stored = session.get(ResponseRow, (ticket.wave, ticket.response_id))
        if stored is None or stored.area is None:
            raise UnknownCodeError(f"response {ticket.response_id} of wave {ticket.wave}: not there")
        home = Text("住户", "a household", "住戶")
        return Invitation(ticket.wave, "", InvitationKind.LETTER, stored.area, home, PlaceType.HOME)

    def organisers(self, now: datetime) -> list[Organiser]:
        """Who asks in the waves that take answers now: whom a person may call. Empty when that cannot be read."""
        try:
            waves = self._open_waves.get("", self._read_waves)
        except StorageUnavailableError:
            return []
        today = now.astimezone(OFFICE_TIME).date()
        return list(dict.fromkeys(wave.organiser for wave in waves if wave.accepts_on(today)))

    def holds_answer(self, form: Form) -> bool:
        """Whether the household's code was used; always False for posters."""
        if not form.single_use:
            return False
        with self._storage.read() as session:
            return is_used(session, form.wave.id, form.invitation.code)

    def _form(self, wave_id: str | None, code: str) -> Form:
        form = self._assemble(self._invitations.get((wave_id, code), partial(self._read_invitation, wave_id, code)))
        known = self._forms.get((wave_id, code))
        if known is not None and known.consists_of(form):
            return known
        if len(self._forms) >= _LARGEST_CACHE:
            self._forms.clear()
        self._forms[wave_id, code] = form
        return form

    def _assemble(self, invitation: Invitation) -> Form:
        wave = self._waves.get(invitation.wave, partial(self._read_wave, invitation.wave))
        version = (wave.questionnaire, wave.version)
        questionnaire = self._questionnaires.get(version, partial(self._read_questionnaire, *version))
        return Form(invitation, wave, questionnaire, self._areas.get("", self._read_areas))

    def _read_invitation(self, wave_id: str | None, code: str) -> Invitation:
        with self._storage.read() as session:
            found = find_invitation(session, code) if wave_id is None else load_invitation(session, wave_id, code)
        if found is None:
            raise UnknownCodeError(f"access code {code}: never issued")
        return found

    def _read_wave(self, wave_id: str) -> Wave:
        with self._storage.read() as session:
            found = load_wave(session, wave_id)
        if found is None:
            raise UnknownCodeError(f"wave {wave_id}: not there")
        return found

    def _read_waves(self) -> list[Wave]:
        with self._storage.read() as session:
            return list_waves(session)

    def _read_questionnaire(self, name: str, version: int) -> Questionnaire:
        with self._storage.read() as session:
            definition = load_definition(session, name, version)
        if definition is None:
            raise UnknownCodeError(f"questionnaire {name} version {version}: never published")
        whole = from_definition(loads(definition))
        return replace(whole, sections=tuple(s for s in whole.sections if s.audience is Audience.RESPONDENT))

    def _read_areas(self) -> AreaTree:
        with self._storage.read() as session:
            tree = load_area_tree(session)
        if tree != self._area_tree:  # an equal tree stays the same object, by which prepared pages are known
            self._area_tree = tree
        return self._area_tree or tree


class _Recent(Generic[K, V]):
    """Values that were read in the last `seconds`; a value that could not be read is not kept."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K, read: Callable[[], V]) -> V:
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        value = read()
        if len(self._kept) >= _LARGEST_CACHE:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + self._seconds, value)
        return value
