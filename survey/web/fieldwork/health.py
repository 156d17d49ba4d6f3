"""How the fieldwork goes: waves, and one wave with its rates, areas, workers, appointments and funnel."""

from flask import Blueprint, abort, render_template, request
from flask_babel import lazy_gettext

from survey.actions.fieldwork.list_devices import list_devices
from survey.actions.fieldwork.show_fieldwork import list_field_waves, show_fieldwork
from survey.programme.wave import Wave, WaveError
from survey.web.funnel_plot import funnel_plot
from survey.web.i18n import current_time, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import STATUSES

RESPONSE_RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6")
OTHER_RATES = ("COOP1", "COOP2", "REF1", "REF2", "CON1", "CON2")

WAVES: Listing[tuple[Wave, int]] = Listing(
    columns=(
        Column("name", lazy_gettext("调查轮次"), lambda row: in_page_language(row[0].name)),
        Column("status", lazy_gettext("状态"), lambda row: str(STATUSES[row[0].status])),
        Column("opened", lazy_gettext("开始"), lambda row: row[0].opened_at),
        Column("cases", lazy_gettext("样本户"), lambda row: row[1], number=True),
    ),
    identity=lambda row: row[0].id,
    text=lambda row: f"{row[0].name.zh_hans} {row[0].name.zh_hant} {row[0].name.en} {row[0].id}",
    sort="-opened",
    filters=(
        Filter(
            "status",
            lazy_gettext("状态"),
            {status.value: words for status, words in STATUSES.items()},
            lambda row: row[0].status.value,
        ),
    ),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "waves", waves)
    blueprint.add_url_rule("/<wave_id>", "health", health)


def waves() -> str:
    found = list_field_waves(services().storage, signed_in_account().area)
    return render_template("fieldwork/waves.html", page=WAVES.page(found, request.args))


def health(wave_id: str) -> str:
    area, now = signed_in_account().area, current_time()
    try:
        found = show_fieldwork(services().storage, wave_id, area, now)
    except WaveError:
        abort(404)
    devices = list_devices(services().storage, area)
    return render_template(
        "fieldwork/health.html",
        health=found,
        wave=found.wave,
        response_rates=RESPONSE_RATES,
        other_rates=OTHER_RATES,
        devices=len(devices.devices) + len(devices.collect),
        silent=devices.silent(now),
        plot=funnel_plot(found.funnel) if found.funnel else None,
    )
