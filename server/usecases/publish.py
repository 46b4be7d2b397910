"""Use cases about definitions as a whole: check them, try their tables, let all servers take them.

Files are checked and tried by whoever asks. Then a number in the database goes up, and each server
process, when it sees it, loads the same files and swaps. Wrong files change nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from server import loading
from server.domain.actor import Actor
from server.domain.definitions import Definitions
from server.domain.refusals import WrongState
from server.loading import Diagnostic
from server.loading.diagnostics import Mark
from server.loading.faults.decision import table_refused
from server.rules import Rules
from server.rules.trial import try_tables
from server.storage import settings
from server.storage.database import Database
from server.storage.models import Models
from server.usecases.app import App
from server.usecases.database import check_schema
from server.usecases.examples import failing_histories, failing_readings, failing_tests
from server.usecases.figures import failing_figures
from server.usecases.running import Running

GENERATION = "generation"
PUBLISH = "publish"
TRIAL_SECONDS = 20.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """Definitions that may be served, or everything that is wrong with them."""

    definitions: Definitions | None
    diagnostics: tuple[Diagnostic, ...]


def check(folders: Sequence[Path], evaluator: str | None = None, *, trial: bool = True) -> Checked:
    """Load and check all definitions, play their own tests, try their tables."""
    seconds = TRIAL_SECONDS if trial else None
    return checked(loading.load(loading.folders(folders)), evaluator, seconds)


def checked(
    loaded: loading.Loaded,
    evaluator: str | None = None,
    trial_seconds: float | None = TRIAL_SECONDS,
) -> Checked:
    """What has been loaded, with its own tests played and its tables tried.

    Tables are tried in a child process with a time limit, so that one that would hang or crash the
    rules engine is told here and never reaches a server. Without a limit they are not tried.
    """
    if loaded.definitions is None:
        return Checked(None, loaded.diagnostics)
    definitions = loaded.definitions
    found = [*loaded.diagnostics]
    if trial_seconds is not None:
        tables = [replace(decision, tests=()) for decision in definitions.tables()]
        found += [
            table_refused(_place(loaded, wrong.decision), wrong.sentence)
            for wrong in try_tables(tables, trial_seconds)
        ]
    if not any(item.is_error for item in found):
        rules = Rules(definitions.decisions, evaluator)
        found += [
            item
            for decision in loaded.tested.values()
            for item in failing_tests(decision, loaded, rules)
        ]
        found += [
            item
            for correlation in definitions.correlations.values()
            for item in failing_readings(correlation, definitions.entities, loaded)
        ]
        found += [
            item
            for kpi in definitions.kpis.values()
            for item in failing_figures(kpi, definitions.entities, loaded)
        ]
        found += [
            item
            for target in definitions.targets.values()
            for item in failing_histories(target, definitions, loaded, rules)
        ]
    sound = not any(item.is_error for item in found)
    return Checked(definitions if sound else None, tuple(found))


def _place(loaded: loading.Loaded, table: str | None) -> Mark:
    """Where a table is written; of a condition that was made into one, the procedure."""
    if table is None:
        return Mark("definitions", 1, 1)
    if ("decision", table) in loaded.sources:
        return loaded.mark("decision", table, "decision")
    return loaded.mark("procedure", table.partition(".")[0], "procedure")


class Unservable(Exception):  # noqa: N818  what an administrator reads instead of an address
    """Definitions or database are not fit to be served. The text says why and what to do."""


def build(database: Database, folders: Sequence[Path], evaluator: str | None = None) -> App:
    """The application over what is in the files now.

    Raises:
        Unservable: the definitions have errors, or the database does not fit them.
    """
    found = check(folders, evaluator, trial=False)
    if found.definitions is None:
        told = "\n".join(str(item) for item in found.diagnostics)
        raise Unservable(f"{told}\nThe definitions have errors; nothing is served.")
    models = Models(found.definitions.entities)
    behind = check_schema(database, models)
    if behind is not None:
        raise Unservable(behind)
    rules = Rules(found.definitions.decisions, evaluator)
    return App(found.definitions, database, models, rules)


def generation(database: Database) -> int:
    """The number that goes up with each publishing; 0 before the first."""
    with database.read() as connection:
        return int(settings.read(connection, GENERATION) or 0)


def publish(
    app: App, actor: Actor, folders: Sequence[Path], evaluator: str | None = None
) -> tuple[int, Checked]:
    """Check the files and, when nothing is wrong, have all servers take them.

    Returns the new generation and what was checked; the old generation when something is wrong.

    Raises:
        NotAllowed: the actor may not publish.
        WrongState: the database does not have what the new entities need.
    """
    with app.database.read() as connection:
        Running(app, connection, actor).rights.require_permission(PUBLISH, "publish definitions")
    found = check(folders, evaluator)
    if found.definitions is None:
        return generation(app.database), found
    behind = check_schema(app.database, Models(found.definitions.entities))
    if behind is not None:
        raise WrongState(behind, hint="Run 'procedura db plan', then 'procedura db apply'.")
    with app.database.write() as connection:
        number = int(settings.read(connection, GENERATION) or 0) + 1
        settings.write(connection, GENERATION, number)
    log.info("Definitions %s published as generation %s", found.definitions.generation, number)
    return number, found
