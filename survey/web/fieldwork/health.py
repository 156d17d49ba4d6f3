"""How the fieldwork goes: waves, and one wave with its rates, areas, workers, appointments and funnel."""

from flask import Blueprint, abort, render_template

from survey.actions.fieldwork.list_devices import list_devices
from survey.actions.fieldwork.show_fieldwork import list_field_waves, show_fieldwork
from survey.programme.wave import WaveError
from survey.web.funnel_plot import funnel_plot
from survey.web.i18n import current_time
from survey.web.security import signed_in_account
from survey.web.services import services

RESPONSE_RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6")
OTHER_RATES = ("COOP1", "COOP2", "REF1", "REF2", "CON1", "CON2")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "waves", waves)
    blueprint.add_url_rule("/<wave_id>", "health", health)


def waves() -> str:
    found = list_field_waves(services().storage, signed_in_account().area)
    return render_template("fieldwork/waves.html", waves=found)


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
