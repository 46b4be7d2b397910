"""A service desk with one procedure that begins with each incident request, for tests of records."""

from __future__ import annotations

from dataclasses import replace

from server.domain.form import Form, FormField, Section
from server.domain.values import DATE_TIME
from tests.builders import ENTITIES, INCIDENT_REQUEST, a_field, choice, some_definitions
from tests.engine import builders as drawn

IMPACT = INCIDENT_REQUEST.fields["impact"].type
PRIORITY = drawn.a_table(
    "priority",
    {"impact": IMPACT},
    choice("critical", "low"),
    [("severe", "impact = extensive", "critical"), ("rest", None, "low")],
)
REQUEST = replace(
    INCIDENT_REQUEST,
    fields={
        **INCIDENT_REQUEST.fields,
        "priority": a_field("priority", choice("critical", "low"), decided_by="priority"),
        "seen_at": a_field("seen_at", DATE_TIME, read_only=True),
    },
)
ASSIGNMENT = Form(
    "assignment",
    "Assign",
    "incident_request",
    (Section("Who", (FormField("assignee"), FormField("summary", read_only=True))),),
)
HANDLING = drawn.a_procedure(
    "handling",
    drawn.do(
        "assign",
        "service-desk-analyst",
        form="assignment",
        set={"incident_request.status": "assigned"},
    ),
    drawn.do("judge", "service-owner", set={"incident_request.pending_reason": '"waits"'}),
    drawn.end("handled"),
    starts=(drawn.when_new("incident_request"),),
    stops_when="incident_request.status = cancelled",
)


def a_desk(*, procedures=(HANDLING,), **over):
    """Definitions whose requests are handled, with what runs are pinned to."""
    return some_definitions(
        entities=ENTITIES | {"incident_request": REQUEST},
        decisions={"priority": PRIORITY},
        forms={"assignment": ASSIGNMENT},
        procedures={item.key: item for item in procedures},
        hashes={item.key: f"{number:064d}" for number, item in enumerate(procedures, 1)},
        bundles={item.key: {} for item in procedures},
        **over,
    )
