"""`procedura token`: bearer tokens for programs that use the API as a person."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from server.cli import office
from server.domain.refusals import NotFound
from server.domain.scope import Scope
from server.settings import Settings
from server.storage.access.tokens import Token
from server.usecases import App, access

MOST_DAYS = 36_500


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "token",
        help="give programs tokens for the API, or take them back",
        description="A token lets a program use the API as the person of an account. It is told "
        "once, when it is made.",
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = verbs.add_parser("create", help="make a token and print it")
    create.add_argument("login")
    create.add_argument("--label", required=True, help="what it is for")
    create.add_argument(
        "--days", type=_days, help="after how many days it runs out (default: never)"
    )
    create.add_argument(
        "--scope",
        choices=[scope.value for scope in Scope],
        default=Scope.WRITE.value,
        help="how far it reaches of what the person may do (default: %(default)s)",
    )
    create.set_defaults(run=_create)
    listing = verbs.add_parser("list", help="tell the tokens of an account")
    listing.add_argument("login")
    listing.set_defaults(run=_list)
    revoke = verbs.add_parser("revoke", help="let a token serve nobody any more")
    revoke.add_argument("login")
    revoke.add_argument("number", type=int, help="its number in the list")
    revoke.set_defaults(run=_revoke)


def _create(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        actor = access.actor_of_account(app, arguments.login)
        if actor is None:
            raise NotFound(f"There is no open account '{arguments.login}'.")
        days = arguments.days
        expires = None if days is None else app.now() + timedelta(days=days)
        return access.create_token(app, actor, arguments.label, expires, Scope(arguments.scope))

    return office.carry_out(settings, do)


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        return "\n".join(_line(token) for token in access.tokens(app, arguments.login))

    return office.carry_out(settings, do)


def _revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        access.revoke_token(app, arguments.login, arguments.number)
        return f"Token {arguments.number} is revoked."

    return office.carry_out(settings, do)


def _line(token: Token) -> str:
    until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without end"
    state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else until
    return (
        f"{token.id:6}  {token.created_at:%Y-%m-%d}  {state:20}  {token.scope:10}  {token.label}"
    )


def _days(text: str) -> int:
    days = int(text)
    if not 0 < days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_DAYS}")
    return days
