"""`flask users …`: add, list, lock out and let in again; passwords come from standard input, never as an argument."""

import json
import secrets
import sys
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from survey.accounts.account import AccountError, Role
from survey.actions.accounts import change_account
from survey.actions.accounts.add_account import add_account
from survey.actions.accounts.find_account import list_accounts
from survey.web.services import services

users_group = AppGroup("users", help="Accounts of the staff.")
_ACTOR = "flask users"
_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; without it one is made and printed."
)


@users_group.command("add")
@click.option("--email", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="Shown at the top of every page.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--area", required=True, help="Code of the area; the account sees this area and what lies below.")
@click.option("--unit", help="Code of the responsible unit, for the role `unit`.")
@_password_option
def add(*, email: str, name: str, role: str, area: str, unit: str | None, password_stdin: bool) -> None:
    """Add an account."""
    password, made = _password(password_stdin)
    try:
        account = add_account(
            services().storage,
            email=email,
            name=name,
            role=Role(role),
            area=area,
            unit=unit,
            password=password,
            now=datetime.now(UTC),
            actor=_ACTOR,
        )
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"added {account.email} ({account.role}, {account.area})")
    if made:
        click.echo(f"password: {password}")


@users_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def list_command(as_json: bool) -> None:
    """List the accounts; no secret is printed."""
    rows = [
        {
            "email": found.account.email,
            "name": found.account.name,
            "role": found.account.role.value,
            "area": found.account.area,
            "unit": found.account.unit,
            "active": found.account.active,
            "second_factor": found.second_factor.method,
        }
        for found in list_accounts(services().storage)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "" if row["active"] else "  (not active)"
        click.echo(f"{row['email']}  {row['role']}  {row['area']}  {row['name']}{state}")


@users_group.command("set-password")
@click.argument("email")
@_password_option
def set_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end and its lock opens."""
    password, made = _password(password_stdin)
    try:
        change_account.set_password(services().storage, email, password, datetime.now(UTC), _ACTOR)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"changed {email}")
    if made:
        click.echo(f"password: {password}")


@users_group.command("activate")
@click.argument("email")
def activate(email: str) -> None:
    """Let an account sign in again."""
    _set_activity(email, active=True)


@users_group.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """End the sessions of an account and refuse its sign-ins."""
    _set_activity(email, active=False)


@users_group.command("remove-second-factor")
@click.argument("email")
def remove_second_factor(email: str) -> None:
    """For a person who lost the telephone with the authenticator."""
    try:
        change_account.remove_second_factor(services().storage, email, datetime.now(UTC), _ACTOR)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"changed {email}")


def _set_activity(email: str, active: bool) -> None:
    try:
        change_account.set_activity(services().storage, email, active, datetime.now(UTC), _ACTOR)
    except AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'activated' if active else 'deactivated'} {email}")


def _password(from_stdin: bool) -> tuple[str, bool]:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    return secrets.token_urlsafe(12), True
