"""Who looks at tasks and runs, and how much of them: all of it, an outline, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import NotAllowed, NotFound
from server.domain.role import Grant, Role
from server.domain.values import RecordRef
from server.engine.events import Written
from server.rules import Rules
from server.storage.database import Database
from server.usecases import App, asking, explaining, runs, seeing, tasks, waiting, watching
from server.usecases.running import Running
from tests.admin.conftest import DEFINITIONS
from tests.builders import Clock, acting, may, stored, tables_of
from tests.usecases.council_hall import open_hall

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

    @pytest.mark.parametrize(
        "act",
        [
            lambda desk, who: tasks.claim(desk.app, who, desk.task),
            lambda desk, who: tasks.release(desk.app, who, desk.task),
            lambda desk, who: tasks.assign(desk.app, who, desk.task, who.id),
            lambda desk, who: tasks.save_draft(desk.app, who, desk.task, {}),
            lambda desk, who: tasks.complete(desk.app, who, desk.task, outcome=None, answers={}),
            lambda desk, who: asking.ask(desk.app, who, desk.task, desk.id_of("Bob"), "x"),
            lambda desk, who: asking.hold(desk.app, who, desk.task, "x"),
            lambda desk, who: waiting.begin_as_needed(desk.app, who, desk.run, "call-back"),
        ],
    )
    def test_is_told_nothing_by_trying(self, desk: Desk, act: Any):
        with pytest.raises(NotFound) as refused:
            act(desk, desk.people["Max"])
        assert str(refused.value).startswith("There is no ")

    def test_is_not_told_why_something_was_decided(self, desk: Desk):
        complete(desk)
        for name in ("Max", "Eve"):
            with pytest.raises(NotFound):
                explaining.explain(desk.app, desk.people[name], 1)
        assert explaining.explain(desk.app, desk.people["Ann"], 1).rules


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

    def test_does_not_see_why_it_is_laid_aside(self, desk: Desk):
        asking.hold(desk.app, desk.people["Bob"], desk.task, SECRET)
        watching.watch(desk.app, desk.people["Eve"], INCIDENT)
        [watched] = tasks.my_work(desk.app, desk.people["Eve"], which="watched").items
        [listed] = desk.sees_run("Eve").tasks
        told = {watched.on_hold, listed.on_hold, desk.sees_task("Eve").line.on_hold}
        assert told == {"for a while"}
        assert desk.sees_task("Bob").line.on_hold == SECRET

    def test_does_not_see_why_it_was_stopped(self, desk: Desk):
        runs.cancel(desk.app, APPLICATION, desk.run, SECRET)
        assert desk.sees_run("Eve").history[-1].sentence == "The run was stopped."
        assert SECRET in desk.sees_run("Ann").history[-1].sentence

    def test_cannot_have_a_run_fail_by_asking_for_what_nobody_does(self, desk: Desk):
        # given an offer for a role that nobody holds any more
        with desk.app.database.write() as connection:
            holder = desk.app.models.tables["holder"]
            connection.execute(holder.delete().where(holder.c.role == "specialist"))
        with pytest.raises(NotAllowed):
            waiting.begin_as_needed(desk.app, desk.people["Eve"], desk.run, "call-back")
        assert desk.sees_run("Ann").line.state == "open"

    def test_sees_a_question_that_is_theirs(self, desk: Desk):
        asking.ask(desk.app, desk.people["Bob"], desk.task, desk.id_of("Eve"), SECRET)
        [line] = tasks.my_work(desk.app, desk.people["Eve"], which="mine").items
        assert tasks.view(desk.app, desk.people["Eve"], line.id).text == SECRET


class TestWhoeverHadATaskOnce:
    def test_keeps_what_they_have_answered_and_sees_no_more_of_the_record(self, desk: Desk):
        complete(desk)
        with desk.app.database.write() as connection:
            holder = desk.app.models.tables["holder"]
            connection.execute(holder.delete().where(holder.c.role == "specialist"))
        view = desk.sees_task("Bob")
        assert view.form.sections == ()
        assert view.answers == {"solved": True}


class TestWhoeverReadsAllOfIt:
    @pytest.mark.parametrize("name", ["Ann", "Bob"])
    def test_sees_all_of_it(self, desk: Desk, name: str):
        complete(desk)
        shown = {field.key: field.value for field in desk.sees_task(name).form.fields}
        assert shown["description"] == SECRET
        assert [item.decision for item in desk.sees_run(name).verdicts] == ["credit"]
        assert "written" in {line.kind for line in desk.sees_run(name).history}


@pytest.mark.parametrize(
    ("procedure", "grant", "told"),
    [
        ("agenda", may("read"), {"proposal.status": "accepted"}),
        ("agenda", may(""), None),
        ("agenda", may("read", {"status": "draft"}), None),
        ("agenda", may("read", status="hidden"), None),
        ("council-vote", may(""), {"proposal.status": "accepted"}),
    ],
    ids=[
        "who reads all",
        "who reads none",
        "who reads some",
        "who does not see it",
        "its own record",
    ],
)
def test_what_a_step_set_of_other_records_is_told_to_who_reads_all_of_them(
    database: Database, procedure: str, grant: Grant, told: Any
):
    # given an agenda of an area, on which proposals are accepted; who votes on one sees that one
    hall = open_hall(database, {"Max": "member"})
    member = Role("member", "Member", may={"*": may("read"), "proposal": grant})
    definitions = hall.app.definitions
    roles = {**definitions.roles, "member": member}
    app = replace(hall.app, definitions=replace(definitions, roles=roles))
    written = Written("x", ("proposal.status",), {"proposal.status": "accepted"})
    # when somebody looks at its history
    with app.database.read() as connection:
        running = Running(app, connection, hall.actor("Max"))
        seen = seeing.written_within_sight(running, definitions.procedures[procedure], written)
    # then they are told what was set, or only that something was
    assert seen == replace(written, values=told)
