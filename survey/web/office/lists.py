"""The lists of the office: its waves, the areas, the responsible units."""

from flask_babel import lazy_gettext

from survey.actions.programme.list_waves_in_area import WaveSummary
from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.programme.area import Area, AreaLevel
from survey.programme.unit import Unit, UnitRole
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.wave_list import ANSWERS, BY_STATUS, NAME, OPENED, STATUS, searched

POPULATIONS = {
    Population.RESIDENTS: lazy_gettext("居民"),
    Population.MERCHANTS: lazy_gettext("店铺商家"),
    Population.STAFF: lazy_gettext("企业职工"),
    Population.STUDENTS: lazy_gettext("学生"),
}
LEVELS = {
    AreaLevel.DISTRICT: lazy_gettext("区县"),
    AreaLevel.STREET: lazy_gettext("街道、乡镇"),
    AreaLevel.COMMUNITY: lazy_gettext("社区、村"),
    AreaLevel.GRID: lazy_gettext("网格"),
}


def _every_name(name: Text) -> str:
    return f"{name.zh_hans} {name.zh_hant} {name.en}"


WAVES: Listing[WaveSummary] = Listing(
    columns=(
        *(NAME, STATUS),
        Column("population", lazy_gettext("调查对象"), lambda row: str(POPULATIONS[row.wave.population])),
        OPENED,
        Column("until", lazy_gettext("有效期至"), lambda row: row.wave.header.valid_until),
        *ANSWERS,
    ),
    identity=lambda row: row.wave.id,
    text=searched,
    sort="-opened",
    filters=(
        BY_STATUS,
        Filter(
            "population",
            lazy_gettext("调查对象"),
            {population.value: words for population, words in POPULATIONS.items()},
            lambda row: row.wave.population.value,
        ),
    ),
)


AREAS: Listing[Area] = Listing(
    columns=(
        Column("code", lazy_gettext("代码"), lambda area: area.code),
        Column("name", lazy_gettext("名称"), lambda area: in_page_language(area.name)),
        Column("level", lazy_gettext("层级"), lambda area: list(AreaLevel).index(area.level)),
        Column("group", lazy_gettext("地区类别"), lambda area: area.group or None),
        Column("state", lazy_gettext("状态"), lambda area: area.ended_on),
    ),
    identity=lambda area: area.code,
    text=lambda area: f"{area.code} {area.group} {_every_name(area.name)}",
    sort="code",
    filters=(
        Filter(
            "level",
            lazy_gettext("层级"),
            {level.value: words for level, words in LEVELS.items()},
            lambda area: area.level.value,
        ),
        Filter(
            "state",
            lazy_gettext("状态"),
            {"used": lazy_gettext("使用中"), "ended": lazy_gettext("已停用")},
            lambda area: "ended" if area.ended_on else "used",
        ),
    ),
)

UNITS: Listing[Unit] = Listing(
    columns=(
        Column("code", lazy_gettext("代码"), lambda unit: unit.code),
        Column("name", lazy_gettext("单位"), lambda unit: in_page_language(unit.name)),
        Column("lead", lazy_gettext("牵头指标"), lambda unit: _roles(unit, UnitRole.LEAD)),
        Column("cooperating", lazy_gettext("配合指标"), lambda unit: _roles(unit, UnitRole.COOPERATING)),
        Column("state", lazy_gettext("状态"), lambda unit: unit.ended_on),
    ),
    identity=lambda unit: unit.code,
    text=lambda unit: f"{unit.code} {_every_name(unit.name)} {' '.join(id_ for id_, _ in unit.roles)}",
    sort="code",
)


def _roles(unit: Unit, role: UnitRole) -> int:
    return sum(each is role for _, each in unit.roles)
