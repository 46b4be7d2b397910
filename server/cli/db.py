"""`procedura db`: bring the database to the definitions, step by step told before; back it up."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.cli import office
from server.domain.refusals import Refusal
from server.settings import Settings
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import database as use
from server.usecases import publish


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "db",
        help="bring the database to the definitions, or back it up",
        description="Compares the tables with what the entities need. Nothing is ever dropped and "
        "nothing converted in place: what is no longer defined stays where it is.",
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    plan = verbs.add_parser("plan", help="tell what would be done, and do nothing")
    plan.set_defaults(run=_plan)
    apply = verbs.add_parser(
        "apply",
        help="do it; a SQLite file is copied first",
        description="Does all steps of the plan, or none. Steps that touch records which are there "
        "(check), or retire what is no longer defined, want --yes.",
    )
    apply.add_argument("--yes", action="store_true", help="do steps of the kinds check and retire")
    apply.set_defaults(run=_apply)
    backup = verbs.add_parser("backup", help="copy a SQLite database while it is used")
    backup.add_argument("file", type=Path, help="the file to make; it must not be there yet")
    backup.set_defaults(run=_backup)


def _plan(arguments: argparse.Namespace, settings: Settings) -> int:
    """Tell the plan; 1 when a step of it cannot be done."""
    del arguments
    models = _models(settings)
    if models is None:
        return 1
    database = Database(settings.database)
    try:
        plan = use.plan(database, models)
    finally:
        database.dispose()
    _tell(plan)
    return 1 if plan.problems else 0


def _apply(arguments: argparse.Namespace, settings: Settings) -> int:
    """Tell the plan and carry it out; 1 when it is refused."""
    models = _models(settings)
    if models is None:
        return 1
    database = Database(settings.database)
    try:
        plan = use.plan(database, models)
        _tell(plan)
        done = use.apply(database, models, plan, confirmed=arguments.yes, now=datetime.now(UTC))
    except Refusal as refusal:
        return office.tell(refusal)
    finally:
        database.dispose()
    if done.backup is not None:
        print(f"As it was before: {done.backup}")
    if done.steps:
        print("Done.")
    return 0


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Copy the database; 1 when it cannot be."""
    database = Database(settings.database)
    try:
        use.back_up(database, arguments.file)
    except Refusal as refusal:
        return office.tell(refusal)
    finally:
        database.dispose()
    print(f"Copied to {arguments.file}")
    return 0


def _models(settings: Settings) -> Models | None:
    """The tables that the definitions need; None, and all that is wrong, when those have errors."""
    checked = publish.check(settings.definitions, settings.rules, trial=False)
    if checked.definitions is None:
        for diagnostic in checked.diagnostics:
            print(diagnostic, file=sys.stderr)
        return None
    return Models(checked.definitions.entities)


def _tell(plan: use.Plan) -> None:
    if plan.is_empty:
        print("The database fits the definitions: nothing to do.")
    for step in plan.steps:
        print(f"{step.risk:7} {step.sentence}")
        if step.problem:
            print(f"        cannot be done: {step.problem}")
