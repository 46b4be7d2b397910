"""`procedura account`: who may log in, as which person."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from server.cli import office
from server.domain.actor import APPLICATION
from server.domain.refusals import WrongState
from server.settings import Settings
from server.usecases import App, access


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "account",
        help="let persons log in, or no longer",
        description="Accounts belong to persons that are kept as records. Passwords are asked for "
        "on a terminal, and else read from the first line of the input.",
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = verbs.add_parser("add", help="let a person log in")
    add.add_argument("login")
    add.add_argument("--person", required=True, help="the person's name or number")
    add.add_argument(
        "--administrator",
        action="store_true",
        help="enter the person too, as an administrator: for the first account there is",
    )
    add.set_defaults(run=_add)
    first = verbs.add_parser("set-up", help="print the link to the first account there is")
    first.set_defaults(run=_set_up)
    listing = verbs.add_parser("list", help="tell all accounts")
    listing.set_defaults(run=_list)
    for verb, run, text in (
        ("password", _password, "give an account another password"),
        ("reset", _reset, "print a link by which its person gives an account a new password"),
        ("close", _close, "let nobody in by an account or its tokens any more"),
        ("open", _open, "open an account that was closed"),
    ):
        known = verbs.add_parser(verb, help=text)
        known.add_argument("login")
        known.set_defaults(run=run)
        if verb == "password":
            known.add_argument(
                "--end-tokens", action="store_true", help="let its tokens serve nobody any more"
            )


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        if arguments.administrator:
            access.create_administrator(app, arguments.login, arguments.person, _asked_password())
        else:
            person = access.person_called(app, arguments.person)
            access.create_account(app, arguments.login, person.id, _asked_password())
        return f"{arguments.person} can log in as {arguments.login}."

    return office.carry_out(settings, do)


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments

    def do(app: App) -> str:
        return "\n".join(
            f"{one.login:24} {one.name}{'' if one.is_active else '  (closed)'}"
            for one in access.accounts(app)
        )

    return office.carry_out(settings, do)


def _password(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        ends = arguments.end_tokens
        access.set_password(app, arguments.login, _asked_password(), ends_tokens=ends)
        return f"{arguments.login} has another password now."

    return office.carry_out(settings, do)


def _reset(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        key = access.password_link(app, APPLICATION, arguments.login)
        return f"{settings.address}/password/{key}"

    return office.carry_out(settings, do)


def _set_up(arguments: argparse.Namespace, settings: Settings) -> int:
    del arguments

    def do(app: App) -> str:
        key = access.set_up_link(app.database, app.now())
        if key is None:
            raise WrongState(
                "There are accounts already.", hint="See them with 'procedura account list'."
            )
        return f"{settings.address}/set-up/{key}"

    return office.carry_out(settings, do)


def _close(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        access.close_account(app, arguments.login)
        return f"{arguments.login} is closed."

    return office.carry_out(settings, do)


def _open(arguments: argparse.Namespace, settings: Settings) -> int:
    def do(app: App) -> str:
        access.open_account(app, arguments.login)
        return f"{arguments.login} is open again."

    return office.carry_out(settings, do)


def _asked_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
