"""The four journeys, command by command, each by the person who would send it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.journeys.town import Town

Journey = Callable[[Town], None]

NO_CHANGE = {"outage_in_hours": False, "function_changes": False, "cmdb_update": False}
KEEP_TO_OURSELVES = {
    "helps_requesters": False,
    "helps_analysts": False,
    "helps_specialists": False,
}


def alert_until_closed(town: Town) -> None:
    """(a) An alert of monitoring becomes an incident request that is closed in the end."""
    town.command("ivo", "/events/alertmanager", delivery("firing"))
    town.command("ivo", "/events/alertmanager", delivery("firing"))
    town.soon(lambda: seen_twice(town), "an event that was reported twice")
    town.complete(
        "review",
        "ivo",
        apparent_cause="The delivery service has stopped.",
        planned=False,
        other_ci=False,
        already_registered=False,
        gives_notice_of="outage",
    )
    (ivo,) = town.read("ivo", "/records/person?search=Ivo")["items"]
    town.complete(
        "register-outage",
        "ivo",
        summary="Mail is not delivered",
        description="1,400 letters wait on mail-1 since half past eleven.",
        requester=ivo["id"],
        impact="extensive",
        urgency="critical",
        is_outage=True,
        skills=False,
        access_rights=True,
        time=True,
    )
    # the rules know who looks after mail-1
    given_to_a_specialist(town, coordinator="petra", specialist="Quentin Dubois")
    resolved(town, "quentin", solution="The delivery service was started again.")
    town.command("ivo", "/events/alertmanager", delivery("resolved"))
    town.soon(lambda: events_of(town)[0]["values"]["resolved_at"], "an event that is over")
    town.complete("verify", "ivo", "accept")


def request_until_resolved_again(town: Town) -> None:
    """(b) A caller's request: sent back, resolved, shared, reopened by the requester, resolved."""
    (lily,) = town.read("anna", "/records/person?search=Lily")["items"]
    town.begin(
        "incident-request-registration",
        "by-phone",
        "anna",
        caller=lily["id"],
        message="I cannot open the shared folder any more.",
    )
    town.complete("ask", "anna", is_about_existing=False)
    town.complete(
        "register",
        "anna",
        requester="Lily Hart",
        summary="No access to a shared folder",
        description="I cannot open the shared folder any more.",
        service="File sharing",
        impact="minor",
        urgency="high",
        is_outage=False,
        skills=False,
        access_rights=True,
        time=True,
    )
    town.complete("review", "xenia", information_complete=False, right_group=True)
    town.complete("send-back", "xenia", return_reason="Which folder is it?")
    town.complete("rework", "ben", description="The folder is Library/Summer programme.")
    given_to_a_specialist(town, coordinator="xenia", specialist="Zoe Martin")
    resolved(town, "zoe", solution="Lily is in the right team again.", helps_analysts=True)
    town.complete(
        "review", "xenia", **KEEP_TO_OURSELVES | {"helps_analysts": True}, needs_improvement=False
    )
    town.complete("verify", "lily", "not_good_enough", reopen_reason="I can read, not write.")
    given_to_a_specialist(town, coordinator="xenia", specialist="Yusuf Demir")
    resolved(town, "yusuf", solution="Lily may write, too.")


def outage_until_emergency_change(town: Town) -> None:
    """(c) An outage is escalated to its owner, who has an emergency change carried out."""
    outage_escalated(town, "tara", "Network access", coordinator="tessa", specialist="Umar Farouk")
    town.complete(
        "talk",
        "omar",
        escalation_handler="Omar Saleh",
        situation_notes="The switch is broken. A spare is in stock.",
        recovery_fixes=False,
        recovery_better=False,
    )
    town.complete("consequences", "omar", **NO_CHANGE | {"cmdb_update": True})
    town.complete("risks", "omar", risks="Old configuration.", user_impact="None but now.")
    town.complete("approach", "omar", "not_yet", implementation_approach="Swap it at noon.")
    town.complete("risks", "omar", risks="Old configuration.", user_impact="None at night.")
    town.complete("approach", "omar", "acceptable", implementation_approach="Swap it at night.")
    town.complete(
        "order",
        "omar",
        assignee="Vera Costa",
        escalation_handler="Omar Saleh",
        ordered_as="service_owner",
        emergency_kind="infrastructure",
    )
    town.complete("begin", "vera", emergency_kind="infrastructure")
    town.complete("implement", "vera", work_notes="Spare put in, all rooms tested.")
    town.complete("access", "vera", "enough", tester="Vera Costa")
    town.complete("test", "vera", findings="Every room is back.", requirements_met=True)
    town.complete("complete", "vera", solution="The switch has been replaced.")
    town.complete("register", "yara", cmdb_update=True, capacity_update=False)
    # outside: what Configuration Management does is one task
    town.complete("carry-out", "conrad", result="The spare is on record.")
    town.complete("verify", "tara", "accept")


def outage_until_recovery(town: Town) -> None:
    """(d) The owner is away, so the on-duty manager decides, and recovers the service."""
    outage_escalated(
        town, "priya", "Patient records", coordinator="fiona", specialist="Hanna Laine"
    )
    # nobody else than the on-duty managers is asked
    assert "talk" not in town.steps_of("ruth")
    town.complete(
        "talk",
        "tomas",
        escalation_handler="Tomas Lindqvist",
        situation_notes="A repair takes six hours. Hillside is four minutes behind.",
        recovery_fixes=True,
        recovery_better=True,
    )
    town.complete("call-duty-manager", "tomas", situation_notes="Hillside is four minutes behind.")
    town.complete("recover", "ursula", solution="Patient records run at Hillside.")
    town.complete("verify", "priya", "accept")


# -- parts ------------------------------------------------------------------------------------


def given_to_a_specialist(town: Town, *, coordinator: str, specialist: str) -> None:
    town.complete("review", coordinator, information_complete=True, right_group=True)
    town.complete("consequences", coordinator, **NO_CHANGE)
    town.complete("assign-specialist", coordinator, assignee=specialist)


def resolved(town: Town, by: str, *, solution: str, **readers: bool) -> None:
    town.complete("review", by, work_notes="Found it.", **NO_CHANGE)
    town.complete("resolve", by, "solved")
    town.complete(
        "record",
        by,
        solution=solution,
        workaround_used=False,
        likely_to_recur=False,
        **KEEP_TO_OURSELVES | readers,
    )


def outage_escalated(
    town: Town, requester: str, service: str, *, coordinator: str, specialist: str
) -> None:
    (person,) = town.every("anna", f"/records/person?search={requester}")
    # in writing: saving the contact begins the run
    town.enter(
        "contact",
        requester,
        caller=person["id"],
        channel="in_writing",
        message=f"{service} is down for all of us.",
    )
    town.complete("read", "carla", is_about_existing=False)
    town.complete(
        "register",
        "carla",
        requester=person["id"],
        summary=f"{service} down",
        description=f"{service} is down for all of us.",
        service=service,
        impact="extensive",
        urgency="critical",
        is_outage=True,
        skills=False,
        access_rights=False,
        time=True,
    )
    given_to_a_specialist(town, coordinator=coordinator, specialist=specialist)
    (request,) = town.every("anna", "/records/incident_request")
    town.enter(
        "escalation",
        coordinator,
        incident_request=request["id"],
        agreement="Vital services",
        target="resolve",
        breached=True,
    )
    line = next(
        line
        for line in town.read(coordinator, "/tasks?which=all")["items"]
        if line["procedure"] == "incident-request-tracking"
    )
    answers = {"needs_advice": False, "is_outage": True}
    town.command(coordinator, f"/tasks/{line['id']}/complete", {"answers": answers})
    town.complete("tell-owner", coordinator, escalation_reason="Down for too long.")


def events_of(town: Town) -> list[Any]:
    return town.every("ivo", "/records/event")


def seen_twice(town: Town) -> bool:
    events = events_of(town)
    return len(events) == 1 and events[0]["values"]["occurrences"] == 2


def delivery(status: str) -> dict[str, Any]:
    """What Alertmanager 0.25 sends, field for field, about one of Fernwick's servers."""
    labels = {"alertname": "MailQueueLong", "instance": "mail-1", "severity": "critical"}
    annotations = {"summary": "1,400 letters wait on mail-1"}
    is_over = status == "resolved"
    return {
        "receiver": "procedura",
        "status": status,
        "alerts": [
            {
                "status": status,
                "labels": labels,
                "annotations": annotations,
                "startsAt": "2026-11-22T23:30:26.611372Z",
                "endsAt": "2026-11-22T23:50:32.613259Z" if is_over else "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus.fernwick.example/graph?g0.expr=mail_queue",
                "fingerprint": "9f8df4ba1ae34f97",
            }
        ],
        "groupLabels": {"alertname": "MailQueueLong"},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "http://monitoring.fernwick.example:9093",
        "version": "4",
        "groupKey": '{}:{alertname="MailQueueLong"}',
        "truncatedAlerts": 0,
    }
