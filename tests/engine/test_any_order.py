"""However people act, in whatever order, runs stay sound and their history tells them.

One procedure with all that may be met: loops, jumps back, branches within branches, a race, a
decision, a gateway, records created, procedures begun and continued in, a stop from outside, people
who come and go.
"""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.domain.refusals import Invalid, WrongState
from server.domain.step import Do
from server.domain.values import YES_NO
from server.engine import events as happened
from server.engine.seats import candidates
from server.engine.walk import StepFailed
from tests.engine.builders import (
    Office,
    a_procedure,
    a_table,
    after,
    by_hand,
    choose,
    continue_in,
    create,
    decide,
    do,
    end,
    put,
    start,
    together,
)

ABLE = a_table(
    "able",
    {"skills": YES_NO, "time": YES_NO},
    YES_NO,
    [("yes", "skills = true and time = true", True), ("no", None, False)],
)
HANDLING = a_procedure(
    "handling",
    do(
        "look",
        asks={"skills": YES_NO, "time": YES_NO},
        name="ability",
        outcomes={"go_on": None, "again": "look", "side_by_side": "both", "drop": "dropped"},
        set={"incident_request.note": '"looked"'},
    ),
    decide(
        "able",
        ABLE,
        {"skills": "ability.skills", "time": "ability.time"},
        {"yes": "race", "no": "both"},
        name="verdict",
    ),
    together(
        "race",
        {
            "quick": [do("a"), do("b")],
            "slow": [do("c")],
            "auto": [do("d", of="incident_request.assignee")],
        },
        "first",
    ),
    choose(
        "enough",
        ("incident_request.status = new", "both"),
        ("incident_request.impact = minor", "look"),
        otherwise="plan",
    ),
    together(
        "both",
        {
            "left": [
                together(
                    "inner",
                    {
                        "upper": [do("e", outcomes={"more": "e", "stop": "done"})],
                        "lower": [create("draw", "change", "drawn", set={"drawn.title": '"x"'})],
                    },
                ),
                start("escalate", "escalation"),
            ],
            "right": [do("f", set={"incident_request.impact": "moderate"})],
        },
    ),
    do(
        "plan",
        "service-desk-analyst",
        creates=("change", "plan"),
        set={"plan.incident_request": "incident_request"},
        outcomes={"planned": None, "back": "look"},
    ),
    put("assign", {"incident_request.status": "assigned"}),
    continue_in("on", "closing"),
    end("dropped", set={"incident_request.status": "cancelled"}),
    lanes={"specialist": "incident_request.assigned_group"},
    starts=[by_hand(), after("closing")],
    stops_when="incident_request.status in [resolved, closed, cancelled]",
)
CLOSING = a_procedure(
    "closing",
    do("verify", "service-owner", outcomes={"good": None, "bad": "reopen"}),
    end("closed"),
    continue_in("reopen", "handling"),
    starts=[after("handling")],
)
ESCALATION = a_procedure(
    "escalation",
    do("judge", "service-owner", outcomes={"stop": None, "wait": "judge"}),
    end("judged"),
    lanes={"service-owner": "incident_request.service"},
    starts=[after("handling")],
)
REFUSED = (StepFailed, WrongState, Invalid)


class AnyOrder(RuleBasedStateMachine):
    @initialize()
    def an_office(self) -> None:
        office = self.office = Office(HANDLING, CLOSING, ESCALATION, decisions=[ABLE])
        self.groups = [office.record("group", name=name) for name in ("One", "Two")]
        self.people = [
            office.person("Ann", "specialist", group=self.groups[0]),
            office.person("Bob", "specialist", "service-desk-analyst", group=self.groups[1]),
            office.person("Cat", "on-duty-manager"),
        ]
        self.services = [
            office.record("service", name="Mail"),
            office.record("service", name="Print"),
        ]
        office.records.held.append((self.people[0], "service-owner", self.services[0]))
        self.requests = []
        self.new_request(impact="minor")

    # -- what people do

    @rule(impact=st.sampled_from(["minor", "moderate", "extensive"]))
    @precondition(lambda self: len(self.requests) < 3)
    def new_request(self, impact: str) -> None:
        office = self.office
        request = office.record(
            "incident_request",
            summary="No mail",
            impact=impact,
            assigned_group=self.groups[0],
            service=self.services[0],
            assignee=self.people[1],
        )
        self.requests.append(request)
        self.attempt(lambda: office.begin("handling", request))

    @rule(data=st.data(), skills=st.booleans(), time=st.booleans())
    def complete_a_task(self, data: st.DataObject, skills: bool, time: bool) -> None:
        office = self.office
        tasks = [(run.id, task) for run in office.runs.values() for task in run.open_tasks]
        if not tasks:
            return
        run_id, task = data.draw(st.sampled_from(sorted(tasks, key=str)))
        run = office.runs[run_id]
        step = office.books[run.procedure].procedure.step(task.step)
        assert isinstance(step.action, Do)
        outcome = data.draw(st.sampled_from(sorted(step.outcomes))) if step.outcomes else None
        answers = {"skills": skills, "time": time} if step.action.asks else {}
        values = {"title": "Swap the disk"} if step.action.creates else {"note": "done"}
        book = office.books[run.procedure]
        chosen = step.outcomes[outcome] if outcome else None
        self.attempt(
            lambda: office.command(
                lambda machine: machine.complete(
                    machine.walk(run, book), task.number, chosen, values, answers
                )
            )
        )

    @rule(data=st.data())
    def claim_a_task(self, data: st.DataObject) -> None:
        office = self.office
        tasks = [(run.id, task) for run in office.runs.values() for task in run.open_tasks]
        if not tasks:
            return
        run_id, task = data.draw(st.sampled_from(sorted(tasks, key=str)))
        run = office.runs[run_id]
        person = data.draw(st.sampled_from(sorted(candidates(task.seat, office.records))))
        event = happened.TaskClaimed(task.step, task.number, person.id)
        book = office.books[run.procedure]
        office.command(lambda machine: machine.walk(run, book).happen(event))

    @rule(
        data=st.data(),
        status=st.sampled_from(["new", "assigned", "in_progress", "resolved", "cancelled"]),
        impact=st.sampled_from(["minor", "extensive"]),
    )
    def change_a_request(self, data: st.DataObject, status: str, impact: str) -> None:
        request = data.draw(st.sampled_from(self.requests))
        group = data.draw(st.sampled_from([*self.groups, None]))
        service = data.draw(st.sampled_from([*self.services, None]))
        self.attempt(
            lambda: self.office.change(
                request, status=status, impact=impact, assigned_group=group, service=service
            )
        )

    @rule(data=st.data())
    def somebody_comes_or_goes(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(self.people))
        self.office.records.away ^= {person}
        for request in self.requests:
            self.attempt(lambda request=request: self.office.change(request, note=str(person)))

    @rule(data=st.data())
    @precondition(lambda self: self.office.runs)
    def cancel(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(list(self.office.runs.values())))
        book = self.office.books[run.procedure]
        if run.is_open:
            self.office.command(lambda machine: machine.stop(machine.walk(run, book), "Enough"))

    def attempt(self, act) -> None:
        """Do it; when it is refused, nothing at all has changed."""
        office = self.office
        runs, told = dict(office.runs), {key: len(all_) for key, all_ in office.histories.items()}
        rows = {ref: dict(row) for ref, row in office.records.rows.items()}
        try:
            act()
        except REFUSED:
            assert office.runs == runs
            assert {key: len(all_) for key, all_ in office.histories.items()} == told
            assert office.records.rows == rows

    # -- what holds whatever they do

    @invariant()
    def history_tells_the_run(self) -> None:
        for run_id, run in self.office.runs.items():
            again = self.office.replayed(run_id)
            assert again.scopes == run.scopes
            assert again.open_tasks == run.open_tasks
            assert (again.state, again.end, again.sequence, again.task_count) == (
                run.state,
                run.end,
                run.sequence,
                run.task_count,
            )

    @invariant()
    def an_open_run_waits_for_somebody_and_a_closed_one_for_nobody(self) -> None:
        for run in self.office.runs.values():
            assert bool(run.open_tasks) == run.is_open
            if not run.is_open:
                assert list(run.scopes) == [0]
            for task in run.open_tasks:
                assert candidates(task.seat, self.office.records) or task.seat.person

    @invariant()
    def every_list_rests_where_its_task_or_its_branches_are(self) -> None:
        for run in self.office.runs.values():
            for scope in run.scopes.values():
                inner = [item for item in run.scopes.values() if item.parent == scope.number]
                tasks = [task for task in run.open_tasks if task.scope == scope.number]
                assert len(tasks) + (1 if inner else 0) == (1 if run.is_open else 0)
                assert {task.step for task in tasks} | {item.step for item in inner} <= {scope.at}
                assert scope.parent is None or scope.parent in run.scopes

    @invariant()
    def one_run_is_open_for_each_procedure_and_record(self) -> None:
        open_ones = [
            (run.procedure, run.about) for run in self.office.runs.values() if run.is_open
        ]
        assert len(open_ones) == len(set(open_ones))

    @invariant()
    def numbers_of_tasks_and_lists_are_used_once(self) -> None:
        for run_id, run in self.office.runs.items():
            history = self.office.history(run_id)
            numbers = [line.task for line in history if isinstance(line, happened.TaskOpened)]
            lists = [line.opened for line in history if isinstance(line, happened.BranchOpened)]
            assert numbers == list(range(1, run.task_count + 1))
            assert len(lists) == len(set(lists))

    @invariant()
    def nobody_works_on_a_task_who_may_not(self) -> None:
        for run in self.office.runs.values():
            for task in run.open_tasks:
                persons = candidates(task.seat, self.office.records)
                assert task.claimed_by in {None, *(person.id for person in persons)}

    @invariant()
    def tasks_are_with_those_whom_the_record_names(self) -> None:
        for run in self.office.runs.values():
            group = self.office.records.field(run.about, "assigned_group")
            for task in run.open_tasks:
                if run.procedure == "handling" and task.step not in {"d", "plan"}:
                    assert task.seat.group == (group.id if group else None)

    @invariant()
    def no_run_is_open_that_its_record_has_stopped(self) -> None:
        for run in self.office.runs.values():
            if run.procedure == "handling" and run.is_open:
                status = self.office.records.field(run.about, "status")
                assert status in {"new", "assigned", "in_progress"}


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
