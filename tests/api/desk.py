"""A small service desk for tests of the API: every type of field, a form, a decision, two procedures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from server import api
from server.domain.actor import Actor
from server.domain.calendar import Calendar
from server.domain.definitions import Definitions, Origin, Process
from server.domain.form import Form, FormField, Section
from server.domain.notification import Notification
from server.domain.role import Role
from server.domain.values import DATE_TIME, TEXT, WHOLE_NUMBER, YES_NO
from server.storage.access import accounts as kept
from server.usecases import App, access
from tests.builders import ENTITIES, ROLES, a_field, an_entity, choice, may, ref, stored
from tests.engine import builders as drawn
from tests.promised import promised
from tests.usecases.monitoring import ALERTS, CI, EVENT, EVENT_HANDLING, OPERATOR, an_app

PASSWORD = "correct horse battery"
IMPACT = ENTITIES["incident_request"].fields["impact"].type

GADGET = an_entity(
    "gadget",
    a_field("name", replace(TEXT, at_most=40), required=True, unique=True),
    a_field("is_portable", YES_NO),
    a_field("ports", replace(WHOLE_NUMBER, at_least=Decimal(0), at_most=Decimal(64))),
    a_field("weight", "number"),
    a_field("price", "money"),
    a_field("share", "fraction"),
    a_field("bought_on", "date"),
    a_field("seen_at", DATE_TIME),
    a_field("warranty", "duration"),
    a_field("colour", choice("black", "white"), default="black", required=True),
    a_field("owner", ref("person")),
    a_field("checked_at", DATE_TIME, read_only=True),
    searched=("name",),
)
ANALYST = Role(
    "service-desk-analyst",
    "Service desk analyst",
    may={
        "incident_request": may("read create update"),
        "gadget": may("read create update delete"),
        "*": may("read"),
    },
)
REGISTRATION_FORM = Form(
    "registration",
    "Register a request",
    "incident_request",
    (
        Section("What", (FormField("summary"), FormField("description", guideline="All of it"))),
        Section("How bad", (FormField("impact", required=True), FormField("requester"))),
    ),
)
MAY_RESOLVE = drawn.a_table(
    "may-resolve",
    {"impact": IMPACT, "knows": YES_NO},
    choice("yes", "no"),
    [("minor", "impact = minor and knows", "yes"), ("rest", None, "no")],
)
TOLD = Notification("registered", "Registered", "incident_request", (), "{{ 1 }}", "")
REGISTRATION = drawn.a_procedure(
    "registration",
    drawn.do(
        "review",
        "service-desk-analyst",
        form="registration",
        asks={"knows": YES_NO},
        name="ability",
        outcomes={"go_on": None, "refuse": {"then": "refused", "needs": ["description"]}},
    ),
    drawn.decide(
        "able",
        MAY_RESOLVE,
        {"impact": "incident_request.impact", "knows": "ability.knows"},
        {"yes": "resolve", "no": "hand-over"},
        name="verdict",
    ),
    drawn.do("resolve", "service-desk-analyst", then="resolved"),
    drawn.continue_in("hand-over", "handling"),
    drawn.end("refused"),
    drawn.end("resolved"),
    starts=(
        drawn.by_hand(
            "by-phone", "service-desk-analyst", title="A user phones", form="registration"
        ),
        drawn.by_hand(
            "by-mail", "service-desk-analyst", title="A user writes", form="registration"
        ),
    ),
)
HANDLING = drawn.a_procedure(
    "handling",
    drawn.do("work", "specialist"),
    drawn.end("handled"),
    starts=(drawn.after("registration"),),
    as_needed={"call-back": [drawn.do("call-back", "specialist")]},
)
PROCEDURES = {item.key: item for item in (REGISTRATION, HANDLING, EVENT_HANDLING)}


MORNINGS = Calendar(
    "mornings",
    dict.fromkeys(range(5), ((480, 720),)),
    UTC,
    {date(2026, 4, 6): "Easter Monday"},
    {date(2026, 12, 24): ()},
    "Mornings",
)


RESPONSE = promised(
    "response",
    "assignee is not null",
    timedelta(hours=2),
    counts_while="status != closed",
    pauses_while="status = pending",
    endangered_at=Fraction(1, 2),
)


def a_desk() -> Definitions:
    entities = ENTITIES | {item.key: item for item in (GADGET, CI, EVENT)}
    return Definitions(
        "The desk of the tests",
        "1.2.3",
        entities=entities,
        roles=ROLES | {"operator": OPERATOR, "service-desk-analyst": ANALYST},
        forms={"registration": REGISTRATION_FORM},
        decisions={"may-resolve": MAY_RESOLVE},
        processes={
            "incident-management": Process(
                "incident-management",
                "Incident Management",
                "Help",
                8,
                ("registration", "handling"),
            )
        },
        procedures=PROCEDURES,
        correlations={"alerts": ALERTS},
        calendars={"mornings": MORNINGS},
        targets={"response": RESPONSE},
        calendar=MORNINGS,
        origins={("procedure", "registration"): Origin("shipped", "registration.yaml", 1)},
        hashes={key: f"{number:064d}" for number, key in enumerate(PROCEDURES, start=1)},
        bundles={key: {} for key in PROCEDURES},
        generation="g1",
    )


def flask_of(app: App, **over: Any) -> Flask:
    flask = Flask("tests", static_folder=None)
    api.mount(flask, app, **over)
    return flask


@cache
def _hashed_password() -> str:
    """Hashing takes its time, by intent: once is enough."""
    return PasswordHasher().hash(PASSWORD)


@dataclass
class Desk:
    """The API over a database, with people who hold roles; and clients that speak for them."""

    app: App
    flask: Flask

    def person(self, name: str, *roles: str) -> Caller:
        """Somebody who holds these roles and has a token."""
        app = self.app
        record = stored(app.database, app.models, "person", name=name)
        for role in roles:
            stored(app.database, app.models, "holder", person=record, role=role)
        login = name.lower()
        with app.database.write() as connection:
            kept.add_account(connection, login, record.id, _hashed_password(), app.now())
        token = access.create_token(app, Actor(name, record, login), "tests", None)
        return Caller(self, record.id, token)

    def anybody(self) -> Caller:
        """Somebody without a token."""
        return Caller(self, 0, "")


@dataclass
class Caller:
    """Sends requests with a token."""

    desk: Desk
    id: int
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """`headers` are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        address = path if path.startswith("/api") else f"/api/v1{path}"
        more = {} if body is None else {"json": body}
        return self.desk.flask.test_client().open(address, method=method, headers=sent, **more)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.send("DELETE", path, **headers)

    def begin(self, **answers: Any) -> Any:
        """A run of the registration, begun by phone."""
        answers = {"summary": "The mail is down", "impact": "minor"} | answers
        done = self.post(
            "/procedures/registration/runs", {"start": "by-phone", "answers": answers}
        )
        assert done.status_code == 201, done.json
        return done.json


def a_desk_over(database: Any, **over: Any) -> Desk:
    app = an_app(database, a_desk(), **over)
    return Desk(app, flask_of(app))


def problem(response: TestResponse, status: int) -> Any:
    """The problem details of a refusal, after a look whether they are what is promised."""
    assert response.status_code == status, (response.status_code, response.text)
    assert response.mimetype == "application/problem+json"
    told = response.json
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith(".")
    return told
