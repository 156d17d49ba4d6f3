"""The page of a running wave: arrivals, sample, quotas, posters, weights, and what the intervals will be at the end."""

import re

from flask import Blueprint, Response, abort, request
from flask_babel import gettext, lazy_gettext

from survey.actions.results.live_wave import Arrivals, LiveWave
from survey.actions.results.watch_wave import watch_wave
from survey.programme.wave import WaveStatus
from survey.web import data_tables as cells
from survey.web.analyst.view import Chart, show
from survey.web.charts_of_time import arrivals_chart
from survey.web.data_tables import DataTable
from survey.web.i18n import as_heading, current_time, in_page_language
from survey.web.security import signed_in_account
from survey.web.services import services

_REFRESH_SECONDS = 60
EVERY = "all"  # what `?area=` says for all areas at once
REASONS = {
    "n<30": lazy_gettext("答案将少于 30 份"),
    "n_eff<30": lazy_gettext("有效样本量将少于 30"),
    "width>=0.30": lazy_gettext("区间仍将宽于 30 个百分点"),
    "relative width>1.30": lazy_gettext("区间相对于率仍将太宽"),
}

_THIN = re.compile(r"(\S+) = (.+) \((\d+) rows\)")
_MARGINS = {"margin_sex": lazy_gettext("街道与性别"), "margin_age": lazy_gettext("街道与年龄段")}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/live", "live", live)


def live(wave_id: str) -> str | Response:
    """The wave now. `?refresh=1`: the browser asks again every minute; `?area=`: whose intervals, or of `all`."""
    found = watch_wave(services().storage, wave_id, signed_in_account().area, current_time())
    if found is None:
        abort(404)
    judged = [one.area for one in found.places if one.area.level != "community"]
    chosen = request.args.get("area") or (judged[0].code if judged else EVERY)
    if chosen not in {EVERY, *(one.code for one in judged)}:
        abort(404)
    charts = [
        Chart(title, arrivals_chart(f"chart-{k}", title, arrivals, pattern))
        for k, (title, arrivals, pattern) in enumerate(
            (
                (gettext("每天收到的答卷"), found.days, "%m-%d"),
                (gettext("最近 48 小时（不含入户访问，它只记日期）"), found.hours, "%H:00"),
            )
        )
        if arrivals
    ]
    tables = [_days(found), _places(found), _quotas(found), _funnels(found), _intervals(found, chosen), _misses(found)]
    names = {one.area.code: in_page_language(one.area.name) for one in found.places}
    refresh = request.args.get("refresh") == "1" and found.wave.status is WaveStatus.OPEN
    return show(
        "analyst/live.html",
        found.wave,
        tables,
        charts,
        live=found,
        judged=judged,
        chosen=chosen,
        thin=[_thin(level, names) for level in found.thin],
        refresh_seconds=_REFRESH_SECONDS if refresh else None,
    )


def _thin(level: str, names: dict[str, str]) -> str:
    """A thin cell of the calibration in words: `margin_age = 990101001 65+ (19 rows)`."""
    match = _THIN.fullmatch(level)
    if match is None:
        return level
    margin, cell, n = match.groups()
    words = " ".join(names.get(part, part) for part in cell.split())
    shown = gettext("没有填写") if cell == "(missing)" else words
    told = gettext("%(margin)s %(cell)s：%(n)s 份", margin=str(_MARGINS.get(margin, margin)), cell=shown, n=n)
    return str(told)


def _days(found: LiveWave) -> DataTable:
    def row(one: Arrivals) -> list[cells.Cell]:
        return [cells.text(f"{one.day}"), cells.count(one.drawn), cells.count(one.self_selected)]

    heads = [gettext("日期"), gettext("抽样调查"), gettext("自愿扫码")]
    return cells.parts(gettext("每天收到的答卷"), heads, [row(one) for one in reversed(found.days)], (1, 2))


def _places(found: LiveWave) -> DataTable:
    heads = [
        *(gettext("地区"), gettext("抽样答卷"), gettext("扫码答卷"), gettext("今天")),
        *(gettext("样本户"), gettext("已上门"), gettext("已答"), gettext("还要上门"), gettext("预计抽样答卷")),
    ]
    rows = [
        [
            cells.text(in_page_language(one.area.name), kind=one.area.level),
            *map(cells.count, (one.drawn, one.self_selected, one.today)),
            *map(cells.count, (one.sample.cases, one.sample.worked, one.sample.interviews, one.sample.to_visit)),
            cells.count(one.expected),
        ]
        for one in found.places
    ]
    return cells.parts(gettext("各地区的进展"), heads, rows, range(1, 9))


def _quotas(found: LiveWave) -> DataTable:
    heads = [gettext("配额"), gettext("要求"), gettext("已收"), gettext("完成"), gettext("满额以后")]
    rows = [
        [
            cells.text(in_page_language(one.quota.label)),
            *(cells.count(one.quota.limit), cells.count(one.accepted), cells.share(one.accepted / one.quota.limit)),
            cells.count(one.over),
        ]
        for one in found.quotas
    ]
    return cells.parts(gettext("配额"), heads, rows, range(1, 5))


def _funnels(found: LiveWave) -> DataTable:
    heads = [
        *(gettext("海报所在地区"), gettext("扫码"), gettext("看题"), gettext("动笔")),
        *(gettext("提交"), gettext("待核对"), gettext("扫码后提交")),
    ]
    rows = [
        [
            cells.text(in_page_language(area.name)),
            *map(cells.count, (one.scanned, one.opened, one.started, one.sent, one.flagged)),
            cells.share(one.sent / one.scanned if one.scanned else None),
        ]
        for area, one in found.funnels
    ]
    return cells.parts(gettext("海报漏斗"), heads, rows, range(1, 7))


def _intervals(found: LiveWave, chosen: str) -> DataTable:
    """The figures of one area, or of all but the communities, which have too few answers to be judged."""
    heads = [
        *(gettext("指标"), gettext("地区"), gettext("现在的判断"), gettext("结果"), gettext("现在的区间宽度")),
        *(gettext("样本量"), gettext("预计样本量"), gettext("预计区间宽度")),
    ]
    rows = []
    for one in found.prospects:
        if one.reason or one.area.level == "community" or chosen not in {EVERY, one.area.code}:
            continue
        narrow = one.figure.limits[0] if one.figure.limits else None
        rows.append(
            [
                cells.text(as_heading(one.indicator.indicator.label)),
                cells.text(in_page_language(one.area.name)),
                *(cells.verdict(one.figure), cells.rate(one.figure)),
                cells.share(narrow.upper - narrow.lower if narrow else None),
                *(cells.count(one.figure.n), cells.count(one.expected_n), cells.share(one.width)),
            ]
        )
    return cells.parts(gettext("调查结束时区间会有多宽"), heads, rows, range(3, 8))


def _misses(found: LiveWave) -> DataTable:
    """One row for each area: a list of every indicator would hide what matters."""
    heads = [gettext("地区"), gettext("将不能公布的指标"), gettext("主要原因"), gettext("例如")]
    rows = []
    for place in found.places:
        here = [one for one in found.missing if one.area.code == place.area.code]
        of_all = sum(one.area.code == place.area.code for one in found.prospects)
        if here:
            reasons = [one.reason for one in here]
            reason = max(set(reasons), key=lambda one: (reasons.count(one), one))
            named = gettext("、").join(as_heading(one.indicator.indicator.label) for one in here[:3])
            rows.append(
                [
                    cells.text(in_page_language(place.area.name)),
                    cells.Cell(f"{len(here)} / {of_all}", len(here), "n"),
                    *(cells.text(str(REASONS.get(reason, reason))), cells.text(named)),
                ]
            )
    return cells.parts(gettext("按目前的进度，到结束时仍不能公布的地区"), heads, rows, (1,))
