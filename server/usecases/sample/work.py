"""People at work: the clock, the tasks that come of what is done, and who does them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from server.domain.actor import APPLICATION, Actor
from server.domain.run import RunState, TaskState
from server.domain.values import RecordRef
from server.usecases import events, records, runs, tasks
from server.usecases.app import App
from server.usecases.sample.organisation import Organisation
from server.usecases.views import TaskLine

OPENS, CLOSES = 8, 17
"""The hours between which people come to work, Monday to Friday."""
SATURDAY = 5
ALERTMANAGER = "alertmanager"


class Left(Exception):  # noqa: N818  not an error: a story that stops here, on purpose
    """The story goes no further: this task is left for whoever tries the sample."""


class Overtaken(Exception):  # noqa: N818  not an error: stories may meet
    """Another story has got to the same request first, and this one is done with."""


@dataclass
class Clock:
    """The time of the sample, moved by hand."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Work:
    """One story under way: the tasks it has opened, by step, and the person it is about.

    With `pace` below one people hurry and stay late; `leave` is a step that nobody does.
    """

    app: App
    organisation: Organisation
    clock: Clock
    chance: Random
    caller: str = ""
    pace: float = 1.0
    leave: str = ""
    open: dict[str, TaskLine] = field(default_factory=dict)
    turns: dict[str, Iterator[str]] = field(default_factory=dict)

    # -- time ---------------------------------------------------------------------------------

    def straight(self, minutes: float) -> datetime:
        """The moment so many minutes from now, more or less."""
        spent = minutes * self.chance.uniform(0.6, 1.6) * self.pace
        return self.clock.at + timedelta(minutes=spent)

    def working(self, minutes: float) -> datetime:
        """The same, or the next working morning when nobody is at work then."""
        moment = self.straight(minutes)
        return moment if self.pace < 1 else at_work(moment, self.chance)

    # -- acting -------------------------------------------------------------------------------

    def one_of(self, *names: str) -> Actor:
        return self.organisation.actors[self.chance.choice(names)]

    def holder(self, role: str) -> Actor:
        return self.one_of(*self.organisation.holders[role])

    def next_specialist(self, group: str) -> Actor:
        """Those of a group take turns."""
        names = itertools.cycle(self.organisation.specialists(group))
        return self.organisation.actors[next(self.turns.setdefault(group, names))]

    def record(self, entity: str, name: str) -> RecordRef:
        return self.organisation.records[entity, name]

    def begin(self, procedure: str, start: str, by: Actor, **answers: Any) -> None:
        """Begin a run by hand."""
        begun = runs.start(self.app, by, procedure, start, answers)
        self._opened(begun.tasks)

    def enter(self, entity: str, by: Actor, about: RecordRef | None = None, **values: Any) -> None:
        """Save a record; runs that it starts are about itself, or about the record named."""
        kept = records.create(self.app, by, entity, values)
        self.find(about or kept.title.record)

    def report(self, alert: Mapping[str, Any], *, over: bool = False) -> None:
        """Have monitoring report an alert, or that it is over."""
        events.receive(self.app, APPLICATION, ALERTMANAGER, payload(alert, self.clock.at, over))
        while events.handle(self.app):
            pass
        if not over:
            newest = runs.page(self.app, APPLICATION, procedure="event-handling", limit=1)
            self.find(newest.items[0].about.record)

    def do(
        self, step: str, outcome: str | None = None, by: Actor | None = None, **answers: Any
    ) -> None:
        """Complete the task open at a step, as somebody who may.

        Raises:
            Left: it is the step where this story is to rest.
            Overtaken: no such task is open.
        """
        if step == self.leave and step in self.open:
            raise Left
        if step not in self.open:
            raise Overtaken(step)
        line = self.open.pop(step)
        who = by or self.somebody(line)
        done = tasks.complete(self.app, who, line.id, outcome=outcome, answers=answers)
        self._opened(done.opened)

    def somebody(self, line: TaskLine) -> Actor:
        """Who takes the task on: who has it already, else one of those who may."""
        if line.claimed_by is not None:
            return self.organisation.actor_of(line.claimed_by.record)
        found = tasks.view(self.app, APPLICATION, line.id).candidates
        return self.organisation.actor_of(self.chance.choice(found).record)

    def take_on(self, step: str) -> None:
        """Have somebody claim the task open at a step."""
        line = self.open[step]
        claimed = tasks.claim(self.app, self.somebody(line), line.id).line
        self.open[step] = claimed

    def request(self) -> RecordRef:
        """The incident request that the story's newest task is about."""
        return next(
            line.about.record
            for line in reversed(self.open.values())
            if line.about.record.entity == "incident_request"
        )

    def returns_about(self, *statuses: str) -> RecordRef | None:
        """A request in one of these statuses; who asked for it is the caller of this story."""
        callers = set(self.organisation.callers(None))
        filters = {"status": list(statuses)}
        for one in records.page(
            self.app, APPLICATION, "incident_request", filters=filters, limit=100
        ).items:
            requester = one.values["requester"]
            assert isinstance(requester, RecordRef)
            name = self.organisation.actor_of(requester).name
            if name in callers:
                self.caller = name
                return one.title.record
        return None

    def group_of(self, step: str) -> str:
        """The name of the group whose task it is."""
        group = self.open[step].group
        assert group is not None
        return group.label

    def about(self, step: str) -> RecordRef:
        """What the run is about that has a task open at a step."""
        return runs.view(self.app, APPLICATION, self.open[step].run_id).line.about.record

    def open_at(self, about: RecordRef, step: str) -> tuple[TaskLine, ...]:
        """All tasks open at a step of the runs about a record: more than one where each has a turn."""
        found = runs.page(self.app, APPLICATION, about=about, state=RunState.OPEN)
        return tuple(
            task
            for line in found.items
            for task in runs.view(self.app, APPLICATION, line.id).tasks
            if task.state is TaskState.OPEN and task.step == step
        )

    def _opened(self, lines: tuple[TaskLine, ...]) -> None:
        for line in lines:
            self.open.pop(line.step, None)
            self.open[line.step] = line

    def find(self, about: RecordRef) -> None:
        """Take up what is open about a record."""
        found = runs.page(self.app, APPLICATION, about=about, state=RunState.OPEN)
        for line in reversed(found.items):
            run = runs.view(self.app, APPLICATION, line.id)
            self._opened(tuple(task for task in run.tasks if task.state is TaskState.OPEN))


def at_work(moment: datetime, chance: Random) -> datetime:
    """The moment itself, or some time after opening on the next working day."""
    if moment.weekday() < SATURDAY and OPENS <= moment.hour < CLOSES:
        return moment
    morning = moment.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    if moment.hour >= CLOSES or moment.weekday() >= SATURDAY:
        morning += timedelta(days=1)
    while morning.weekday() >= SATURDAY:
        morning += timedelta(days=1)
    return morning + timedelta(minutes=chance.uniform(5, 150))


def payload(alert: Mapping[str, Any], at: datetime, over: bool) -> Mapping[str, Any]:
    """What Alertmanager would send about it."""
    named = hashlib.sha256(f"{alert['alert']} {alert['ci']}".encode()).hexdigest()
    return {
        "version": "4",
        "status": "resolved" if over else "firing",
        "receiver": "procedura",
        "alerts": [
            {
                "status": "resolved" if over else "firing",
                "labels": {
                    "alertname": alert["alert"],
                    "severity": alert["severity"],
                    "instance": f"{alert['ci']}:9100",
                },
                "annotations": {"summary": alert["text"]},
                "startsAt": alert.get("since", at.isoformat()),
                "endsAt": at.isoformat() if over else "0001-01-01T00:00:00Z",
                "generatorURL": f"prometheus.fernwick.example/{alert['alert']}",
                "fingerprint": named[:16],
            }
        ],
    }
