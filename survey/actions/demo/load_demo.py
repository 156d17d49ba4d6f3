"""Load the demonstration into an empty database: an invented district with a wave in the field.

Every answer goes through `receive_response`. A load that was interrupted is taken up again by the next one: it makes
the same things from the same seed, and what is there already stays as it is.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from survey.accounts.account import Role
from survey.actions.accounts.add_account import add_account
from survey.actions.accounts.find_account import list_accounts
from survey.actions.demo import district
from survey.actions.demo.accounts import ACCOUNTS, DemoAccount, code_maker
from survey.actions.demo.build import SEED, Demonstration, build_demonstration
from survey.actions.demo.fieldwork import appointments_of, first_assignments, late_visit, told_by
from survey.actions.demo.opinion_cases import write_opinion_cases
from survey.actions.demo.steps import steps_of
from survey.actions.demo.survey_wave import QUESTIONNAIRE, TARGET_PROFILE, VERSION, WAVE, field_start, make_wave
from survey.actions.fieldwork.ask_for_visit import ask_for_visit
from survey.actions.fieldwork.assign_cases import Decision
from survey.actions.fieldwork.collect_devices import issue_collect_device
from survey.actions.fieldwork.draw_recontacts import draw_recontacts
from survey.actions.fieldwork.record_recontact import record_recontact
from survey.actions.fieldwork.record_visit import record_visit
from survey.actions.fieldwork.release_replacement import release_replacement
from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.actions.instrument.publish_questionnaire import publish_questionnaire
from survey.actions.programme.open_wave import open_wave
from survey.actions.response.enter_paper import enter_paper
from survey.actions.response.print_paper import make_paper_forms
from survey.actions.response.receive_response import receive_response
from survey.actions.results.analyse_wave import analyse_wave
from survey.fieldwork.case import CaseState
from survey.fieldwork.disposition import Disposition
from survey.fieldwork.frame import SampleDraw
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.invitation.invitation import InvitationKind
from survey.programme.wave import WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.response.receipt import Outcome
from survey.response.response import Mode
from survey.settings import Settings
from survey.storage import Storage
from survey.storage.areas import load_area_tree, save_areas
from survey.storage.events import first_event, new_event, record_event
from survey.storage.fieldwork import list_cases, save_assignments, save_cases
from survey.storage.frames import save_draw
from survey.storage.funnel import add_steps
from survey.storage.invitations import list_invitations, save_invitations
from survey.storage.units import save_units
from survey.storage.visits import add_appointments, save_visits
from survey.storage.waves import list_waves, load_wave, save_indicators, save_margins, save_wave

ACTOR = "flask demo load"
PUBLISHED = ((QUESTIONNAIRE, VERSION), ("pulse", 1), ("merchant", 1), ("doorstep", 1), ("recontact", 1))
_BEGUN, _LOADED = "begin_demonstration", "load_demonstration"


class DemoError(ValueError):
    """The demonstration cannot be loaded here; the message says why."""


@dataclass(frozen=True)
class SignIn:
    """An account of the demonstration, with the password that it was loaded with."""

    role: Role
    email: str
    password: str


@dataclass(frozen=True)
class LoadedDemo:
    """`new` is False when it had been loaded before. `outcomes` counts what became of the deliveries.

    `poster` is the code of one poster, for a look at the residents' page.
    """

    new: bool
    outcomes: Mapping[Outcome, int]
    sign_ins: tuple[SignIn, ...]
    poster: str


def load_demo(
    storage: Storage, settings: Settings, now: datetime, on_progress: Callable[[int, int], None] = lambda _d, _t: None
) -> LoadedDemo:
    """Load it once. `on_progress` is told how many steps of how many are done.

    Raises `DemoError` on a production installation, and when the database holds something else.
    """
    if settings.production:
        raise DemoError("demo: expected a trial installation, found SURVEY_ENV=production; nothing was loaded")
    begun = _begin(storage, now)
    if begun is None:
        return _loaded(storage, settings, {}, new=False)
    publications = [
        publish_questionnaire(storage, settings.questionnaires, name, version, now=begun, actor=ACTOR)
        for name, version in PUBLISHED
    ]
    demo = build_demonstration(publications[0].questionnaire, begun, code_maker(settings.secret_key))
    steps = len(demo.deliveries) + len(ACCOUNTS)
    _lay_ground(storage, demo, _indicators(settings.questionnaires), begun)
    known = {found.account.email for found in list_accounts(storage)}
    for done, account in enumerate(ACCOUNTS, start=1):
        if account.email not in known:
            _add(storage, account, account.password(settings.secret_key), begun)
        on_progress(done, steps)
    outcomes: Counter[Outcome] = Counter()
    for done, delivery in enumerate(demo.deliveries, start=len(ACCOUNTS) + 1):
        outcomes[receive_response(storage, settings.secret_key, delivery.submission, delivery.at).outcome] += 1
        on_progress(done, steps)
    write_opinion_cases(storage, begun)
    _supervise(storage, settings.secret_key, demo, now)
    analyse_wave(storage, WAVE, settings.var / "demonstration", now)
    with storage.write() as session:
        add_steps(session, steps_of(demo.deliveries))
        record_event(session, new_event(now, ACTOR, _LOADED, WAVE))
    return _loaded(storage, settings, outcomes, new=True)


def _begin(storage: Storage, now: datetime) -> datetime | None:
    """When the load began, now or in an earlier, interrupted one; None when it had been finished."""
    with storage.write() as session:
        if first_event(session, _LOADED, WAVE) is not None:
            return None
        begun = first_event(session, _BEGUN, WAVE)
        if begun is not None:
            return begun.at
        if list_waves(session) or load_area_tree(session).areas:
            raise DemoError("demo: expected an empty database, found areas or waves in it; nothing was loaded")
        record_event(session, new_event(now, ACTOR, _BEGUN, WAVE))
    return now


def _indicators(questionnaires: Path) -> list[WaveIndicator]:
    """What the wave measures and is judged by: the catalogue's indicators with the targets of one plan."""
    checked = check_questionnaires(questionnaires)
    profile = checked.profiles[TARGET_PROFILE]
    fed = (indicator for indicator in checked.catalogue.values() if QUESTIONNAIRE in indicator.questionnaires)
    return [WaveIndicator(one, profile.target(one.id)) for one in fed]


def _lay_ground(storage: Storage, demo: Demonstration, indicators: list[WaveIndicator], begun: datetime) -> None:
    """District, wave, codes and fieldwork in one transaction; then the wave opens as any other does."""
    with storage.write() as session:
        wave = load_wave(session, WAVE)
        if wave is None:
            wave = make_wave(begun)
            save_areas(session, district.areas())
            save_units(session, district.units())
            save_wave(session, wave)
            save_margins(session, WAVE, district.margins())
            save_indicators(session, WAVE, [(one.indicator.id, dump_wave_indicator(one)) for one in indicators])
            save_invitations(session, (*demo.posters, *demo.letters))
            save_cases(session, demo.cases)
            save_draw(session, _draw_of(demo, begun))
            save_assignments(session, first_assignments(demo.cases, field_start(begun), ACTOR))
            save_visits(session, demo.visits)
            add_appointments(session, appointments_of(demo.visits))
    if wave.status is WaveStatus.DRAFT:
        open_wave(storage, WAVE, field_start(begun), ACTOR)


def _draw_of(demo: Demonstration, begun: datetime) -> SampleDraw:
    """The record of the draw: made here and not from a file, so the hash is that of the drawn dwellings."""
    reserve = sum(case.state is CaseState.RESERVE for case in demo.cases)
    sha256 = sha256_hex(canonical_bytes([case.frame_id for case in demo.cases]))
    return SampleDraw(WAVE, sha256, None, len(demo.cases) - reserve, reserve, begun, ACTOR)


def _supervise(storage: Storage, key: str, demo: Demonstration, now: datetime) -> None:
    """What supervisors did: replacements for refusals, a second visit asked for, households asked once more."""
    decision = Decision(ACTOR, district.DISTRICT, now, "住户两次拒访，改访替补户")
    with storage.read() as session:
        refused = [case for case in list_cases(session, WAVE) if case.disposition.is_refusal]
        away = [case for case in list_cases(session, WAVE) if case.disposition is Disposition.NO_ENTRY]
        done = any(case.replaces for case in list_cases(session, WAVE))
    if done:  # an interrupted load is taken up again
        return
    for case in refused[:3]:
        release_replacement(storage, WAVE, case.id, decision)
    asked = replace(decision, reason="物业已开门禁，请再去一次")
    ask_for_visit(storage, WAVE, away[0].id, asked, f"asked-{away[0].id}"[:36])
    rng = random.Random(SEED)  # noqa: S311 - an invented population, no secret
    for drawn in draw_recontacts(storage, WAVE, district.DISTRICT, 0.08, SEED, now, ACTOR):
        told = told_by(drawn, rng)
        if told is not None:
            record_recontact(storage, WAVE, drawn.case, district.DISTRICT, told, now, ACTOR)

    issue_collect_device(storage, "fy-01", "1 号手机", area=district.DISTRICT, now=now, actor=ACTOR)
    late = late_visit(away[1], now, rng)
    record_visit(storage, key, late, now)
    _type_in_paper(storage, key, demo, now)


def _type_in_paper(storage: Storage, key: str, demo: Demonstration, now: datetime) -> None:
    """Paper forms of one community: one typed in once, one twice with a difference that waits for a third look."""
    forms = make_paper_forms(storage, WAVE, district.communities("990101001")[0], 2, now, ACTOR)
    answers = next(one.submission.answers for one in demo.deliveries if one.submission.mode is Mode.PAPER)
    raw = {
        name: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for name, value in answers.items()
        if value is not None
    }
    mistyped = raw | {"a4": ["1" if raw.get("a4") == ["2"] else "2"], "a2": ["1" if raw.get("a2") == ["3"] else "3"]}
    office, analyst = ACCOUNTS[1], ACCOUNTS[2]
    passes = ((0, 1, raw, office), (0, 2, mistyped, analyst), (1, 1, raw, office))
    for place, number, typed, account in passes:
        enter_paper(
            storage,
            key,
            WAVE,
            forms[place].code,
            district.DISTRICT,
            number=number,
            raw=typed,
            eligible_persons=2,
            now=now,
            actor=account.email,
        )


def _add(storage: Storage, account: DemoAccount, password: str, now: datetime) -> None:
    add_account(
        storage,
        email=account.email,
        name=account.name,
        role=account.role,
        area=account.area,
        unit=account.unit,
        password=password,
        now=now,
        actor=ACTOR,
    )


def _loaded(storage: Storage, settings: Settings, outcomes: Mapping[Outcome, int], *, new: bool) -> LoadedDemo:
    with storage.read() as session:
        poster = list_invitations(session, WAVE, InvitationKind.POSTER)[0]
    sign_ins = (SignIn(one.role, one.email, one.password(settings.secret_key)) for one in ACCOUNTS)
    return LoadedDemo(new, outcomes, tuple(sign_ins), poster.code)
