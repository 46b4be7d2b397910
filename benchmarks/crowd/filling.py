"""Fills a database: the organisation, then requests in batches, each table by one statement or COPY.

What is held in memory is one batch, however many requests there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.crowd import lives, organisation
from benchmarks.crowd.copies import Batch, Maker
from benchmarks.crowd.lives import Life, Lives
from benchmarks.crowd.organisation import Organisation
from benchmarks.crowd.writing import Writer
from server import loading
from server.domain.definitions import Definitions
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import access
from server.usecases import database as bringing
from server.usecases.app import App

PASSWORD = "a crowd in a benchmark"
YEARS = timedelta(days=6 * 365)
REST = timedelta(days=5)
"""How long ago the newest request came in: what follows in its life has passed, too."""
BATCH = 4_000
CURVE = 4
"""Work is open, and history complete, for the newest requests most of all: by this power."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is to be: requests, lines of runs' histories, open tasks, people who call."""

    requests: int = 1_000_000
    history: int = 3_000_000
    open: int = 200_000
    people: int = 5_000


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled: rows by table, and somebody to log in as for each role, with `PASSWORD`."""

    counts: Mapping[str, int]
    organisation: Organisation
    logins: Mapping[str, tuple[str, ...]]
    password: str = PASSWORD


def filled(url: str, sizes: Sizes) -> Filled:
    """As `fill`, of the database at an address, by the definitions that are shipped."""
    definitions = loading.load(loading.folders([])).definitions
    assert definitions is not None
    database = Database(url)
    try:
        return fill(database, definitions, sizes)
    finally:
        database.dispose()


def fill(database: Database, definitions: Definitions, sizes: Sizes) -> Filled:
    """Make the tables and fill them. The database must hold no records."""
    models = Models(definitions.entities)
    now = datetime.now(UTC)
    plan = bringing.plan(database, models)
    bringing.apply(database, models, plan, confirmed=True, now=now)
    begun = now - YEARS - REST
    with database.write() as connection:
        entered = organisation.enter(connection, models, requesters=sizes.people, at=begun)
    found = lives.played(definitions)
    with database.write() as connection:
        connection.execute(tables.definition.insert(), [dict(row) for row in found.bundles])
    counts: Counter[str] = Counter()
    writer = Writer(database, models)
    writer.bare()
    for batch in _batches(models, definitions, found, entered, sizes, begun, database.is_sqlite):
        writer.write(batch)
        counts.update({table: len(rows) for table, rows in batch.items()})
    writer.finish()
    app = App(definitions, database, models, Rules(definitions.decisions))
    logins = _logins(entered)
    persons = {login: key for named in logins.values() for login, key in named.items()}
    access.create_accounts(app, persons, PASSWORD)
    return Filled(counts, entered, {role: tuple(named) for role, named in logins.items()})


def _logins(entered: Organisation) -> dict[str, dict[str, int]]:
    """Four of each kind: those who have most to do."""
    groups = list(entered.specialists)[:4]
    kinds = {
        "analyst": entered.analysts[:4],
        "coordinator": tuple(entered.coordinators[key] for key in groups),
        "specialist": tuple(entered.specialists[key][0] for key in groups),
        "manager": entered.managers,
        "requester": entered.requesters[:4],
        "administrator": (entered.administrator,),
    }
    return {
        kind: {f"{kind}-{place}": key for place, key in enumerate(keys, start=1)}
        for kind, keys in kinds.items()
    }


def _batches(
    models: Models,
    definitions: Definitions,
    found: Lives,
    entered: Organisation,
    sizes: Sizes,
    begun: datetime,
    is_sqlite: bool,
) -> Iterator[Batch]:
    maker = Maker(models, definitions, found, entered, "" if is_sqlite else "+00")
    rows: Batch = defaultdict(list)
    open_tasks = history = 0
    for number in range(1, sizes.requests + 1):
        share = (number / sizes.requests) ** CURVE
        life: Life | None = None
        if open_tasks < sizes.open * share:
            life = maker.going_on()
        elif history < sizes.history * share:
            life = found.closed
        if life is not None:
            open_tasks += life.open_tasks
            history += life.history
        at = begun + YEARS * (number / sizes.requests)
        maker.copy(rows, number, at, life)
        if number % BATCH == 0:
            yield rows
            rows = defaultdict(list)
    yield rows
