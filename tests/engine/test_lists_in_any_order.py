"""However people act and time passes, groups, turns, calls and waits stay sound.

One procedure with turns in branches, waits in turns, a call that others join, lists begun as needed
and a condition over other records; members come, change and go while it is under way.
"""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.domain.refusals import Invalid, WrongState
from server.domain.run import ListKind, Run, RunState, Scope
from server.domain.values import RecordRef
from server.engine import events as happened
from server.engine.walk import StepFailed
from tests.builders import AT
from tests.engine.builders import (
    Each,
    Office,
    a_procedure,
    after,
    by_hand,
    call,
    do,
    end,
    group,
    together,
    wait_until,
)

CHANGES = "incident_request.changes"
DONE = f"every c in {CHANGES} satisfies c.status = done"
HANDLING = a_procedure(
    "handling",
    together(
        "both",
        {
            "turns": [
                group(
                    "work",
                    do("build", about="change", outcomes={"again": "build", "built": None}),
                    wait_until("settle", "now + 1 day"),
                    each=Each("change", f"{CHANGES} where status != draft", at_once=True),
                ),
                do("check", each=Each("change", CHANGES), about="change"),
            ],
            "wait": [
                wait_until(
                    "all-done",
                    condition=f"count({CHANGES}) > 0 and {DONE}",
                    at_latest="5 days",
                    outcomes={"late": "chase"},
                ),
                call("supply", "supply", outcomes={"got": "done", "stopped": "chase"}),
                do("chase", outcomes={"again": "all-done", "enough": None}),
            ],
        },
        as_needed={"ask": [do("ask"), wait_until("answer", "now + 2 days"), do("read")]},
    ),
    group(
        "until",
        do("review", each=Each("change", CHANGES, at_once=True, until=DONE), about="change"),
    ),
    call("order", "supply"),
    end("handled"),
    starts=[by_hand(), after("supply")],
    stops_when="incident_request.status = cancelled",
    as_needed={"note": [do("note")]},
)
SUPPLY = a_procedure(
    "supply",
    do("deliver", outcomes={"now": None, "later": "deliver"}),
    end("got"),
    starts=[after("handling"), by_hand()],
)
REFUSED = (StepFailed, WrongState, Invalid)
STATUSES = ["draft", "planned", "done"]


class AnyOrder(RuleBasedStateMachine):
    @initialize()
    def an_office(self) -> None:
        office = self.office = Office(HANDLING, SUPPLY)
        office.person("Ann", "specialist")
        self.requests: list[RecordRef] = []
        self.changes: list[RecordRef] = []
        self.new_request()

    # -- what people do

    @rule()
    @precondition(lambda self: len(self.requests) < 2)
    def new_request(self) -> None:
        request = self.office.record("incident_request", summary="No mail")
        self.requests.append(request)
        for title in ("Disk", "Fan"):
            change = self.office.record("change", title=title, incident_request=request)
            self.office.change(change, status="planned")
        self.changes = list(self.office.records.all("change"))
        self.office.begin("handling", request, "by-hand")

    @rule(data=st.data())
    @precondition(lambda self: len(self.changes) < 6)
    def a_change_comes(self, data: st.DataObject) -> None:
        self.new_change(data.draw(st.sampled_from(self.requests)))

    def new_change(self, request: RecordRef) -> None:
        def make(machine) -> None:
            machine.draft.create("change", {"title": "Disk", "incident_request": request})

        self.attempt(lambda: self.office.command(make))
        self.changes = list(self.office.records.all("change"))

    @rule(data=st.data(), status=st.sampled_from(STATUSES))
    @precondition(lambda self: self.changes)
    def a_change_moves(self, data: st.DataObject, status: str) -> None:
        change = data.draw(st.sampled_from(self.changes))
        request = data.draw(st.sampled_from(self.requests))
        values = {"status": status, "incident_request": request}
        self.attempt(lambda: self.office.change(change, **values))

    @rule(data=st.data(), count=st.integers(1, 4))
    def complete_tasks(self, data: st.DataObject, count: int) -> None:
        for _ in range(count):
            self.complete_a_task(data)

    def complete_a_task(self, data: st.DataObject) -> None:
        office = self.office
        open_ones = [(run.id, task) for run in office.runs.values() for task in run.open_tasks]
        if not open_ones:
            return
        run_id, task = data.draw(st.sampled_from(sorted(open_ones, key=str)))
        run = office.runs[run_id]
        book = office.books[run.procedure]
        step = book.procedure.step(task.step)
        key = data.draw(st.sampled_from(sorted(step.outcomes))) if step.outcomes else None
        chosen = step.outcomes[key] if key else None
        self.attempt(
            lambda: office.command(
                lambda machine: machine.complete(
                    machine.walk(run, book), task.number, chosen, {}, {}
                )
            )
        )

    @rule(data=st.data())
    @precondition(lambda self: self.open_as_needed() < 2)
    def begin_as_needed(self, data: st.DataObject) -> None:
        office = self.office
        offers = [(run, key) for run in office.runs for key in office.offered(run)]
        if offers:
            run_id, key = data.draw(st.sampled_from(offers))
            self.attempt(lambda: office.as_needed(run_id, key))

    def open_as_needed(self) -> int:
        return sum(
            scope.kind is ListKind.AS_NEEDED
            for run in self.office.runs.values()
            for scope in run.scopes.values()
        )

    @rule(data=st.data())
    def all_changes_are_done(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.requests))
        rows = self.office.records.rows
        for change in self.changes:
            if rows[change].get("incident_request") == request:
                for status in STATUSES[1:]:
                    self.attempt(
                        lambda change=change, status=status: self.office.change(
                            change, status=status
                        )
                    )

    @rule(data=st.data())
    def supply_by_hand(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.requests))
        self.attempt(lambda: self.office.begin("supply", request, "by-hand"))

    @rule(days=st.integers(1, 3))
    def time_passes(self, days: int) -> None:
        self.attempt(lambda: self.office.wait(timedelta(days=days)))

    @rule(data=st.data(), seldom=st.integers(0, 3))
    def cancel(self, data: st.DataObject, seldom: int) -> None:
        run = data.draw(st.sampled_from(list(self.office.runs.values())))
        if run.is_open and not seldom:
            self.office.stop(run.id)

    def attempt(self, act) -> None:
        """Do it; when it is refused, nothing at all has changed."""
        office = self.office
        runs = dict(office.runs)
        rows = {ref: dict(row) for ref, row in office.records.rows.items()}
        try:
            act()
        except REFUSED:
            assert office.runs == runs
            assert office.records.rows == rows

    # -- what holds whatever they do

    @invariant()
    def history_tells_the_run(self) -> None:
        for run_id, run in self.office.runs.items():
            again = self.office.replayed(run_id)
            assert again.scopes == run.scopes
            assert again.open_tasks == run.open_tasks
            assert (again.state, again.end, again.sequence) == (run.state, run.end, run.sequence)

    @invariant()
    def every_list_of_an_open_run_rests_at_just_one_thing(self) -> None:
        for run in self.office.runs.values():
            if not run.is_open:
                assert list(run.scopes) == [0]
                assert run.open_tasks == ()
                assert run.scopes[0].wait is None
                continue
            for scope in run.scopes.values():
                if scope.kind is not ListKind.TURNS:
                    assert self._rests(run, scope) == 1

    def _rests(self, run: Run, scope: Scope) -> int:
        """At how many things a list rests: a task, a wait, or what goes on inside one of its steps."""
        inside = {
            item.step
            for item in run.scopes.values()
            if item.parent == scope.number and item.kind is not ListKind.AS_NEEDED
        }
        open_here = [task for task in run.open_tasks if task.scope == scope.number]
        return len(open_here) + len(inside) + (scope.wait is not None)

    @invariant()
    def each_record_has_one_turn(self) -> None:
        for run in self.office.runs.values():
            for scope in run.scopes.values():
                if scope.kind is ListKind.TURNS:
                    turns = run.inside(scope.number, ListKind.TURN)
                    assert len(set(scope.begun)) == len(scope.begun)
                    assert len(turns) + scope.completed == len(scope.begun)

    @invariant()
    def nothing_due_is_left_undone(self) -> None:
        for run in self.office.runs.values():
            for scope in run.scopes.values():
                if scope.kind is ListKind.TURNS and scope.step == "work":
                    members = self._members(run, "planned", "done")
                    assert set(members) <= set(scope.begun)
                if scope.wait is not None and scope.wait.wakes_at is not None:
                    assert scope.wait.wakes_at > self.office.now
                if scope.wait is not None and scope.wait.step == "all-done":
                    assert self._members(run, "draft", "planned") or not self._members(run, "done")

    def _members(self, run: Run, *statuses: str) -> list[RecordRef]:
        rows = self.office.records.rows
        return [
            ref
            for ref in self.office.records.all("change")
            if rows[ref].get("incident_request") == run.about and rows[ref]["status"] in statuses
        ]

    @invariant()
    def who_calls_waits_for_an_open_run_and_who_was_called_is_awaited(self) -> None:
        runs = self.office.runs
        awaited = {
            scope.wait.run
            for run in runs.values()
            for scope in run.scopes.values()
            if scope.wait is not None and scope.wait.run is not None
        }
        assert all(runs[run_id].is_open for run_id in awaited)
        for run in runs.values():
            began = self.office.history(run.id)[0]
            assert isinstance(began, happened.RunStarted)
            if began.called and run.is_open:
                assert run.id in awaited

    @invariant()
    def no_run_is_open_twice_or_against_its_record(self) -> None:
        open_ones = [
            (run.procedure, run.about) for run in self.office.runs.values() if run.is_open
        ]
        assert len(open_ones) == len(set(open_ones))
        assert all(run.state is not RunState.FAILED for run in self.office.runs.values())
        assert self.office.now >= AT


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestListsInAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
