"""Some weeks of an organisation's life, in the order in which things happened."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from server.usecases.app import App
from server.usecases.sample.changing import CHANGES
from server.usecases.sample.escalating import ESCALATIONS
from server.usecases.sample.organisation import Organisation, read
from server.usecases.sample.releasing import RELEASES
from server.usecases.sample.reporting import REPORTS
from server.usecases.sample.stories import STORIES, Case, Told
from server.usecases.sample.work import SATURDAY, Clock, Left, Overtaken, Work, at_work

WEEKS = 4
CALLS_A_DAY = 4
ONCE = frozenset({"outage-to-recovery", "outage-to-emergency-change", "specialist-escalates"})
"""Stories too grave to happen every week."""
REVIEWED = (1, 3)
"""Tuesdays and Thursdays bring up what reviews have found."""
ASKED_FOR = 0
"""On Mondays somebody asks for a change without calling."""
RELEASED = timedelta(days=9, hours=3)
"""How long before today releases were wished for; one board after the other."""
HURRY = 0.2


@dataclass
class Agenda:
    """Stories under way, told on in the order of their moments."""

    clock: Clock
    until: datetime
    waiting: list[tuple[datetime, int, Told]] = field(default_factory=list)
    overtaken: int = 0
    _order: Iterator[int] = field(default_factory=itertools.count)

    def add(self, moment: datetime, told: Told) -> None:
        heapq.heappush(self.waiting, (moment, next(self._order), told))

    def play(self) -> None:
        """Tell everything that happens until the end; what would come later stays open."""
        while self.waiting and self.waiting[0][0] <= self.until:
            self.clock.at, _, told = heapq.heappop(self.waiting)
            try:
                self.add(next(told), told)
            except (StopIteration, Left):
                continue
            except Overtaken:
                self.overtaken += 1
        self.clock.at = self.until


def begins(until: datetime) -> datetime:
    """The Monday morning on which the history begins."""
    monday = until - timedelta(weeks=WEEKS, days=until.weekday())
    return monday.replace(hour=6, minute=0, second=0, microsecond=0)


def play(app: App, organisation: Organisation, clock: Clock, until: datetime) -> Agenda:
    """Make the history, through the same use cases that people use. Always the same one."""
    chance = Random("Fernwick")  # noqa: S311  a play of chance, no secret
    agenda = Agenda(clock, until)
    work = Work(replace(app, now=clock), organisation, clock, chance)
    calls, alerts, reviews, changes = (
        read(name) for name in ("cases", "alerts", "reviews", "changes")
    )
    calling, reporting, reviewing, changing = map(_again, (calls, alerts, reviews, changes))
    for day in _days(begins(until), until):
        for _ in range(CALLS_A_DAY if day.weekday() < SATURDAY else 0):
            moment = at_work(day + timedelta(minutes=chance.uniform(100, 600)), chance)
            agenda.add(moment, _told(work, next(calling)))
        agenda.add(day + timedelta(minutes=chance.uniform(0, 1400)), _told(work, next(reporting)))
        if day.weekday() in REVIEWED:
            agenda.add(day + timedelta(hours=chance.uniform(4, 9)), _told(work, next(reviewing)))
        if day.weekday() == ASKED_FOR:
            agenda.add(day + timedelta(hours=chance.uniform(4, 9)), _told(work, next(changing)))
    every = (*calls, *alerts, *reviews, *changes)
    named = {case.get("summary") or case.get("alert"): case for case in every}
    for now in read("today"):
        hurried = replace(work, leave=now["leave"], pace=HURRY)
        case = {**named[now["case"]], **now}
        agenda.add(until - timedelta(hours=now["hours"]), _told(hurried, case))
    for place, case in enumerate(read("releases")):
        resting = replace(work, leave=case["leave"])
        moment = at_work(until - RELEASED - timedelta(days=4 * place), chance)
        agenda.add(moment, _told(resting, case))
    agenda.play()
    return agenda


def _days(first: datetime, until: datetime) -> Iterator[datetime]:
    while first < until:
        yield first
        first += timedelta(days=1)


def _again(cases: Sequence[Case]) -> Iterator[Case]:
    """The cases, over and over; the grave ones only the first time."""
    yield from cases
    yield from itertools.cycle([case for case in cases if _story(case) not in ONCE])


def _told(work: Work, case: Case) -> Told:
    """The case's story, told by a caller of the right customer."""
    callers = work.organisation.callers(case.get("from"))
    caller = case.get("caller") or work.chance.choice(callers)
    own = replace(work, caller=caller, open={})
    return {**STORIES, **ESCALATIONS, **REPORTS, **CHANGES, **RELEASES}[_story(case)](own, case)


def _story(case: Case) -> str:
    return str(case.get("story", "from-a-review"))
