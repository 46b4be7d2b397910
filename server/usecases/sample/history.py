"""Some weeks of an organisation's life, in the order in which things happened."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from server.usecases.app import App
from server.usecases.sample.organisation import Organisation, read
from server.usecases.sample.stories import STORIES, Case, Told
from server.usecases.sample.work import SATURDAY, Clock, Left, Work, at_work

WEEKS = 4
CALLS_A_DAY = 4
ONCE = frozenset({"outage-to-recovery", "outage-to-emergency-change", "specialist-escalates"})
"""Stories too grave to happen every week."""
HURRY = 0.2

TODAY: tuple[tuple[str, str, float], ...] = (
    ("Patient records down on all wards", "talk", 1.5),
    ("School without network", "approach", 3.0),
    ("Payroll very slow", "talk", 4.0),
    ("Two more users for payroll", "close-change", 20.0),
    ("Catalogue search on Sundays", "review", 6.0),
    ("Catalogue search takes half a minute", "take-up", 7.0),
    ("Deleted folder to be brought back", "verify", 5.0),
    ("Frightening window about a virus", "verify", 9.0),
    ("Mailbox full, no mail arrives", "resolve", 0.4),
    ("Laptop slow to start, fan loud", "assign-specialist", 2.0),
    ("No access to a shared folder", "rework", 3.5),
    ("Caller cannot hear the front desk", "choose-group", 1.0),
    ("Clinic letters treated as unwanted mail", "resolve", 4.5),
    ("Old versions of documents on the way", "verify", 6.5),
    ("Wireless drops in the reading room", "record", 5.5),
    ("Account and laptop for a new colleague", "wait", 8.0),
    ("Meeting room with video equipment wanted", "ask", 0.2),
    ("DiskFillingUp", "judge", 2.5),
    ("DatabaseSpaceLow", "judge", 5.0),
    ("ReplicationLag", "register-outage", 0.6),
    ("VpnConnectionsFailing", "resolve", 3.0),
    ("CatalogueSlow", "review", 0.3),
    ("BackupFailed", "review", 0.5),
)
"""What goes on right now: which case, the step that waits for somebody, and hours since it began."""


@dataclass
class Agenda:
    """Stories under way, told on in the order of their moments."""

    clock: Clock
    until: datetime
    waiting: list[tuple[datetime, int, Told]] = field(default_factory=list)
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
        self.clock.at = self.until


def begins(until: datetime) -> datetime:
    """The Monday morning on which the history begins."""
    monday = until - timedelta(weeks=WEEKS, days=until.weekday())
    return monday.replace(hour=6, minute=0, second=0, microsecond=0)


def play(app: App, organisation: Organisation, clock: Clock, until: datetime) -> None:
    """Make the history, through the same use cases that people use. Always the same one."""
    chance = Random("Fernwick")  # noqa: S311  a play of chance, no secret
    agenda = Agenda(clock, until)
    work = Work(replace(app, now=clock), organisation, clock, chance)
    calls, alerts = read("cases"), read("alerts")
    calling, reporting = _again(calls), _again(alerts)
    for day in _days(begins(until), until):
        for _ in range(CALLS_A_DAY if day.weekday() < SATURDAY else 0):
            moment = at_work(day + timedelta(minutes=chance.uniform(100, 600)), chance)
            agenda.add(moment, _told(work, next(calling)))
        agenda.add(day + timedelta(minutes=chance.uniform(0, 1400)), _told(work, next(reporting)))
    named = {case.get("summary") or case.get("alert"): case for case in (*calls, *alerts)}
    for name, leave, hours in TODAY:
        hurried = replace(work, leave=leave, pace=HURRY)
        agenda.add(until - timedelta(hours=hours), _told(hurried, named[name]))
    agenda.play()


def _days(first: datetime, until: datetime) -> Iterator[datetime]:
    while first < until:
        yield first
        first += timedelta(days=1)


def _again(cases: Sequence[Case]) -> Iterator[Case]:
    """The cases, over and over; the grave ones only the first time."""
    yield from cases
    yield from itertools.cycle([case for case in cases if case["story"] not in ONCE])


def _told(work: Work, case: Case) -> Told:
    """The case's story, told by a caller of the right customer."""
    callers = work.organisation.callers(case.get("from"))
    own = replace(work, caller=work.chance.choice(callers), open={})
    return STORIES[case["story"]](own, case)
