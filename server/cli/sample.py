"""`procedura sample`: an invented organisation with some weeks of history, to try the product."""

from __future__ import annotations

import argparse
from typing import Any

from server.domain.refusals import Refusal
from server.settings import Settings
from server.storage.database import Database
from server.usecases import publish, sample
from server.usecases.app import App


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "sample",
        help="fill an empty database with a sample organisation",
        description="Enters the people, services and CIs of an invented town and plays four weeks "
        "of its life, through the same use cases that people use. Takes about half a minute.",
    )
    parser.add_argument(
        "--if-empty",
        action="store_true",
        help="do nothing, and say so, when there is something in the database",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Load the sample and tell the accounts; 1 when the database is not fit for it."""
    database = Database(settings.database)
    try:
        app = publish.build(database, settings.definitions, settings.rules)
        if arguments.if_empty and not sample.is_empty(app):
            print("The database holds people already; no sample was added.")
        else:
            print("Playing four weeks in the life of Fernwick ...", flush=True)
            sample.load(app)
            print("Done.")
        if sample.is_there(app):
            _tell_accounts(app)
    except (publish.Unservable, Refusal) as error:
        print(error)
        hint = getattr(error, "hint", "")
        if hint:
            print(hint)
        return 1
    finally:
        database.dispose()
    return 0


def _tell_accounts(app: App) -> None:
    roles = app.definitions.roles
    print(f"\nLog in with the password {sample.PASSWORD} as")
    known = sample.logins_by_role()
    titles = {role: roles[role].title if role in roles else role for role in known}
    width = max(map(len, titles.values()), default=0)
    for role, logins in known.items():
        print(f"  {titles[role]:{width}}  {', '.join(logins[:3])}")
    print()
