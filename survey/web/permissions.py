"""Who may open what: one row per endpoint. A route without a row is refused; gate.py asks before every request."""

from survey.accounts.account import Role
from survey.accounts.service_token import Scope

ADMINISTRATOR, OFFICE, ANALYST = Role.ADMINISTRATOR, Role.OFFICE, Role.ANALYST
SUPERVISOR, INTERVIEWER, UNIT = Role.SUPERVISOR, Role.INTERVIEWER, Role.UNIT

STAFF = frozenset(Role)
PROGRAMME = frozenset({OFFICE, ANALYST})
FIELDWORK = frozenset({OFFICE, SUPERVISOR})  # those who see addresses; never single answers beside them
NOBODY: frozenset[Role] = frozenset()

# Everybody, without session, cookie or token: what residents, browsers and monitors ask for.
PUBLIC = frozenset(
    {
        "asset",
        "public.start",
        "public.open_code",
        "public.health",
        "public.readiness",
        "public.metrics",
        "api.openapi",
        "public.results",
        "public.released",
        "public.released_figures",
        "public.released_chart",
        "respondent.start",
        "respondent.show_start_again",
        "respondent.show_challenge",
        "respondent.show_all",
        "respondent.take_all",
        "respondent.show_one",
        "respondent.take_one",
        "respondent.show_review",
        "respondent.take_review",
        "respondent.find_receipt",
        "respondent.show_receipt",
        "respondent.show_change",
        "respondent.show_withdraw",
        "respondent.take_withdraw",
        "respondent.show_resume",
        "respondent.enter_resume",
        "respondent.take_resume",
        "respondent.opinion",
        "respondent.find_opinion",
        "respondent.show_opinion",
        "respondent.judge_opinion",
        "respondent.slip",
        "respondent.slip_sent",
        "respondent.show_kiosk",
        "respondent.show_done",
        "respondent.leave",
        # The files of the worker's app, which hold nothing.
        "field.app",
        "field.app_in",
        "field.service_worker",
        "field.manifest",
        "field.module",
    }
)

# Other programs, with a token instead of a session: the scope that the token must have.
SERVICES: dict[str, Scope] = {
    "api.waves": Scope.RESULTS,
    "api.areas": Scope.RESULTS,
    "api.estimates": Scope.RESULTS,
    "api.responses": Scope.RESPONSES,
    "api.funnel": Scope.FIELDWORK,
}

# Programs on workers' devices: no session and no cookie; a token that the view itself checks decides, and no role does.
BY_TOKEN = frozenset(
    {
        "field.work",
        "field.form",
        "field.contact",
        "field.deliver",
        "openrosa.list_forms",
        "openrosa.form",
        "openrosa.list_files",
        "openrosa.cases",
        "openrosa.announce",
        "openrosa.take",
    }
)

# Everybody, with a session and protected forms: the way in.
SIGNING_IN = frozenset(
    {
        "security.login",
        "security.two_factor_token_validation",
        "security.mf_recovery",
    }
)

# The roles of every other page. Rates are for those who run the programme; answers are for analysts only.
ROLES: dict[str, frozenset[Role]] = {
    "staff.home": STAFF,
    "security.logout": STAFF,
    "security.change_password": STAFF,
    "security.verify": STAFF,
    "security.two_factor_setup": STAFF,
    "security.two_factor_setup_validate": STAFF,
    "security.mf_recovery_codes": STAFF,
    "jobs.jobs": STAFF,
    "jobs.job": STAFF,
    "jobs.cancel": STAFF,
    "jobs.file": STAFF,
    "analyst.waves": PROGRAMME,
    "analyst.wave": PROGRAMME,
    "analyst.indicator": PROGRAMME,
    "analyst.start": PROGRAMME,
    "analyst.estimates": PROGRAMME,
    "analyst.live": PROGRAMME,
    "analyst.figures": PROGRAMME,
    "analyst.ask": PROGRAMME,
    "analyst.crosstab": PROGRAMME,
    "analyst.ranks": PROGRAMME,
    "analyst.rules": PROGRAMME,
    "analyst.trend": PROGRAMME,
    "analyst.texts": frozenset({ANALYST}),
    "analyst.texts_of": frozenset({ANALYST}),
    "analyst.categories": frozenset({ANALYST}),
    "analyst.save_category": frozenset({ANALYST}),
    "analyst.coding": frozenset({ANALYST}),
    "analyst.code": frozenset({ANALYST}),
    "analyst.settling": frozenset({ANALYST}),
    "analyst.settle_text": frozenset({ANALYST}),
    "analyst.responses": frozenset({ANALYST}),
    "analyst.bulletin": PROGRAMME,
    "analyst.make": PROGRAMME,  # answers and evidence: analysts only, which the view asks
    "analyst.release": PROGRAMME,
    "analyst.withdraw": PROGRAMME,
    "office.waves": frozenset({OFFICE}),
    "office.wave": frozenset({OFFICE}),
    "office.code_picture": frozenset({OFFICE}),
    "office.posters": frozenset({OFFICE}),
    "office.retire": frozenset({OFFICE}),
    "office.replace": frozenset({OFFICE}),
    "office.print_page": frozenset({OFFICE}),
    "office.add_poster": frozenset({OFFICE}),
    "office.issue_file": frozenset({OFFICE}),
    "office.preview": frozenset({OFFICE}),
    "office.funnel": frozenset({OFFICE}),
    "office.letters": frozenset({OFFICE}),
    "office.print_letters": frozenset({OFFICE}),
    "office.letter_preview": frozenset({OFFICE}),
    "office.paper": PROGRAMME,
    "office.find_form": PROGRAMME,
    "office.print_paper": frozenset({OFFICE}),
    "office.paper_form": PROGRAMME,
    "office.take_paper": PROGRAMME,
    "programme.programme": frozenset({OFFICE}),
    "programme.areas": frozenset({OFFICE}),
    "programme.units": frozenset({OFFICE}),
    "programme.new_area": frozenset({OFFICE}),
    "programme.area": frozenset({OFFICE}),
    "programme.new_unit": frozenset({OFFICE}),
    "programme.unit": frozenset({OFFICE}),
    "plans.new": frozenset({OFFICE}),
    "plans.checklist": frozenset({OFFICE}),
    "plans.step": frozenset({OFFICE}),
    "plans.open": frozenset({OFFICE}),
    "plans.discard": frozenset({OFFICE}),
    "plans.file": frozenset({OFFICE}),
    "plans.own_indicator": frozenset({OFFICE}),
    "plans.change_own": frozenset({OFFICE}),
    "plans.versions": frozenset({OFFICE}),
    "plans.change": frozenset({OFFICE}),
    "plans.close": frozenset({OFFICE}),
    "opinions.opinions": frozenset({OFFICE}),
    "opinions.opinion": frozenset({OFFICE}),
    "opinions.letter": frozenset({OFFICE}),
    "opinions.slips": frozenset({OFFICE}),
    "cycles.cycles": PROGRAMME,
    "cycles.cycle": PROGRAMME,
    "cycles.new": frozenset({OFFICE}),
    "cycles.change": frozenset({OFFICE}),
    "figures.figures": PROGRAMME,
    "figures.table": PROGRAMME,
    "figures.ready": PROGRAMME,
    "figures.indicator": PROGRAMME,
    "figures.check": PROGRAMME,
    "materials.materials": PROGRAMME,
    "materials.download": PROGRAMME,
    "materials.remove": PROGRAMME,
    "materials.package": PROGRAMME,
    "imports.imports": PROGRAMME,
    "imports.mapping": PROGRAMME,
    "imports.withdraw": PROGRAMME,
    "questionnaires.questionnaires": frozenset({OFFICE}),
    "questionnaires.download": frozenset({OFFICE}),
    "questionnaires.check": frozenset({OFFICE}),
    "questionnaires.publish": frozenset({OFFICE}),
    "questionnaires.start_draft": frozenset({OFFICE}),
    "drafting.new": frozenset({OFFICE}),
    "drafting.start": frozenset({OFFICE}),
    "drafting.copy": frozenset({OFFICE}),
    "drafting.editor": frozenset({OFFICE}),
    "drafting.arrange": frozenset({OFFICE}),
    "drafting.undo": frozenset({OFFICE}),
    "drafting.add_item": frozenset({OFFICE}),
    "drafting.item": frozenset({OFFICE}),
    "drafting.head": frozenset({OFFICE}),
    "drafting.section": frozenset({OFFICE}),
    "drafting.preview": frozenset({OFFICE}),
    "drafting.compare": frozenset({OFFICE}),
    "drafting.publish": frozenset({OFFICE}),
    "drafting.discard": frozenset({OFFICE}),
    "drafting.file": frozenset({OFFICE}),
    "collect.devices": frozenset({OFFICE, SUPERVISOR}),
    "collect.issue": frozenset({OFFICE, SUPERVISOR}),
    "collect.revoke": frozenset({OFFICE, SUPERVISOR}),
    "analyst.conflicts": frozenset({ANALYST}),
    "analyst.conflict": frozenset({ANALYST}),
    "analyst.settle_conflict": frozenset({ANALYST}),
    "analyst.review": PROGRAMME,
    "analyst.decide": PROGRAMME,
    "analyst.patterns": PROGRAMME,
    "analyst.search_patterns": PROGRAMME,
    "analyst.integrity": PROGRAMME,
    "analyst.integrity_log": PROGRAMME,
    "analyst.check": PROGRAMME,
    "analyst.weigh": PROGRAMME,
    "analyst.settle": PROGRAMME,
    "analyst.found_answer": PROGRAMME,
    "analyst.second_look": PROGRAMME,
    "fieldwork.waves": FIELDWORK | {ANALYST},
    "fieldwork.health": FIELDWORK | {ANALYST},
    "fieldwork.sample": frozenset({OFFICE}),
    "fieldwork.take_frame": frozenset({OFFICE}),
    "fieldwork.draw": frozenset({OFFICE}),
    "fieldwork.cases": FIELDWORK,
    "fieldwork.change_cases": FIELDWORK,
    "fieldwork.kept_visits": FIELDWORK,
    "fieldwork.settle_kept": FIELDWORK,
    "fieldwork.case": FIELDWORK,
    "fieldwork.change_case": FIELDWORK,
    "fieldwork.recording": FIELDWORK,
    "fieldwork.remove": FIELDWORK,
    "fieldwork.recontacts": FIELDWORK,
    "fieldwork.draw_recontacts": FIELDWORK,
    "fieldwork.recontact": FIELDWORK,
    "fieldwork.take_recontact": FIELDWORK,
    "fieldwork.calls": frozenset({INTERVIEWER}),
    "fieldwork.call": frozenset({INTERVIEWER}),
    "fieldwork.take_call": frozenset({INTERVIEWER}),
    "fieldwork.phone": frozenset({INTERVIEWER}),
    "fieldwork.take_phone": frozenset({INTERVIEWER}),
    "interviewer.assignments": frozenset({SUPERVISOR, INTERVIEWER}),
    "interviewer.enrol_page": frozenset({INTERVIEWER}),
    "interviewer.enrol": frozenset({INTERVIEWER}),
    "devices.devices": frozenset({OFFICE, SUPERVISOR}),
    "devices.kept": frozenset({OFFICE, SUPERVISOR}),
    "devices.stop": frozenset({OFFICE, SUPERVISOR}),
    "devices.settle": frozenset({OFFICE, SUPERVISOR}),
    "devices.take_file": frozenset({OFFICE, SUPERVISOR}),
    "unit.indicators": frozenset({UNIT}),
    "unit.opinions": frozenset({UNIT}),
    "unit.opinion": frozenset({UNIT}),
    "webhooks.webhooks": frozenset({ADMINISTRATOR}),
    "webhooks.change": frozenset({ADMINISTRATOR}),
    "webhooks.again": frozenset({ADMINISTRATOR}),
    "staff.accounts": frozenset({ADMINISTRATOR}),
    "staff.service_tokens": frozenset({ADMINISTRATOR}),
    "staff.revoke_service_token": frozenset({ADMINISTRATOR}),
    "security.two_factor_rescue": NOBODY,  # sends e-mail; recovery codes take its place
    "security.tf_select": NOBODY,  # there is one kind of second factor
}


def is_public(endpoint: str | None) -> bool:
    """Whether no session decides who gets the page; also true for an address that leads nowhere."""
    return endpoint is None or endpoint in PUBLIC or endpoint in BY_TOKEN


def keeps_session(endpoint: str | None) -> bool:
    """Whether pages of this endpoint read and write the signed session cookie."""
    return not is_public(endpoint) and endpoint not in SERVICES


def may_open(role: Role | None, endpoint: str) -> bool:
    """Whether somebody in `role` (None: not signed in) may open the endpoint.

    >>> may_open(None, "analyst.wave"), may_open(Role.ANALYST, "analyst.wave"), may_open(Role.ANALYST, "new.page")
    (False, True, False)
    """
    if endpoint in PUBLIC or endpoint in SIGNING_IN:
        return True
    return role is not None and role in ROLES.get(endpoint, frozenset())
