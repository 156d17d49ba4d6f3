"""Makes the nouns that tests work with: a small fictional district, a wave, invitations, submissions.

Every argument has a default, so that a test names only what it is about.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from survey.accounts.account import Account, Role
from survey.accounts.credentials import Credentials
from survey.fieldwork.case import Assignment, AssignmentAction, SampledCase
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.invitation.code import make_code
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType, SelectionDesign
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.margin import AGE_BANDS, SEXES, Margin
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveStatus
from survey.response.response import Answers, Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.accounts import insert_account
from survey.storage.areas import save_areas
from survey.storage.invitations import save_invitations
from survey.storage.questionnaires import QuestionnaireVersionRow, add_version
from survey.storage.waves import save_indicators, save_margins, save_wave

HEADER = StatisticsHeader("云创测1表", "云溪区创建办", "云溪区统计局", "云统制〔2026〕1号", date(2027, 12, 31))
ANSWERS: Answers = {"a1": "3", "a3": ["1", "4"], "b1": "5", "b2": None, "g1": "路灯很亮"}
KEY = "a key of the tests, never of an installation"
NOW = datetime(2026, 5, 18, 8, 30, tzinfo=UTC)
STARTED = datetime(2026, 5, 18, 8, 20, tzinfo=UTC)
WAVE = "wave-2026-1"
DISTRICT, STREET, COMMUNITY = "990101", "990101001", "990101001001"


def make_area_tree() -> AreaTree:
    """Two streets with two communities each."""
    areas = [Area(DISTRICT, Text("云溪区", "Yunxi District", "雲溪區"), AreaLevel.DISTRICT, None)]
    for street in ("001", "002"):
        code = DISTRICT + street
        name = Text(f"第{street}街道", f"Street {street}", f"第{street}街道")
        areas.append(Area(code, name, AreaLevel.STREET, DISTRICT))
        for community in ("001", "002"):
            name = Text(f"第{community}社区", f"Community {community}", f"第{community}社區")
            areas.append(Area(code + community, name, AreaLevel.COMMUNITY, code))
    return AreaTree.of(areas)


def make_wave(
    wave_id: str = WAVE,
    *,
    status: WaveStatus = WaveStatus.OPEN,
    questionnaire: str = "resident",
    version: int = 1,
    target_profile: str = "plan-s0",
    header: StatisticsHeader | None = None,
    opened_at: datetime | None = datetime(2026, 5, 4, 1, 0, tzinfo=UTC),
    closed_at: datetime | None = None,
) -> Wave:
    return Wave(
        id=wave_id,
        name=Text("2026年第一轮", "First wave 2026", "2026年第一輪"),
        population=Population.RESIDENTS,
        questionnaire=questionnaire,
        version=version,
        target_profile=target_profile,
        header=header or HEADER,
        organiser=Organiser(Text("云溪区创建办", "Yunxi creation office", "雲溪區創建辦"), "0990-0000001"),
        status=status,
        opened_at=opened_at,
        closed_at=closed_at,
    )


def make_poster(wave: str = WAVE, code: str | None = None, area: str = COMMUNITY) -> Invitation:
    place = Text("社区服务中心", "Community centre", "社區服務中心")
    return Invitation(wave, code or make_code(), InvitationKind.POSTER, area, place, PlaceType.SERVICE)


def make_letter(wave: str = WAVE, code: str | None = None, area: str = COMMUNITY) -> Invitation:
    design = SelectionDesign(stratum=area[:9], psu=area, base_weight=40.0)
    return Invitation(wave, code or make_code(), InvitationKind.LETTER, area, Text("住户"), PlaceType.HOME, design)


def make_submission(
    *,
    wave: str = WAVE,
    response_id: str | None = None,
    answers: Answers | None = None,
    code: str | None = None,
    single_use: bool = False,
    source: Source | None = None,
    mode: Mode = Mode.SELF,
    purpose: Purpose = Purpose.LIVE,
    area: str | None = COMMUNITY,
) -> Submission:
    """A resident's answers; with `single_use` through a household's letter, else through a poster."""
    drawn = single_use or source is Source.PROB
    return Submission(
        wave=wave,
        response_id=response_id or str(uuid.uuid4()),
        questionnaire="resident",
        version=1,
        answers=ANSWERS if answers is None else answers,
        source=source or (Source.PROB if single_use else Source.QR),
        mode=mode,
        purpose=purpose,
        language="zh-Hans",
        area=area,
        started_at=STARTED,
        code=code,
        single_use=single_use,
        design=SelectionDesign(STREET, COMMUNITY, 40.0) if drawn else None,
    )


def make_case(case_id: str, *, interviewer: str | None = "fy-01", **facts: Any) -> SampledCase:
    """A drawn dwelling of the first community."""
    facts = {"design": SelectionDesign(STREET, COMMUNITY, 40.0)} | facts
    return SampledCase(WAVE, case_id, COMMUNITY, f"云溪路{case_id}号", interviewer=interviewer, **facts)


def make_assignment(case_id: str, action: AssignmentAction, interviewer: str | None = "fy-01") -> Assignment:
    return Assignment(WAVE, case_id, 1, action, interviewer, "试验", "office@yunxi.example", NOW)


def add_interviewer(storage: Storage, code: str, area: str = DISTRICT) -> None:
    """An account of an interviewer, whose cases name it by `code`."""
    account = Account(0, f"{code}@yunxi.example", f"访问员{code}", Role.INTERVIEWER, area)
    with storage.write() as session:
        insert_account(session, Credentials(account, "a hash", f"session of {code}"))


@dataclass(frozen=True)
class StoredWave:
    """A wave in the database, with two posters and two letters."""

    wave: Wave
    posters: tuple[Invitation, ...]
    letters: tuple[Invitation, ...]
    areas: AreaTree = field(default_factory=make_area_tree)


def store_wave(
    storage: Storage, wave: Wave | None = None, *, definition: dict[str, object] | None = None
) -> StoredWave:
    """Put a district, a questionnaire version, a wave with margins and one indicator, and four codes into `storage`.

    `definition` is the compiled questionnaire; left out, a placeholder that tests of answers do not read.
    """
    wave = wave or make_wave()
    content = canonical_bytes(definition or {"name": wave.questionnaire, "version": wave.version})
    version = QuestionnaireVersionRow(
        name=wave.questionnaire,
        version=wave.version,
        sha256=sha256_hex(content),
        definition=content.decode(),
        published_at=NOW,
    )
    stored = StoredWave(
        wave,
        posters=(make_poster(wave.id), make_poster(wave.id, area="990101002001")),
        letters=(make_letter(wave.id), make_letter(wave.id, area="990101001002")),
    )
    with storage.write() as session:
        save_areas(session, stored.areas.areas)
        add_version(session, version)
        session.flush()
        save_wave(session, wave)
        streets = [area.code for area in stored.areas.at(AreaLevel.STREET)]
        cells = [Margin(street, sex, band, 1200.0) for street in streets for sex in SEXES for band in AGE_BANDS]
        save_margins(session, wave.id, cells)
        save_indicators(session, wave.id, [("support", json.dumps({"id": "support"}))])
        save_invitations(session, (*stored.posters, *stored.letters))
    return stored
