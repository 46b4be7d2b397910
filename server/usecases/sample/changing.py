"""How changes go in the sample: asked for, planned, approved, carried out, tested and closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from server.domain.actor import APPLICATION
from server.domain.values import to_json
from server.usecases import tasks
from server.usecases.sample.stories import (
    DAY,
    EFFECTS,
    Case,
    Told,
    accepted,
    answering,
    registered,
)
from server.usecases.sample.work import Work

FOLLOWING = {
    "cmdb_update": ("carry-out", "The records show what is really there."),
    "capacity_update": ("set-thresholds", "Thresholds fit what is there now."),
    "continuity_plan_update": ("maintain-plan", "The plan names the new parts."),
    "continuity_manual_update": ("maintain-manual", "New copies are out, old ones collected."),
    "service_level_update": ("maintain-catalogue", "The catalogue shows what is on offer now."),
}
"""For each record that may have to follow a change, the step in which it does, and its result."""
UNTROUBLED: Mapping[str, Any] = {
    "analysis_sufficient": True,
    "risk_addressed": True,
    "impact_addressed": True,
    "clashes_change": False,
    "clashes_event": False,
}


# -- how a change is asked for ----------------------------------------------------------------


def standard_change(work: Work, case: Case) -> Told:
    """What is asked for is a standard change; the requester tries it in the end."""
    yield from handed_to_change_management(work, case)
    yield work.working(90)
    template = work.record("change_template", case["template"])
    work.do("standard", "standard", template=template.id)
    yield work.working(30)
    work.do("prepare", description=case["objective"])
    yield from planned_and_done(work, case)
    yield from accepted(work)


def handed_to_change_management(work: Work, case: Case) -> Told:
    yield from registered(work, case, "time")
    yield work.working(60)
    work.do("review", information_complete=True, right_group=True)
    yield work.straight(10)
    work.do("consequences", **answering(EFFECTS, "function_changes"))
    yield work.straight(10)
    work.do("to-change-coordinator", description=case["objective"])


def against_a_rule(work: Work, case: Case) -> Told:
    """A rule of the organisation forbids it; the group finds another way, or says so."""
    yield from handed_to_change_management(work, case)
    yield work.working(100)
    work.do("standard", "not_standard")
    yield work.straight(15)
    policy = work.record("policy", case["policy"])
    work.do("policies", "conflict", conflicting_policy=policy.id, rejection_reason=case["instead"])


def known_error(work: Work, case: Case) -> Told:
    """The cause of many incidents is found, and removed by a change."""
    coordinator = work.one_of(case["person"])
    work.begin(
        "analysis-review",
        "by-problem-coordinator",
        coordinator,
        **asked_for(work, case, coordinator.id),
        known_error=case["known_error"],
    )
    yield work.straight(20)
    work.do("finish", "hand_over", by=coordinator)
    yield work.working(120)
    work.do("combine", "separate")
    yield from reviewed(work, case, fixes_problem=True)
    yield from planned_and_done(work, case)
    yield work.working(2 * DAY)
    work.do("close-problem")


def asked_for_by_form(work: Work, case: Case) -> Told:
    """A customer asks with the request form; no release is needed for it after all."""
    requester = work.one_of(case["person"])
    details = asked_for(work, case, requester.id)
    work.begin("request-for-change-review", "request-form", requester, **details)
    yield work.working(120)
    yield from reviewed(work, case, fixes_problem=False)
    yield from planned_and_done(work, case)


def asked_for(work: Work, case: Case, requester: int | None) -> dict[str, Any]:
    return {
        "summary": case["summary"],
        "description": case["objective"],
        "service": work.record("service", case["service"]).id,
        "requester": requester,
    }


def reviewed(work: Work, case: Case, *, fixes_problem: bool) -> Told:
    """No standard change, no rule in the way, and small enough for one coordinator."""
    work.do("standard", "not_standard")
    yield work.straight(10)
    work.do("policies", "no_conflict")
    yield work.straight(10)
    work.do("effects", **answering(EFFECTS, *case["effects"]))
    yield work.straight(10)
    work.do("reach", fixes_problem=fixes_problem, one_coordinator=True, extra_funding=False)
    if not fixes_problem:
        yield work.working(150)
        work.do(
            "review",
            standard_change=True,
            fixes_problem=False,
            one_coordinator=True,
            extra_funding=False,
        )
        yield work.straight(30)
        work.do("hand-back", release_note="One of your templates does all of it.")
    yield work.working(60)
    work.do("templates", template=work.record("change_template", case["template"]).id)


# -- how it is planned and carried out --------------------------------------------------------


def planned_and_done(work: Work, case: Case) -> Told:
    yield from planned(work, case)
    if "review" in work.open:
        yield from approved(work, case)
    yield work.working(DAY)
    if "develop" in work.open:
        yield from released(work, case)
    else:
        yield from carried_out(work)
    yield from closed(work, case)


def planned(work: Work, case: Case) -> Told:
    yield work.working(120)
    designed = case.get("design")
    work.do(
        "gather",
        requirements=case["objective"],
        risk_information=case["risk"],
        infrastructure_effect="modified" if designed else "none",
        needs_specialists="advice" in case,
    )
    if "advice" in case:
        yield work.working(90)
        work.do("consult", consulted=case["advice"], risk_information=case["risk"])
    if designed:
        yield work.straight(30)
        work.do("ask-for-design", kind="modified", requirements=case["objective"])
        yield work.working(2 * DAY)
        work.do("draw", design=designed, supported_levels="99.8 % in service hours.")
    yield work.working(60)
    customers = [
        {"values": {"customer": work.record("customer", name).id, "effect": case["impact_note"]}}
        for name in case.get("customers", ())
    ]
    work.do(
        "assess",
        risk_experience="known",
        risk_extent="few",
        risk_way_back="hours",
        risk_testing="partly",
        risk_users="several",
        impact_assessment=case["impact_note"],
        outage_in_hours=False,
        function_changes=bool(customers),
        affected_customers=customers,
    )
    yield work.working(150)
    begins = (work.clock.at + timedelta(days=4)).replace(hour=19, minute=0)
    work.do(
        "plan",
        **application(work, case),
        implementation_plan=case["plan"],
        back_out_plan="Put the copy taken beforehand back in place.",
        lead_specialist=work.next_specialist(case["group"]).id,
        scheduled_start=begins.isoformat(),
        scheduled_end=(begins + timedelta(hours=2)).isoformat(),
        tasks=assigned_tasks(work, case),
    )


def application(work: Work, case: Case) -> dict[str, Any]:
    if "application" not in case:
        return {}
    return {"application": work.record("application", case["application"]).id}


def assigned_tasks(work: Work, case: Case) -> list[Mapping[str, Any]]:
    """The tasks that the template brought, each with somebody of the group who does it."""
    form = tasks.view(work.app, APPLICATION, work.open["plan"].id).form
    assert form is not None
    (rows,) = (section.rows for section in form.sections if section.rows is not None)
    return [
        {
            "id": row.id,
            "values": {
                **{field.key: to_json(field.value) for field in row.fields},
                "assignee": work.next_specialist(case["group"]).id,
            },
        }
        for row in rows.rows
    ]


def approved(work: Work, case: Case) -> Told:
    """The change manager has a look, and whoever will feel the change agrees."""
    yield work.working(180)
    work.do("review", "no_conflict")
    yield work.straight(25)
    if case.get("sent_back"):
        work.do(
            "review-plan",
            review_findings=case["sent_back"],
            **{**UNTROUBLED, "clashes_event": True},
        )
        yield work.working(60)
        begins = (work.clock.at + timedelta(days=6)).replace(hour=19, minute=0)
        work.do(
            "plan",
            scheduled_start=begins.isoformat(),
            scheduled_end=(begins + timedelta(hours=2)).isoformat(),
            tasks=assigned_tasks(work, case),
        )
        yield work.working(90)
        work.do("review", "no_conflict")
        yield work.straight(25)
    work.do("review-plan", **UNTROUBLED)
    yield work.working(200)
    work.do("ask-customers" if "ask-customers" in work.open else "ask-owner", "approve")


def carried_out(work: Work) -> Told:
    for step in ("prepare", "implement"):
        if step in work.open:
            yield work.working(200)
            work.do(step, "done_with_it", work_log="Done as the plan says, nothing unusual.")


def released(work: Work, case: Case) -> Told:
    """A release is built, tested by us and by customers, and moved into production."""
    work.do("develop", "done_with_it", work_log="Built, tried and read by a colleague.")
    for step in ("test-apart", "test-in-development", "regression"):
        if step in work.open:
            yield work.working(200)
            work.do(step, tested="Every requirement, and what users do daily.")
    yield work.working(60)
    work.do("judge-tests", "clean", version=case["version"], notes="One file and one setting.")
    yield work.working(90)
    work.do("move-to-test")
    yield work.working(DAY)
    work.do("customer-test", "approve")
    yield work.working(120)
    if "make-ready" in work.open:
        work.do("make-ready", "done_with_it", work_log="The desk knows what callers will ask.")
        yield work.working(60)
    work.do("move-to-production")


def closed(work: Work, case: Case) -> Told:
    """Tested where people work, put on record, told to everybody."""
    yield work.working(90)
    tester = work.somebody(work.open["access"])
    work.do("access", "enough", by=tester, tester=tester.id)
    yield work.straight(30)
    work.do("test", by=tester, findings="All that was asked for is there.", requirements_met=True)
    yield work.working(60)
    following = case.get("following", ("cmdb_update",))
    work.do("records", **answering(tuple(FOLLOWING), *following))
    for key in following:
        step, result = FOLLOWING[key]
        yield work.working(100)
        work.do(step, result=result)
    yield work.working(40)
    work.do("inform", closing_note=case["solution"])


CHANGES = {
    "standard-change": standard_change,
    "against-a-rule": against_a_rule,
    "known-error": known_error,
    "asked-for-by-form": asked_for_by_form,
}
