"""Definitions and deliveries for tests of events: one entity, one correlation, one procedure."""

from __future__ import annotations

from dataclasses import replace

from server.domain.beginning import Beginning
from server.domain.correlation import Correlation, Finding, Reading
from server.domain.procedure import Procedure
from server.domain.role import Role
from server.domain.step import Do, Step
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER
from server.rules import Rules
from server.usecases import App
from tests.builders import (
    ROLES,
    SERVICE,
    Clock,
    a_field,
    an_entity,
    choice,
    may,
    ref,
    some_definitions,
    statuses,
    tables_of,
)

CI = an_entity("ci", a_field("name", required=True))
EVENT = an_entity(
    "event",
    a_field("summary", replace(TEXT, at_most=60), required=True),
    a_field("severity", choice("critical", "warning"), required=True),
    a_field("fingerprint", read_only=True),
    a_field("first_seen_at", DATE_TIME, read_only=True),
    a_field("last_seen_at", DATE_TIME, read_only=True),
    a_field("occurrences", replace(WHOLE_NUMBER, at_least=1), default=1, read_only=True),
    a_field("resolved_at", DATE_TIME, read_only=True),
    a_field("ci", ref("ci")),
    a_field("service", ref("service")),
    number="EVT",
    statuses=statuses(open="closed", closed=""),
)
ALERTS = Correlation(
    key="alerts",
    title="Alerts of the tests",
    source="alertmanager",
    creates="event",
    items="alerts",
    identity=("fingerprint", "startsAt"),
    resolved="status",
    fields={
        "summary": Reading(("annotations.summary",), {}),
        "severity": Reading(("labels.severity",), {}, "warning"),
        "fingerprint": Reading(("fingerprint",), {}),
    },
    links={
        "ci": Finding("ci", "name", ("labels.instance",), before=":"),
        "service": Finding("service", "name", ("labels.service",)),
    },
)
OPERATOR = Role("operator", "Operator", may={"event": may("read create")})
EVENT_HANDLING = Procedure(
    key="event-handling",
    title="Event Handling",
    process="event-management",
    about="event",
    purpose="Judge what monitoring says",
    chapter=None,
    number=None,
    lanes={"operator": None},
    starts=(Beginning("new-event", when="event"),),
    steps=(Step("review", Do("Look at it", "operator", "Look."), title="Review the event"),),
)


def some_monitoring(*correlations, **over):
    """Definitions with events that the operators' procedure handles."""
    return some_definitions(
        CI,
        EVENT,
        SERVICE,
        roles=ROLES | {"operator": OPERATOR},
        correlations={item.key: item for item in correlations or (ALERTS,)},
        procedures={"event-handling": EVENT_HANDLING},
        hashes={"event-handling": "e" * 64},
        bundles={"event-handling": {}},
        **over,
    )


def an_app(database, definitions, clock=None, **over):
    """The application over these definitions, all tables in place."""
    models = tables_of(database, definitions.entities)
    rules = Rules(definitions.decisions)
    return App(definitions, database, models, rules, now=clock or Clock(), **over)


def an_alert(fingerprint="f1", starts_at="2026-03-02T08:59:00Z", **over):
    """What Alertmanager says of one alert."""
    return {
        "fingerprint": fingerprint,
        "startsAt": starts_at,
        "status": "firing",
        "labels": {"severity": "critical"},
        "annotations": {"summary": "The disk is full"},
    } | over
