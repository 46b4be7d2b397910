"""How releases go in the sample: a wish is put on a list, a board votes, the work is divided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from server.domain.values import RecordRef
from server.usecases import records, waiting
from server.usecases.sample.changing import asked_for
from server.usecases.sample.stories import EFFECTS, Case, Story, Told, answering
from server.usecases.sample.work import Work, at_work

NOTICE, TALK = timedelta(days=3), timedelta(hours=2)
"""How long a board has before it meets; how long before that its list is closed."""
NEXT = timedelta(days=91)
"""Boards meet each quarter."""


def release(work: Work, case: Case) -> Told:
    """Something new is wished for; its board takes it up, and it becomes a release."""
    yield from listed(work, case)
    yield from voted_on(work, case)
    yield from planned(work, case)
    yield work.working(90)
    work.do("compare", cost=case["cost"], available=case["available"])
    if case["cost"] > case["available"]:
        yield work.working(200)
        work.do(
            "prepare",
            title=case["release"],
            benefit=case["benefit"],
            cost=case["cost"],
            required_budget=case["cost"] - case["available"],
        )
        yield work.working(300)
        work.do("approve-case", "approve")
    yield work.working(120)
    work.do("write")


def listed(work: Work, case: Case) -> Told:
    """A customer asks, the change coordinator passes it on, and it waits for the board."""
    requester = work.one_of(case["person"])
    details = asked_for(work, case, requester.id)
    work.begin("request-for-change-review", "request-form", requester, **details)
    yield work.working(60)
    work.do("standard", "not_standard")
    yield work.straight(10)
    work.do("policies", "no_conflict")
    yield work.straight(10)
    work.do("effects", **answering(EFFECTS, "function_changes"))
    yield work.straight(10)
    work.do("reach", fixes_problem=False, one_coordinator=True, extra_funding=False)
    yield work.working(60)
    work.do(
        "review",
        standard_change=False,
        fixes_problem=False,
        one_coordinator=True,
        extra_funding=False,
    )
    yield work.working(60)
    work.do("estimate", estimated_effort=case["effort"], estimated_cost=case["cost"])


def voted_on(work: Work, case: Case) -> Told:
    """The board is called together and votes; every member wants it."""
    yield work.working(60)
    coordinator = work.holder("release-coordinator")
    service = work.record("service", case["service"])
    called = {"title": case["release"], "service": service.id}
    work.begin("release-definition", "called-by-hand", coordinator, **called)
    about = work.about("invite")
    meets = at_work(work.clock.at + NOTICE, work.chance)
    yield work.straight(30)
    invitation = {"title": case["release"], "held_at": meets.isoformat(), "place": "Room 5"}
    work.do("invite", submission_deadline=(meets - TALK).isoformat(), **invitation)
    yield from time_comes(work, about, meets - TALK)
    work.do("finalise")
    yield from time_comes(work, about, meets)
    work.do("review")
    yield work.straight(40)
    work.find(about)
    for line in work.open_at(about, "vote"):
        work.open["vote"] = line
        ballots = [
            {"id": ballot.title.record.id, "values": {"wish": "include"}}
            for ballot in records.page(
                work.app, work.somebody(line), "ballot", filters={"paper": line.about.record.id}
            ).items
        ]
        work.do("vote", ballots=ballots)
        yield work.straight(5)
    following = {**invitation, "held_at": (meets + NEXT).isoformat()}
    work.do("agree-next", **following)
    yield work.working(60)
    work.do("minutes", title=case["release"], decisions=f"{case['summary']}: taken up.")


def planned(work: Work, case: Case) -> Told:
    """The release gets its name, its services, its requirements and its plan."""
    service = work.record("service", case["service"]).id
    yield work.working(60)
    work.do("register", title=case["release"], description=case["objective"])
    yield work.working(120)
    work.do("go-through")
    yield work.working(60)
    requirement = {"service": service, "description": case["objective"]}
    requirement["change_coordinator"] = work.one_of(case["change_coordinator"]).id
    work.do("divide", requirements=[{"values": requirement}])
    yield work.working(60)
    item = {"title": case["summary"], "service": service, "duration": "P20D"}
    work.do("draft-plan", plan=[{"values": item}])


def time_comes(work: Work, about: RecordRef, moment: datetime) -> Told:
    """What waits for the moment goes on."""
    yield moment + timedelta(minutes=1)
    while waiting.wake(work.app):
        pass
    work.find(about)


RELEASES: Mapping[str, Story] = {"release": release}
