"""How requests go in the sample: each story is told once, and happens many times.

A story does what people do at their tasks, and yields the moment at which it goes on. It knows
tasks by the ids of their steps, as the shipped procedures name them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from server.usecases.sample.work import Work

Case = Mapping[str, Any]
Told = Iterator[datetime]
Story = Callable[[Work, Case], Told]

EFFECTS = ("outage_in_hours", "function_changes", "cmdb_update")
ABILITIES = ("skills", "access_rights", "time")
READERS = ("helps_requesters", "helps_analysts", "helps_specialists")
DAY = 24 * 60


def answering(questions: tuple[str, ...], *yes: str) -> dict[str, Any]:
    """Yes to the questions named, no to the others."""
    return {question: question in yes for question in questions}


# -- at the service desk ----------------------------------------------------------------------


def reaches_the_desk(work: Work, case: Case, *, existing: bool = False) -> Told:
    """Somebody phones, comes by or writes; most phone."""
    way = work.chance.choice(("by-phone", "by-phone", "in-person", "in-writing"))
    caller = work.organisation.actors[work.caller]
    told = {"caller": work.record("person", work.caller).id, "message": case["says"]}
    if way == "in-writing":
        work.enter("contact", caller, channel="in_writing", **told)
        yield work.working(40)
        work.do("read", is_about_existing=existing)
    else:
        analyst = work.holder("service-desk-analyst")
        work.begin("incident-request-registration", way, analyst, **told)
        yield work.straight(4)
        work.do("ask", by=analyst, is_about_existing=existing)
    yield work.straight(5)


def registered(work: Work, case: Case, *able: str) -> Told:
    """A new request is registered, by somebody who is able to do so much."""
    yield from reaches_the_desk(work, case)
    named: dict[str, Any] = {
        key: work.record(key, case[key]).id
        for key in ("service", "ci", "infrastructure")
        if key in case
    }
    answers = {
        "summary": case["summary"],
        "description": case["says"],
        "requester": work.record("person", work.caller).id,
        "service_type": case.get("type", "user_service_restoration"),
        "impact": case.get("impact", "minor"),
        "urgency": case.get("urgency", "medium"),
        "is_outage": case.get("outage", False),
    }
    work.do("register", **answers, **named, **answering(ABILITIES, *able))


def at_the_desk(work: Work, case: Case) -> Told:
    """The analyst resolves it while the caller is on the line."""
    yield from registered(work, case, *ABILITIES)
    yield work.straight(9)
    work.do("resolve", "solved")
    yield work.straight(4)
    readers = answering(READERS, "helps_analysts") if case.get("share") else answering(READERS)
    work.do(
        "record",
        solution=case["solution"],
        still_in_contact=True,
        verified_by_user=True,
        **readers,
    )


def unverified_at_the_desk(work: Work, case: Case) -> Told:
    """The analyst resolves it; the caller tries it later, and is content or not."""
    yield from registered(work, case, *ABILITIES)
    yield work.straight(15)
    work.do("resolve", "solved")
    yield work.straight(4)
    work.do(
        "record",
        solution=case["solution"],
        still_in_contact=False,
        verified_by_user=False,
        **answering(READERS),
    )
    yield from judged(work, case)


def asks_for_status(work: Work, case: Case) -> Told:
    """A caller wants to know how an earlier request stands."""
    earlier = work.returns_about("assigned", "in_progress", "pending")
    if earlier is None:
        return
    yield from reaches_the_desk(work, case, existing=True)
    work.do("look-up", "status_update", incident_request=earlier.id)
    yield work.straight(5)
    work.do("tell", note="Told the caller who is working on it and what comes next.")


def calls_to_reopen(work: Work, case: Case) -> Told:
    """A caller says that what was done has not helped after all."""
    resolved = work.returns_about("closed")
    if resolved is None:
        return
    yield from reaches_the_desk(work, case, existing=True)
    work.do("look-up", "reopen", incident_request=resolved.id)
    yield work.straight(6)
    work.do("reopen", reopen_reason=case["fails"])
    yield work.working(30)
    work.do("choose-group", assigned_group=work.record("group", "Workplace").id)
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, {"solution": "Found a second cause and removed it."})
    yield from accepted(work)


# -- in a group -------------------------------------------------------------------------------


def by_specialist(work: Work, case: Case) -> Told:
    """The rules find the group, a specialist resolves it, the requester is content."""
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    if "take-up" in work.open:
        yield work.working(60)
        work.do("take-up", problem_reference="P-31", handling_result="Investigation P-31 begun.")
    if case.get("share"):
        yield from solution_is_judged(work, case)
    yield from judged(work, case)


def group_gives_it_to_a_specialist(work: Work) -> Told:
    yield work.working(50)
    work.do("review", information_complete=True, right_group=True)
    yield work.straight(6)
    work.do("consequences", **answering(EFFECTS))
    yield work.straight(8)
    specialist = work.next_specialist(work.group_of("assign-specialist"))
    work.do("assign-specialist", assignee=work.record("person", specialist.name).id)


def specialist_resolves(work: Work, case: Case) -> Told:
    yield work.working(120)
    work.do("review", work_notes=case.get("notes"), **answering(EFFECTS))
    yield work.working(150)
    work.do("resolve", "solved")
    yield work.straight(12)
    work.do("record", **resolution(case))


def resolution(case: Case) -> dict[str, Any]:
    return {
        "solution": case["solution"],
        "workaround_used": case.get("workaround", False),
        "likely_to_recur": case.get("recurs", False),
        **(answering(READERS, "helps_analysts") if case.get("share") else answering(READERS)),
    }


def solution_is_judged(work: Work, case: Case) -> Told:
    """The coordinator lets others use the solution, now and then only after some polish."""
    yield work.working(200)
    rough = work.chance.random() < 1 / 3
    work.do("review", needs_improvement=rough, **answering(READERS, "helps_analysts"))
    if rough:
        yield work.working(60)
        work.do("improve", title=case["summary"], text=case["solution"])


def judged(work: Work, case: Case) -> Told:
    """Most accept; some never answer; a few are not content where the case says why."""
    if "fails" in case and work.chance.random() < 1 / 2:
        yield from reopened_by_requester(work, case)
    elif work.chance.random() < 1 / 5:
        yield work.working(8 * DAY)
        work.do("close-silent")
    else:
        yield from accepted(work)


def accepted(work: Work) -> Told:
    yield work.working(0.7 * DAY)
    work.do("verify", "accept")


def reopened_by_requester(work: Work, case: Case) -> Told:
    yield work.working(90)
    work.do("verify", "not_good_enough", reopen_reason=case["fails"])
    if "choose-group" in work.open:
        yield work.working(30)
        group = work.record("group", case.get("group", "Servers and storage"))
        work.do("choose-group", assigned_group=group.id)
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, {**case, "solution": case.get("better", "Solved.")})
    yield from accepted(work)


def reopened(work: Work, case: Case) -> Told:
    """The first solution does not last, the second does."""
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    yield from reopened_by_requester(work, case)


def sent_back(work: Work, case: Case) -> Told:
    """The group lacks facts; the desk asks the requester."""
    yield from registered(work, case, "time")
    yield from returned(work, case, complete=False, right=True)
    work.do("rework", description=f"{case['says']} {case['added']}")
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    yield from judged(work, case)


def wrong_group(work: Work, case: Case) -> Told:
    """The group is not the right one; the desk hands it to another."""
    yield from registered(work, case, "time")
    yield from returned(work, case, complete=True, right=False)
    work.do(
        "rework",
        description=f"{case['says']} {case['added']}",
        assigned_group=work.record("group", case["right_group"]).id,
    )
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    yield from judged(work, case)


def returned(work: Work, case: Case, *, complete: bool, right: bool) -> Told:
    yield work.working(70)
    work.do("review", information_complete=complete, right_group=right)
    yield work.straight(6)
    work.do("send-back", return_reason=case["missing"])
    yield work.working(60)


def chosen_by_hand(work: Work, case: Case) -> Told:
    """Nothing named in the request has a group, so the desk chooses one."""
    yield from registered(work, case, "skills", "time")
    yield work.working(20)
    work.do("choose-group", assigned_group=work.record("group", case["group"]).id)
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, case)
    yield from judged(work, case)


def waits(work: Work, case: Case) -> Told:
    """The specialist has to wait for somebody else."""
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield work.working(90)
    work.do("review", work_notes=case["notes"], **answering(EFFECTS))
    yield work.straight(60)
    work.do("resolve", "wait", pending_reason=case["pending"])
    yield work.working(2 * DAY)
    work.do("wait")
    yield work.working(120)
    work.do("resolve", "solved")
    yield work.straight(10)
    work.do("record", **resolution(case))
    yield from judged(work, case)


def from_a_review(work: Work, case: Case) -> Told:
    """A review elsewhere finds what could be better, and has a group take it up."""
    person = work.one_of(case["person"]) if "person" in case else work.holder(case["by"])
    work.begin(
        case["procedure"],
        f"by-{case['by']}",
        person,
        requester=person.id,
        summary=case["summary"],
        description=case["description"],
        service=work.record("service", case["service"]).id,
        service_type="user_service_request",
        urgency="low",
    )
    yield work.working(90)
    group = work.record("group", case["group"])
    work.do("finish", "hand_over", by=person, assigned_group=group.id)
    yield from group_gives_it_to_a_specialist(work)
    yield from specialist_resolves(work, {"solution": "Done as asked; please have a look."})
    yield from accepted(work)


STORIES: Mapping[str, Story] = {
    "at-the-desk": at_the_desk,
    "unverified-at-the-desk": unverified_at_the_desk,
    "asks-for-status": asks_for_status,
    "calls-to-reopen": calls_to_reopen,
    "by-specialist": by_specialist,
    "reopened": reopened,
    "sent-back": sent_back,
    "wrong-group": wrong_group,
    "chosen-by-hand": chosen_by_hand,
    "waits": waits,
    "from-a-review": from_a_review,
}
