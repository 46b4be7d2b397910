"""What pages ask of a database, held without a clock: by an index, and as often for many as for few."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from benchmarks.pages.bare import Inside
from benchmarks.statements import recorded
from server.main import web
from server.settings import Settings
from server.storage import queues, ways
from server.usecases import tasks
from tests import shipped
from tests.crowd.conftest import SIZES

OFTEN = {"incident_request", "holder", "person"}
ENTITIES = [
    pytest.param(key, marks=() if key in OFTEN else pytest.mark.slow)
    for key in sorted(shipped.definitions().entities)
]
FEW = {
    "procedura_setting",
    "procedura_definition",
    "procedura_saved_view",
    "procedura_default_view",
}
"""Tables that stay small however many records there are."""


@pytest.fixture(scope="module")
def office(crowd, tmp_path_factory):
    """A browser of somebody who may read everything, over a crowd."""
    folder = tmp_path_factory.mktemp("office")
    flask = web(crowd.app, Settings(data=folder))
    inside = Inside(flask)
    inside.log_in("coordinator-1", crowd.filled.password)
    return inside


def asked(crowd, office, path):
    """The statements of a page."""
    with recorded(crowd.app.database) as found:
        answer = office.get(path)
    assert answer.status == 200, (path, answer.status)
    return found


def scanned(crowd, statement):
    """The tables that the database would go through from end to end to find what a statement asks."""
    if not statement.text.lstrip().upper().startswith(("SELECT", "WITH")):
        return set()
    given = statement.rows[0]
    given = tuple(given) if isinstance(given, list) else given
    with crowd.app.database.read() as connection:
        if crowd.app.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", given)
            lines = [row[-1] for row in plan]
            found = {line.split()[1] for line in lines if re.match(r"SCAN \S+$", line)}
        else:
            # it scans what is small in a test, unless an index is there and this forbids it
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement.text}", given)
            found = set(re.findall(r"Seq Scan on \"?(\w+)", "\n".join(row[0] for row in plan)))
    known = {*crowd.app.models.tables, *sa.inspect(crowd.app.database.engine).get_table_names()}
    return (found & known) - FEW


def is_bounded(statement):
    """Whether it goes through a table from an end, and stops after so many rows."""
    text = " ".join(statement.text.split())
    return " LIMIT " in text and " WHERE " not in text


def pages_of(entity):
    """The list of an entity in all the ways that its own page offers."""
    yield f"/records/{entity.key}/"
    for key in entity.listed:
        field = entity.fields.get(key)
        if field is None or not field.is_stored:
            continue
        kind = field.type.kind.value
        if kind in {"choice", "yes_no"}:
            yield f"/records/{entity.key}/?sort={key}"
        if kind == "choice":
            yield f"/records/{entity.key}/?flt0_{key}={field.type.choices[0]}"
        if kind == "ref":
            yield f"/records/{entity.key}/?flt0_{key}=1"


@pytest.mark.parametrize("key", ENTITIES)
def test_a_list_however_sorted_and_filtered_is_found_by_an_index(crowd, office, key):
    for path in pages_of(crowd.app.definitions.entities[key]):
        for statement in asked(crowd, office, path):
            if not is_bounded(statement):
                assert not scanned(crowd, statement), (path, statement.text)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *(f"/?which={which}" for which in tasks.WHICH),
        "/records/incident_request/details/?id=800",
        "/records/incident_request/edit/?id=1",
        "/records/service/details/?id=1",
        "/records/group/details/?id=1",
        "/records/person/details/?id=40",
        "/runs/",
        "/runs/1/",
        "/look-up/person?text=",
    ],
)
def test_a_page_is_found_by_indexes(crowd, office, path):
    for statement in asked(crowd, office, path):
        if not is_bounded(statement):
            assert not scanned(crowd, statement), statement.text


def test_a_task_is_found_by_indexes(crowd, office):
    [task, *_] = some_tasks(crowd)
    for statement in asked(crowd, office, f"/tasks/{task}/"):
        assert not scanned(crowd, statement), statement.text


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("/records/incident_request/?page_size=25", "/records/incident_request/?page_size=100"),
        ("/records/person/?page_size=25", "/records/person/?page_size=100"),
        ("/?which=mine", "/?which=groups"),
        ("/records/service/details/?id=200", "/records/service/details/?id=1"),
        ("/records/incident_request/details/?id=1", "/records/incident_request/details/?id=2"),
    ],
)
def test_more_rows_take_no_more_statements(crowd, office, few, many):
    assert len(asked(crowd, office, many)) <= len(asked(crowd, office, few)) + SPARE


SPARE = 3
"""Statements that may come with what only the larger page shows at all."""


def some_tasks(crowd):
    with crowd.app.database.read() as connection:
        found = queues.tasks(connection, ways.every_open(), queues.Asked(limit=3))
    return [task.id for task in found]


def test_nobody_counts_beyond_the_cap(crowd, monkeypatch):
    monkeypatch.setattr(tasks, "COUNT_LIMIT", 5)
    person = crowd.person(crowd.filled.organisation.coordinators[1])

    found = tasks.counts(crowd.app, person)

    assert max(found.values()) == 5
    assert SIZES.open > 5
