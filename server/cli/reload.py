"""`procedura reload`: check the definitions and have all servers take them."""

from __future__ import annotations

import argparse
from typing import Any

from server.domain.actor import APPLICATION
from server.domain.refusals import Refusal
from server.settings import Settings
from server.storage.database import Database
from server.usecases import publish


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "reload",
        help="check the definitions and have all servers take them",
        description="Checks and tries what is in the files now. When nothing is wrong, all server "
        "processes take it within seconds, without a request failing; otherwise nothing changes.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Publish; 1 with all diagnostics when something is wrong."""
    del arguments
    database = Database(settings.database)
    checked = publish.check(settings.definitions, settings.rules)
    for diagnostic in checked.diagnostics:
        print(diagnostic)
    if checked.definitions is None:
        print("Nothing was changed: the servers go on with what they have.")
        return 1
    try:
        app = publish.build(database, settings.definitions, settings.rules)
        number, _ = publish.publish(app, APPLICATION, settings.definitions, settings.rules)
    except (Refusal, publish.Unservable) as error:
        print(error)
        hint = getattr(error, "hint", "")
        if hint:
            print(hint)
        return 1
    print(f"Published as generation {number}; the servers take it within seconds.")
    return 0
