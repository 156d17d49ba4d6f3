"""Builds the application: settings, database, pages, commands."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from survey.cli.analyse import analyse_command, bulletin_command, question_command, report_command
from survey.cli.backup import backup_command, restore_command
from survey.cli.cases import cases_group
from survey.cli.clean_up import clean_up_command
from survey.cli.db import db_group
from survey.cli.demo import demo_group
from survey.cli.devices import devices_group
from survey.cli.evidence import evidence_command
from survey.cli.invitations import invitations_group
from survey.cli.jobs import jobs_group
from survey.cli.programme import programme_group
from survey.cli.questionnaires import questionnaires_group
from survey.cli.reply_slips import reply_slips_group
from survey.cli.responses import responses_group
from survey.cli.tokens import tokens_group
from survey.cli.users import users_group
from survey.cli.verify import verify_command
from survey.cli.waves import waves_group
from survey.cli.webhooks import webhooks_group
from survey.settings import PROJECT, Settings, read_settings
from survey.storage import Storage
from survey.web import (
    analyst,
    api,
    assets,
    errors,
    fieldwork,
    frame,
    gate,
    headers,
    i18n,
    interviewer,
    job_starter,
    jobs,
    limits,
    look,
    office,
    openrosa,
    public,
    respondent,
    security,
    services,
    staff,
    unit,
    webhooks,
)
from survey.web.late_rule import LateRule


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask application. Opens no connection and imports neither pandas nor scipy."""
    settings = settings or read_settings()
    app = _Application("survey", template_folder=str(PROJECT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=512 * 1024, MAX_FORM_PARTS=400)
    storage = Storage(settings.database_url)
    services.install(app, services.Services(storage, settings))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.install(app, settings.translations)
    look.install(app)
    assets.install(app, PROJECT / "survey" / "static")
    errors.install(app)
    headers.install(app, settings.trusted_proxies)
    public.watch(app)
    security.install(app, settings)
    limits.install(app, settings)
    gate.install(app)
    frame.install(app)
    job_starter.install(app, storage, settings)
    _register_pages(app)
    _register_commands(app)
    return app


class _Application(Flask):
    """Flask without its question before every call whether a function is asynchronous: none is."""

    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def _register_pages(app: Flask) -> None:
    app.register_blueprint(public.blueprint)
    app.register_blueprint(respondent.blueprint)
    app.register_blueprint(staff.blueprint)
    app.register_blueprint(jobs.blueprint)
    app.register_blueprint(webhooks.blueprint)
    app.register_blueprint(analyst.blueprint)
    app.register_blueprint(office.blueprint)
    app.register_blueprint(office.opinions)
    app.register_blueprint(office.programme)
    app.register_blueprint(office.preparation)
    app.register_blueprint(fieldwork.blueprint)
    app.register_blueprint(office.devices)
    app.register_blueprint(interviewer.blueprint)
    app.register_blueprint(office.collect)
    app.register_blueprint(office.questionnaires)
    app.register_blueprint(office.drafting)
    app.register_blueprint(office.imports)
    app.register_blueprint(office.figures)
    app.register_blueprint(office.cycles)
    app.register_blueprint(office.materials)
    app.register_blueprint(openrosa.blueprint)
    app.register_blueprint(interviewer.field)
    app.register_blueprint(unit.blueprint)
    app.register_blueprint(api.blueprint)


def _register_commands(app: Flask) -> None:
    app.cli.add_command(db_group)
    app.cli.add_command(cases_group)
    app.cli.add_command(demo_group)
    app.cli.add_command(programme_group)
    app.cli.add_command(users_group)
    app.cli.add_command(tokens_group)
    app.cli.add_command(invitations_group)
    app.cli.add_command(questionnaires_group)
    app.cli.add_command(waves_group)
    app.cli.add_command(responses_group)
    app.cli.add_command(reply_slips_group)
    app.cli.add_command(clean_up_command)
    app.cli.add_command(devices_group)
    app.cli.add_command(verify_command)
    app.cli.add_command(jobs_group)
    app.cli.add_command(webhooks_group)
    app.cli.add_command(analyse_command)
    app.cli.add_command(question_command)
    app.cli.add_command(report_command)
    app.cli.add_command(bulletin_command)
    app.cli.add_command(evidence_command)
    app.cli.add_command(backup_command)
    app.cli.add_command(restore_command)
