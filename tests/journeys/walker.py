"""Walks a way through the API: as whoever may do the task, with the facts that lead on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from server.domain.definitions import Definitions
from server.domain.step import (
    Approve,
    Choose,
    Do,
    Step,
)
from tests.journeys.board import COUNT, Board
from tests.journeys.filling import SERVICE, Filling
from tests.journeys.runs import Looked, passed_in
from tests.journeys.trace import Node, Trace
from tests.journeys.ways import Way

MOST_TASKS = 80
MARKS = {"approved": "approve", "rejected": "reject"}


class Lost(Exception):  # noqa: N818  not an error: another way may lead there
    """The way is not taken: the run went elsewhere."""


class Walker:
    """`people` maps persons' ids to a function that asks the API as that person.

    `come` lets time pass up to a moment, with a worker looking after what falls due.
    """

    def __init__(
        self,
        definitions: Definitions,
        trace: Trace,
        people: Mapping[int, Any],
        clock: Callable[[], datetime],
        come: Callable[[datetime], None],
    ) -> None:
        self.definitions = definitions
        self.trace = trace
        self.people = people
        self.administrator = people[0]
        self.come = come
        self.filling = Filling(definitions, self.administrator, clock)
        self._looked = Looked(lambda run: self.administrator("GET", f"/runs/{run}"))
        self._done: dict[tuple[str, str], int] = {}
        self._board: Board | None = None

    def walk(self, way: Way, facts: Mapping[str, Any]) -> None:
        """Go the way to its last step, with these facts there.

        Raises:
            Lost: it leads elsewhere.
        """
        self.filling.service, self._board = SERVICE, None
        planned = self._planned(way, facts)
        if way.before is not None:
            board = self._board_on(way, planned)
            for _ in board.verdicts:
                self._walk(way.before, self._planned(way.before, {}))
            self._board = board
        self._walk(way, planned)

    def _walk(self, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> None:
        known = {run["id"] for run in self._runs()}
        self._done.clear()
        self._begin(way, planned)
        goal = way.nodes[-1]
        wanted = way.outcomes.get(goal, ("",))[-1]
        for _ in range(MOST_TASKS):
            runs = self._new(known)
            passed = passed_in(runs, goal)
            if wanted in passed or (passed and not wanted):
                return
            chosen = isinstance(self._step(goal).action, Choose)
            if chosen and len(passed) >= len(way.outcomes[goal]):
                raise Lost(f"{goal} led to {passed}")
            line = self._next(runs, way)
            if line is None:
                self._wait(runs)
            else:
                self._complete(line, way, planned)
        raise Lost(f"more than {MOST_TASKS} tasks")

    def _step(self, node: Node) -> Step:
        return self.definitions.procedures[node[0]].step(node[1])

    def _board_on(self, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> Board:
        """A board with a service of its own, so that nothing else is on its list."""
        facts = planned.get(COUNT[0], {})
        board = Board.of(self.trace, facts, way.outcomes.get(COUNT, ("included",))[-1])
        cab = self.filling.record("cab", {})
        self.filling.service = self.filling.record("service", {"service.cab": cab})
        held = {"change-coordinator": "Yara Cohen", "service-owner": "Omar Saleh"}
        holders = [
            {"role": role, "person": who, "service": self.filling.service}
            for role, who in held.items()
        ]
        members = itertools.islice((person for person in self.people if person), board.members)
        holders += [{"role": "cab-member", "person": person, "cab": cab} for person in members]
        for values in holders:
            self.administrator("POST", "/records/holder", {"values": values})
        return board

    def _planned(self, way: Way, told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The facts that lead along the way, by procedure; those told lead to its end."""
        planned: dict[str, dict[str, Any]] = {}
        for node, outcomes in way.outcomes.items():
            for outcome in outcomes:
                known = self.trace.facts.get((*node, outcome), {})
                planned.setdefault(node[0], {}).update(known)
        planned.setdefault(way.nodes[-1][0], {}).update(told)
        return planned

    # -- beginning ----------------------------------------------------------------------------

    def _begin(self, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> None:
        facts = planned.get(way.procedure.key, {})
        start = way.start
        if start.when is not None:
            self.filling.record(start.when, facts)
            return
        assert start.by is not None
        form = self.definitions.forms[str(start.form)]
        entity = self.definitions.entities[form.entity]
        answers = {
            field.field: self.filling.value(entity.key, field.field, facts)
            for field in form.fields
            if (field.required or entity.fields[field.field].required) and not field.read_only
        }
        holders = self.administrator("GET", f"/records/holder?role={start.by}")["items"]
        person = self.people[holders[-1]["values"]["person"]]
        body = {"start": start.key, "answers": answers}
        person("POST", f"/procedures/{way.procedure.key}/runs", body)

    # -- going on -----------------------------------------------------------------------------

    def _runs(self) -> list[Any]:
        return list(self.administrator("GET", "/runs?limit=50")["items"])

    def _new(self, known: set[int]) -> list[Any]:
        """Runs that were not known, the oldest first; read anew where they have gone on."""
        return self._looked.at([line for line in self._runs() if line["id"] not in known])

    def _next(self, runs: list[Any], way: Way) -> Any:
        """The open task that the way leads through, or one that the rules have put before it."""
        tasks = [task for run in runs for task in run["tasks"]]
        waiting = [task for task in tasks if task["state"] == "open"]
        procedures = {procedure for procedure, _ in way.nodes}
        on_the_way = [task for task in waiting if (task["procedure"], task["step"]) in way.nodes]
        beside = [task for task in waiting if task["procedure"] in procedures]
        found = on_the_way or beside
        return found[-1] if found else None

    def _wait(self, runs: list[Any]) -> None:
        """Nobody can do anything, so time passes until the next moment that is waited for."""
        waits = [wait for run in runs for wait in run["waits"]]
        moments = [wait[key] for wait in waits for key in ("due", "late") if wait[key]]
        if not moments:
            tasks = [task for run in runs for task in run["tasks"]]
            raise Lost(str([(task["procedure"], task["step"], task["state"]) for task in tasks]))
        self.come(min(datetime.fromisoformat(moment) for moment in moments))

    def _complete(self, line: Any, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> None:
        view = self.administrator("GET", f"/tasks/{line['id']}")
        procedure = self.definitions.procedures[line["procedure"]]
        step = procedure.step(line["step"])
        # what a later procedure wants to know of the record may have to be entered in this one
        later = {
            path: value
            for told in planned.values()
            for path, value in told.items()
            if path.startswith(f"{procedure.about}.") or path.count(".") > 1
        }
        facts = {**later, **planned.get(procedure.key, {})}
        done = self._done.get((procedure.key, step.key), 0)
        self._done[procedure.key, step.key] = done + 1
        taken = way.outcomes.get((procedure.key, step.key), ())
        outcome = taken[min(done, len(taken) - 1)] if taken else None
        if step.outcomes and outcome is None:
            outcome = next(iter(step.outcomes))
        known = (one["id"] for one in reversed(view["candidates"]) if one["id"] in self.people)
        who = self.people[next(known)]
        if isinstance(step.action, Approve):
            mark = MARKS[str(outcome)]
            because = {"because": "Something stands against it."} if mark == "reject" else {}
            who("POST", f"/tasks/{line['id']}/complete", {"outcome": mark, "answers": because})
            return
        assert isinstance(step.action, Do)
        answers = self.filling.form(view["form"], procedure, step, outcome, facts)
        if self._board is not None and view["about"]["entity"] == "ballot_paper":
            for row, wish in zip(answers["ballots"], self._board.paper(done), strict=True):
                row["values"] = {"wish": wish}
        who("POST", f"/tasks/{line['id']}/complete", {"outcome": outcome, "answers": answers})
