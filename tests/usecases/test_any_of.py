"""A list of records means any one of them: each finds the task in the queue, and nobody else."""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.engine.seats import candidates
from server.storage import queues
from server.usecases import runs, tasks
from server.usecases.commands import carry_out
from server.usecases.running import Running
from tests.builders import acting, an_app, stored
from tests.engine import builders as drawn
from tests.usecases.desk import a_desk

LOOKING = {
    "assignee": "specialist",
    "assigned_group": "specialist",
    "service": "service-owner",
}


def looking(field: str):
    """A procedure whose one task is for any one that the consequences of a request name."""
    step = drawn.do("look", LOOKING[field], of=f"incident_request.consequences.{field}")
    begins = drawn.by_hand(role="service-desk-analyst")
    return drawn.a_procedure("looking", step, starts=(begins,))


@pytest.mark.parametrize("field", LOOKING)
def test_a_task_is_in_the_queue_of_each_whom_the_list_means(database, field) -> None:
    # given a request with consequences in two places
    app = an_app(database, a_desk(procedures=(looking(field),)))
    models = app.models

    def keep(entity: str, **values):
        return stored(database, models, entity, **values)

    groups = [keep("group", name=name) for name in ("One", "Two", "Three")]
    services = [keep("service", name=name) for name in ("Mail", "Print", "Net")]
    people = {name: keep("person", name=name) for name in ("Ann", "Bob", "Cat", "Dan", "Eve")}
    held = {
        "Ann": [("specialist", {}), ("service-owner", {})],
        "Bob": [("specialist", {"group": groups[0]}), ("service-owner", {"service": services[0]})],
        "Cat": [("specialist", {"group": groups[2]}), ("service-owner", {"service": services[2]})],
        "Dan": [("service-desk-analyst", {})],
        "Eve": [("specialist", {})],
    }
    for name, holdings in held.items():
        for role, more in holdings:
            keep("holder", person=people[name], role=role, **more)
    for name, group in (("Ann", 1), ("Bob", 0), ("Cat", 2), ("Dan", 0)):
        keep("membership", person=people[name], group=groups[group])
    request = keep("incident_request", summary="No mail")
    for number, name in ((0, "Ann"), (1, "Bob")):
        keep(
            "incident_request",
            summary=f"No mail for {name}",
            cause=request,
            assignee=people[name],
            assigned_group=groups[number],
            service=services[number],
        )

    # when the task is given out
    begun = app.definitions.procedures["looking"].starts[0]

    def begin(running):
        book = running.book("looking")
        running.machine.begin(book, begun, request)
        return lambda: None

    carry_out(app, APPLICATION, begin)

    # then just those whom its seat means find it, and any of them may take it
    [line] = runs.view(app, APPLICATION, 1).tasks
    with database.read() as connection:
        seat = queues.one(connection, line.id).seat
        meant = set(candidates(seat, Running(app, connection, APPLICATION).records))
    assert len(seat.any_of) == 2
    assert 0 < len(meant) < len(people)
    for name, person in people.items():
        found = tasks.my_work(app, acting(person, name)).items
        assert [item.id for item in found] == ([line.id] if person in meant else []), name
    taker = next(name for name, person in people.items() if person in meant)
    assert tasks.claim(app, acting(people[taker], taker), line.id).line.claimed_by is not None
