"""SpiffWorkflow executes what our engine carries out, in whatever order people act.

Each run is gone through again there by the same outcomes: what is open whenever it rests, in which
order steps can be done, and how it ends must be the same. BPMN fixes how many turns a list has when
they begin, so lists that grow later are left out; what is done as needed and what stops a run happen
beside the flow, and are not followed.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from server.notation import Titles, as_bpmn
from tests.engine.builders import (
    Each,
    Office,
    a_procedure,
    after,
    by_hand,
    call,
    choose,
    do,
    end,
    group,
    put,
    together,
    wait_until,
)
from tests.notation.bpmn.twin import Twin

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUPPLY = a_procedure(
    "supply",
    do("order", outcomes={"got": "got", "none": "none"}),
    end("got"),
    end("none"),
    starts=[after("handling"), by_hand()],
)
HANDLING = a_procedure(
    "handling",
    do("look", outcomes={"go_on": None, "again": "look", "drop": "dropped"}),
    group(
        "prepare",
        do("phone"),
        wait_until("pause", "now + 3 days"),
        do("write", outcomes={"ready": None, "again": "phone"}),
    ),
    call("buy", "supply", outcomes={"got": None, "none": "look"}),
    do("build", each=Each("change", "incident_request.changes"), about="change"),
    together(
        "race",
        {
            "work": [
                group(
                    "each-change",
                    do("test", about="change", outcomes={"good": "tell", "bad": "mend"}),
                    do("mend", about="change", then="test"),
                    do("tell", about="change"),
                    each=Each("change", "incident_request.changes", at_once=True),
                )
            ],
            "watch": [
                wait_until(
                    "silence",
                    condition="incident_request.impact = extensive",
                    at_latest="2 days",
                    outcomes={"late": "give-up"},
                ),
                do("hurry", then="done"),
                do("give-up"),
            ],
        },
        "work",
    ),
    choose("which", ("incident_request.impact = minor", "both"), otherwise="both"),
    together(
        "both", {"left": [do("a"), put("b", {"incident_request.note": '"b"'})], "right": [do("c")]}
    ),
    end("finished"),
    end("dropped"),
)
LANGUAGE = {item.key: as_bpmn(item, Titles()) for item in (HANDLING, SUPPLY)}


def an_office(seed):
    """An office where people have done whatever was open for a while, in an order by chance."""
    random = Random(seed)
    office = Office(HANDLING, SUPPLY)
    office.person("Ann", "specialist")
    request = office.record("incident_request", summary="No mail", impact="minor")
    for number in range(seed % 4):
        office.record("change", title=f"No. {number}", incident_request=request)
    office.begin("handling", request)
    for _ in range(120):
        act(office, request, random)
    return office


def act(office, request, random):
    tasks = sorted(
        (run.id, task.number) for run in office.runs.values() for task in run.open_tasks
    )
    if not tasks or random.random() < 0.2:
        office.wait(random.choice([HOUR, 4 * DAY]))
        office.change(request, impact=random.choice(["minor", "extensive"]))
        return
    run = office.runs[(place := random.choice(tasks))[0]]
    book = office.books[run.procedure]
    outcomes = book.procedure.step(run.tasks[place[1]].step).outcomes
    chosen = outcomes[random.choice(sorted(outcomes))] if outcomes else None
    office.command(
        lambda machine: machine.complete(machine.walk(run, book), place[1], chosen, {}, {})
    )


def follow(office, exports):
    for run in office.runs.values():
        procedure = office.books[run.procedure].procedure
        Twin(procedure, exports[run.procedure]).follow(office.history(run.id))


@pytest.mark.parametrize("seed", range(40))
def test_in_whatever_order_people_act_both_go_the_same_way(seed):
    follow(an_office(seed), LANGUAGE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # branches that wait for each other, where one should end the other
        ("<bpmn:terminateEventDefinition />", ""),
        # turns that wait for each other, where they go side by side
        ('isSequential="false"', 'isSequential="true"'),
        # being late leads where being in time does
        ('targetRef="step.give-up"', 'targetRef="step.hurry"'),
    ],
)
def test_what_is_exported_wrongly_is_noticed(before, after):
    text = LANGUAGE["handling"]
    assert before in text
    wrong = {**LANGUAGE, "handling": text.replace(before, after)}
    with pytest.raises(AssertionError):
        follow_some(wrong)


def follow_some(exports):
    for seed in range(40):
        follow(an_office(seed), exports)
