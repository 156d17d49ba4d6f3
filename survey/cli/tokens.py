"""`flask tokens …`: issue, list and revoke the tokens with which other programs read `/api/v1`."""

from datetime import UTC, date, datetime

import click
from flask.cli import AppGroup

from survey.accounts.service_token import Scope, ServiceTokenError
from survey.actions.accounts.issue_service_token import issue_service_token, list_service_tokens, revoke_service_token
from survey.web.services import services

tokens_group = AppGroup("tokens", help="Tokens of programs that read the API.")
_ACTOR = "flask tokens"


@tokens_group.command("issue")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice([scope.value for scope in Scope]))
@click.option("--area", required=True, help="Code of the area; the token reads this area and what lies below.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it opens.")
def issue(*, name: str, scopes: tuple[str, ...], area: str, until: datetime) -> None:
    """Issue a token and print its text, which is not kept."""
    try:
        _, text = issue_service_token(
            services().storage,
            name=name,
            scopes=[Scope(scope) for scope in scopes],
            area=area,
            valid_until=date(until.year, until.month, until.day),
            now=datetime.now(UTC),
            actor=_ACTOR,
        )
    except ServiceTokenError as error:
        raise click.ClickException(str(error)) from error
    click.echo(text)


@tokens_group.command("list")
def list_command() -> None:
    """List the tokens, the revoked ones too; no secret is printed."""
    for token in list_service_tokens(services().storage):
        state = "revoked" if token.revoked_at else f"until {token.valid_until}"
        used = f"last used {token.used_on}" if token.used_on else "never used"
        click.echo(f"{token.id}  {token.name}  {token.area}  {' '.join(sorted(token.scopes))}  {state}  {used}")


@tokens_group.command("revoke")
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """Revoke a token: from now on it opens nothing."""
    try:
        revoke_service_token(services().storage, token_id, datetime.now(UTC), _ACTOR)
    except ServiceTokenError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"revoked {token_id}")
