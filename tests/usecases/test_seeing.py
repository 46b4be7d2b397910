"""Who looks at tasks and runs, and how much of them: all of it, an outline, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain.actor import Actor
from server.domain.refusals import NotFound
from server.domain.role import Role
from server.domain.values import RecordRef
from server.rules import Rules
from server.storage.database import Database
from server.usecases import App, asking, runs, tasks
from tests.admin.conftest import DEFINITIONS
from tests.builders import Clock, acting, may, stored, tables_of

SECRET = "The user forgot the password"
INCIDENT = RecordRef("incident_request", 1)


class Desk:
    """Ann takes calls, Bob diagnoses, Eve asks for help and may read her own, Max asks for none."""

    def __init__(self, database: Database) -> None:
        own = may("read", "requester", description="hidden", internal_notes="hidden")
        asker = Role("asker", "Asker", may={"incident_request": own})
        roles = DEFINITIONS.roles | {"asker": asker}
        definitions = replace(DEFINITIONS, roles=roles)
        models = tables_of(database, definitions.entities)
        rules = Rules(definitions.decisions)
        self.app = App(definitions, database, models, rules, now=Clock())
        self.people: dict[str, Actor] = {}
        for name, role in (
            ("Ann", "service-desk-analyst"),
            ("Bob", "specialist"),
            ("Eve", "asker"),
            ("Max", "asker"),
        ):
            person = stored(database, models, "person", name=name)
            stored(database, models, "holder", person=person, role=role)
            self.people[name] = acting(person, name)
        said = {"summary": "No log-in", "description": SECRET, "requester": self.id_of("Eve")}
        begun = runs.start(self.app, self.people["Ann"], "incident-handling", "by-phone", said)
        self.run = begun.line.id
        [line] = begun.tasks
        self.task = line.id

    def id_of(self, name: str) -> int:
        person = self.people[name].person
        assert person is not None
        return person.id

    def sees_task(self, name: str) -> Any:
        return tasks.view(self.app, self.people[name], self.task)

    def sees_run(self, name: str) -> Any:
        return runs.view(self.app, self.people[name], self.run)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def complete(desk: Desk) -> None:
    answers = {"solved": True, "description": SECRET}
    tasks.complete(desk.app, desk.people["Bob"], desk.task, outcome="resolved", answers=answers)


class TestWhoeverHasNoBusinessWithIt:
    def test_finds_neither_task_nor_run(self, desk: Desk):
        with pytest.raises(NotFound):
            desk.sees_task("Max")
        with pytest.raises(NotFound):
            desk.sees_run("Max")
        assert runs.page(desk.app, desk.people["Max"]).items == ()


class TestWhoeverReadsPartOfWhatItIsAbout:
    def test_sees_whose_task_it_is_and_nothing_that_was_typed(self, desk: Desk):
        tasks.save_draft(desk.app, desk.people["Bob"], desk.task, {"description": SECRET})
        view = desk.sees_task("Eve")
        assert view.line.title == "Diagnose"
        assert (view.form.sections, view.draft, view.answers) == ((), {}, {})

    def test_sees_how_the_run_goes_and_nothing_that_was_decided(self, desk: Desk):
        complete(desk)
        view = desk.sees_run("Eve")
        assert view.line.end == "resolved"
        assert [line.kind for line in view.history] == [
            "run-started",
            "task-opened",
            "task-completed",
            "run-ended",
        ]
        assert all(line.facts == {} for line in view.history)
        assert view.verdicts == ()
        assert [line.id for line in runs.page(desk.app, desk.people["Eve"]).items] == [desk.run]

    def test_sees_no_question_that_others_were_asked(self, desk: Desk):
        asking.ask(desk.app, desk.people["Bob"], desk.task, desk.id_of("Ann"), SECRET)
        asked = tasks.my_work(desk.app, desk.people["Ann"], which="mine").items[0].id
        assert tasks.view(desk.app, desk.people["Ann"], asked).text == SECRET
        assert tasks.view(desk.app, desk.people["Eve"], asked).text == ""
        assert desk.sees_task("Bob").asked
        assert desk.sees_task("Eve").asked == ()

    def test_sees_a_question_that_is_theirs(self, desk: Desk):
        asking.ask(desk.app, desk.people["Bob"], desk.task, desk.id_of("Eve"), SECRET)
        [line] = tasks.my_work(desk.app, desk.people["Eve"], which="mine").items
        assert tasks.view(desk.app, desk.people["Eve"], line.id).text == SECRET


class TestWhoeverReadsAllOfIt:
    @pytest.mark.parametrize("name", ["Ann", "Bob"])
    def test_sees_all_of_it(self, desk: Desk, name: str):
        complete(desk)
        shown = {field.key: field.value for field in desk.sees_task(name).form.fields}
        assert shown["description"] == SECRET
        assert [item.decision for item in desk.sees_run(name).verdicts] == ["credit"]
        assert "written" in {line.kind for line in desk.sees_run(name).history}
