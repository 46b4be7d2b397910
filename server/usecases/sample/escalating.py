"""How requests go in the sample that are late or grave: warned of, talked over, taken up by their owner."""

from __future__ import annotations

from collections.abc import Mapping

from server.usecases.sample.stories import (
    DAY,
    EFFECTS,
    Case,
    Story,
    Told,
    accepted,
    answering,
    group_gives_it_to_a_specialist,
    registered,
    resolution,
)
from server.usecases.sample.work import Work


def runs_late(work: Work, case: Case) -> Told:
    """An agreement warns; somebody better placed takes the request on."""
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield work.working(60)
    work.do("review", work_notes=case["notes"], **answering(EFFECTS))
    yield work.working(DAY)
    late(work, case, breached=False)
    yield work.straight(15)
    work.do("review", needs_advice=True)
    yield work.straight(20)
    work.do("ask-specialists", work_notes=f"{case['notes']} Two of us have seen it before.")
    yield work.straight(10)
    better = answering(("better_skills", "better_availability", "better_access_rights"))
    work.do("compare", **{**better, "better_skills": True})
    yield work.straight(10)
    taker = work.next_specialist(work.group_of("reassign"))
    work.do("reassign", assignee=work.record("person", taker.name).id)
    yield work.working(60)
    work.do("resolve", "solved")
    yield work.straight(10)
    work.do("record", **resolution(case))
    yield from accepted(work)


def late(work: Work, case: Case, *, breached: bool) -> None:
    """Word comes in that time runs out, or has run out."""
    request = work.request()
    coordinator = work.holder("group-coordinator")
    work.enter(
        "escalation",
        coordinator,
        about=request,
        incident_request=request.id,
        agreement=case["agreement"],
        target="resolve",
        breached=breached,
    )


def outage_reaches_the_owner(work: Work, case: Case) -> Told:
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield work.straight(70)
    late(work, case, breached=True)
    yield work.straight(8)
    work.do("review", needs_advice=False, is_outage=True, affected_users=140)
    yield work.straight(6)
    reason = f"{case['summary']}, longer than the agreement allows."
    work.do("tell-owner", escalation_reason=reason)
    yield work.straight(15)


def owner_talks(work: Work, notes: str, *ways: str) -> None:
    """The owner, or the on-duty manager in place of one who is away, hears the specialists."""
    owner = work.somebody(work.open["talk"])
    work.do(
        "talk",
        by=owner,
        escalation_handler=owner.id,
        situation_notes=notes,
        **answering(("recovery_fixes", "recovery_better"), *ways),
    )


def outage_to_recovery(work: Work, case: Case) -> Told:
    """The service is brought up at the continuity site."""
    yield from outage_reaches_the_owner(work, case)
    notes = "The database needs six hours to be repaired. Hillside has a copy four minutes old."
    owner_talks(work, notes, "recovery_fixes", "recovery_better")
    yield work.straight(10)
    work.do("call-duty-manager", situation_notes=notes)
    yield work.straight(50)
    solution = "Patient records run at Hillside until the repair is done. Pages may open slower."
    work.do("recover", solution=solution, handling_result="Recovered by the plan, 48 minutes.")
    yield from accepted(work)


def owner_orders_a_change(work: Work) -> Told:
    work.do("consequences", **answering(EFFECTS, "cmdb_update"))
    yield work.straight(10)
    work.do(
        "risks",
        risks="The spare may carry an older configuration, seen by lamps that blink amber.",
        user_impact="Nothing more than now; the network comes back room by room.",
    )
    yield work.straight(10)
    work.do(
        "approach",
        "acceptable",
        implementation_approach="Copy the configuration, put the spare in, move the cables.",
    )
    yield work.straight(5)
    group = work.group_of("order") if work.open["order"].group else "Network"
    specialist = work.next_specialist(group)
    handler = work.somebody(work.open["order"])
    stands_in = handler.name in work.organisation.holders["on-duty-manager"]
    work.do(
        "order",
        by=handler,
        assignee=specialist.id,
        escalation_handler=handler.id,
        ordered_as="on_duty_manager" if stands_in else "service_owner",
        emergency_kind="infrastructure",
    )
    yield work.straight(15)
    work.do("begin")
    yield work.straight(25)


def emergency_change_has_worked(work: Work, findings: str, solution: str) -> Told:
    """Tested, completed, put on record; the requester is content."""
    specialist = work.somebody(work.open["access"])
    work.do("access", "enough", by=specialist)
    yield work.straight(10)
    work.do("test", by=specialist, findings=findings, requirements_met=True)
    yield work.straight(10)
    work.do("complete", by=specialist, solution=solution)
    yield work.working(100)
    work.do("register", cmdb_update=True, capacity_update=True)
    yield work.working(200)
    work.do("set-thresholds", result="Thresholds fit the new part.")
    yield work.working(100)
    work.do("carry-out", result="The records show what is really there.")
    yield from accepted(work)


def outage_to_emergency_change(work: Work, case: Case) -> Told:
    """The owner orders an emergency change, and it works."""
    yield from outage_reaches_the_owner(work, case)
    owner_talks(work, "The switch is broken. A spare is in stock, but records must be changed.")
    yield work.straight(8)
    yield from owner_orders_a_change(work)
    work.do("implement", work_notes="Spare switch put in, all rooms tested.")
    yield work.straight(20)
    solution = "The switch was broken and has been replaced."
    yield from emergency_change_has_worked(work, "All rooms are back.", solution)


def specialist_escalates(work: Work, case: Case) -> Told:
    """The specialist finds that only a change will help; the owner lets the repair go on."""
    yield from registered(work, case, "time")
    yield from group_gives_it_to_a_specialist(work)
    yield work.working(100)
    work.do("review", work_notes=case["notes"], **answering(EFFECTS, "outage_in_hours"))
    yield work.straight(20)
    service = work.record("service", case["service"])
    work.do("escalate", service=service.id, escalation_reason=case["reason"])
    yield work.working(60)
    owner_talks(work, case["situation"])
    yield work.straight(20)
    yield from owner_orders_a_change(work)
    work.do("implement", work_notes=case["done"])
    yield work.straight(30)
    yield from emergency_change_has_worked(work, case["done"], case["solution"])


ESCALATIONS: Mapping[str, Story] = {
    "runs-late": runs_late,
    "outage-to-recovery": outage_to_recovery,
    "outage-to-emergency-change": outage_to_emergency_change,
    "specialist-escalates": specialist_escalates,
}
