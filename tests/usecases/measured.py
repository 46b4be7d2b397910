"""An application with two KPIs over incident requests, for tests of what people are told of them."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from server.domain.definitions import Definitions, Process
from server.domain.expression import parse, resolve
from server.domain.kpi import Direction, Kpi, Measure, fields_of, names_of, optional_of
from server.domain.measuring import examined
from server.domain.role import Role
from server.domain.values import YES_NO, RecordRef
from tests.builders import ENTITIES, ROLES, may, some_definitions, stored

INCIDENT = ENTITIES["incident_request"]
OWN = Role("requester", "Requester", may={"incident_request": may("read", "requester")})
DIM = Role("partner", "Partner", may={"incident_request": may("read", impact="hidden")})


def formula(text: str, expected: Any = None) -> Any:
    found = resolve(
        parse(text), names_of(INCIDENT), ENTITIES, expected, optional=optional_of(INCIDENT)
    )
    assert not isinstance(found, tuple), found
    return found


def a_kpi(key: str, measure: Measure, **over: Any) -> Kpi:
    return Kpi(
        key,
        over.pop("title", key.capitalize()),
        "What it tells.",
        "incident_request",
        "created_at",
        measure,
        over.pop("unit", "percent"),
        over.pop("direction", Direction.LOWER),
        over.pop("target", Fraction(20)),
        instruction="Look at **who**.",
        **over,
    )


GRAVE = formula("impact in [extensive, significant]", YES_NO)
KPIS = (
    a_kpi(
        "grave",
        Measure.SHARE,
        title="Grave requests",
        of=GRAVE,
        by=("impact", "service"),
        warning=Fraction(40),
        fields=fields_of(
            ENTITIES,
            "incident_request",
            examined(GRAVE.tree, INCIDENT, ENTITIES).read | {("incident_request", "service")},
        ),
    ),
    a_kpi(
        "many",
        Measure.COUNT,
        title="All requests",
        unit="requests",
        fields={"incident_request": frozenset()},
    ),
)


def measured_definitions() -> Definitions:
    process = Process("handling", "Handling", "Help.", 1, (), kpis=("grave", "many"))
    return some_definitions(
        roles=ROLES | {OWN.key: OWN, DIM.key: DIM},
        processes={process.key: process},
        kpis={kpi.key: kpi for kpi in KPIS},
    )


def a_request(app: Any, impact: str, at: datetime, **values: Any) -> RecordRef:
    return stored(
        app.database, app.models, "incident_request", at, summary="Down", impact=impact, **values
    )
