"""The demonstration's wave: in the field for three weeks, with posters of every kind."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from survey.actions.demo.district import name_of
from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveStatus

WAVE = "demo-residents"
QUESTIONNAIRE, VERSION = "resident", 1
TARGET_PROFILE = "plan-s2"
FIELD_DAYS = 21
PHONE = "000-0000 0000（虚构）"


def field_start(now: datetime) -> datetime:
    """When the wave opened: eight in the morning (Shanghai), three weeks before `now`."""
    return (now - timedelta(days=FIELD_DAYS)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def make_wave(now: datetime) -> Wave:
    """The wave as a draft; it is opened like any other."""
    return Wave(
        id=WAVE,
        name=Text(
            "春禾区居民满意度调查（演示）",
            "Residents' satisfaction survey, Chunhe District (demonstration)",
            "春禾區居民滿意度調查（演示）",
        ),
        population=Population.RESIDENTS,
        questionnaire=QUESTIONNAIRE,
        version=VERSION,
        target_profile=TARGET_PROFILE,
        header=StatisticsHeader(
            form_number="春创测01表（虚构）",
            authority="春禾区创建办（虚构）",
            approved_by="春禾区统计局（虚构）",
            approval_number="春统制〔0000〕000号（虚构）",
            valid_until=date(now.year + 1, 12, 31),
        ),
        organiser=Organiser(
            Text(
                "春禾区文明城市创建办公室（虚构）",
                "Civilised City Creation Office of Chunhe District (fictional)",
                "春禾區文明城市創建辦公室（虛構）",
            ),
            PHONE,
        ),
        status=WaveStatus.DRAFT,
    )


_KINDS = {
    PlaceType.HEALTH: Text("卫生服务站", "health station", "衛生服務站"),
    PlaceType.BUS: Text("公交候车亭", "bus shelter", "公車候車亭"),
    PlaceType.SCHOOL: Text("小学校门口", "primary-school gate", "小學校門口"),
    PlaceType.SERVICE: Text("便民服务大厅", "service hall", "便民服務大廳"),
    PlaceType.PARK: Text("口袋公园", "pocket park", "口袋公園"),
    PlaceType.HOME: Text("小区宣传栏", "estate notice board", "小區宣傳欄"),
}
# Where the fifteen posters hang; the second weight is how many people scan there, relative to the others.
POSTER_PLACES: tuple[tuple[str, PlaceType, float], ...] = (
    ("990101001001", PlaceType.SERVICE, 2.0),
    ("990101001001", PlaceType.PARK, 1.4),
    ("990101001002", PlaceType.BUS, 1.2),
    ("990101001003", PlaceType.SCHOOL, 1.6),
    ("990101001003", PlaceType.HEALTH, 1.3),
    ("990101001004", PlaceType.HOME, 0.8),
    ("990101002001", PlaceType.SERVICE, 1.8),
    ("990101002001", PlaceType.BUS, 1.0),
    ("990101002002", PlaceType.HEALTH, 1.1),
    ("990101002003", PlaceType.PARK, 1.5),
    ("990101002003", PlaceType.SCHOOL, 1.2),
    ("990101002004", PlaceType.HOME, 0.7),
    ("990101003001", PlaceType.SERVICE, 1.0),
    ("990101003002", PlaceType.HEALTH, 0.5),
    ("990101003003", PlaceType.BUS, 0.4),
)


def make_posters(new_code: Callable[[], str]) -> tuple[Invitation, ...]:
    """One invitation per place of `POSTER_PLACES`, in that order."""
    return tuple(
        Invitation(WAVE, new_code(), InvitationKind.POSTER, area, _place(area, kind), kind)
        for area, kind, _ in POSTER_PLACES
    )


def _place(area: str, kind: PlaceType) -> Text:
    community, place = name_of(area), _KINDS[kind]
    return Text(community.zh_hans + place.zh_hans, f"{community.en}, {place.en}", community.zh_hant + place.zh_hant)
