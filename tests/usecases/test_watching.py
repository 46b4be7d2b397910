"""Records that people watch, and the queue of what is open about them."""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import NotFound
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import tasks, watching
from tests.usecases.test_seeing import INCIDENT, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def watched(desk: Desk, name: str) -> list[str]:
    page = tasks.my_work(desk.app, desk.people[name], which="watched")
    return [line.title for line in page.items]


def test_what_is_open_about_a_watched_record_stands_in_a_queue(desk: Desk):
    for name in ("Ann", "Eve"):
        watching.watch(desk.app, desk.people[name], INCIDENT)
        watching.watch(desk.app, desk.people[name], INCIDENT)
        assert watched(desk, name) == ["Diagnose"]
        assert tasks.counts(desk.app, desk.people[name])["watched"] == 1
    assert watched(desk, "Bob") == []


def test_a_record_is_watched_until_it_is_not(desk: Desk):
    ann = desk.people["Ann"]
    watching.watch(desk.app, ann, INCIDENT)
    assert watching.watches(desk.app, ann, INCIDENT)
    watching.leave(desk.app, ann, INCIDENT)
    watching.leave(desk.app, ann, INCIDENT)
    assert not watching.watches(desk.app, ann, INCIDENT)
    assert watched(desk, "Ann") == []


@pytest.mark.parametrize(
    "record", [INCIDENT, RecordRef("incident_request", 9), RecordRef("unicorn", 1)]
)
def test_nobody_watches_what_they_cannot_read(desk: Desk, record: RecordRef):
    with pytest.raises(NotFound):
        watching.watch(desk.app, desk.people["Max"], record)


def test_what_is_out_of_reach_by_now_is_told_no_more(desk: Desk):
    watching.watch(desk.app, desk.people["Eve"], INCIDENT)
    table = desk.app.models.tables["incident_request"]
    with desk.app.database.write() as connection:
        connection.execute(table.update().values(requester=desk.id_of("Max")))
    assert watched(desk, "Eve") == []


def test_the_application_watches_nothing(desk: Desk):
    assert not watching.watches(desk.app, APPLICATION, INCIDENT)
    with pytest.raises(NotFound):
        watching.watch(desk.app, APPLICATION, INCIDENT)
