"""A small office on SQLite, served to a test client; who asks is chosen, not typed in each time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import admin
from server.domain.actor import Actor
from server.domain.beginning import Beginning
from server.domain.calendar import Calendar
from server.domain.decision import Decision, Rule, Setting
from server.domain.definitions import Origin, Process
from server.domain.entity import Helpful
from server.domain.expression import parse, resolve
from server.domain.form import Form, FormField, Section
from server.domain.procedure import Procedure
from server.domain.step import (
    AsNeeded,
    Assignment,
    Decide,
    Do,
    End,
    Outcome,
    Question,
    Set,
    Step,
)
from server.domain.values import WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type
from server.rules import Rules
from server.storage.database import Database
from server.usecases import App, access, tasks
from tests.builders import (
    ENTITIES,
    ROLES,
    Clock,
    choice,
    may,
    ref,
    some_definitions,
    stored,
    tables_of,
)
from tests.premises import Premises
from tests.promised import promised

PASSWORD = "a long and secret one"
BEGIN = "/begin/incident-handling/by-phone/"
FINDINGS = Type(Kind.ANSWERS, members={"solved": YES_NO, "outcome": choice("resolved", "again")})
NAMES = {"incident_request": ref("incident_request"), "findings": FINDINGS}
VERDICT = Type(Kind.ANSWERS, members={"credit": choice("due", "none")})


def an_expression(text: str, names: Any = NAMES, expected: Type | None = None) -> Any:
    parsed = parse(text)
    resolved = resolve(parsed, names, ENTITIES, expected)
    assert not isinstance(resolved, tuple), resolved
    return resolved


def writes(field_: str, value: str) -> Assignment:
    entity = ENTITIES["incident_request"]
    return Assignment(
        an_expression("incident_request"),
        field_,
        an_expression(value, expected=entity.fields[field_].type),
    )


FORMS = {
    form.key: form
    for form in (
        Form(
            "intake",
            "Intake",
            "incident_request",
            (
                Section(
                    "Who and what",
                    (FormField("summary", guideline="What is wrong."), FormField("description")),
                ),
                Section("How bad", (FormField("impact"), FormField("requester"))),
            ),
        ),
        Form(
            "diagnosis",
            "Diagnosis",
            "incident_request",
            (
                Section("The request", (FormField("summary", read_only=True),)),
                Section("What you found", (FormField("description"), FormField("service"))),
            ),
        ),
    )
}
CREDIT = Decision(
    "credit",
    "Is a credit due?",
    {"impact": choice("extensive", "significant", "moderate", "minor"), "days": WHOLE_NUMBER},
    {"credit": choice("due", "none")},
    (
        Rule(
            "long",
            {"credit": "due"},
            an_expression("days > limit", {"days": WHOLE_NUMBER, "limit": WHOLE_NUMBER}),
            "It took longer than was promised.",
        ),
        Rule("otherwise", {"credit": "none"}, None, "It was done in time."),
    ),
    settings={"limit": Setting("limit", WHOLE_NUMBER, 3, "What was promised", "model")},
)
HANDLING = Procedure(
    key="incident-handling",
    title="Incident handling",
    process="incident-management",
    about="incident_request",
    purpose="Bring the service back.",
    chapter=8,
    number=1,
    lanes={"service-desk-analyst": None, "specialist": None},
    starts=(
        Beginning("by-phone", by="service-desk-analyst", title="A user phones", form="intake"),
    ),
    steps=(
        Step(
            "diagnose",
            Do(
                "Find out what is wrong",
                "specialist",
                "1. Look.\n2. Think. <b>Never</b> guess.",
                form="diagnosis",
                asks={
                    "solved": Question("solved", "Is it solved?", YES_NO, "Ask the user."),
                },
            ),
            title="Diagnose",
            name="findings",
            outcomes={
                "resolved": Outcome("resolved", "It works again", "credit"),
                "again": Outcome("again", "Look once more", "diagnose"),
            },
        ),
        Step(
            "credit",
            Decide(
                "credit",
                {
                    "impact": an_expression("incident_request.impact"),
                    "days": an_expression("5"),
                },
            ),
            outcomes={
                "due": Outcome("due", then="resolve"),
                "none": Outcome("none", then="resolve"),
            },
        ),
        Step("resolve", Set(), title="Note it", set=(writes("status", "assigned"),)),
        Step("ended", End("resolved")),
    ),
    names=NAMES,
    as_needed=(
        AsNeeded(
            "call-back",
            "Call the user back",
            (
                Step(
                    "call-back",
                    Do("Ring up", "specialist", "Be kind. Ask what else is broken."),
                    title="Call the user back",
                ),
            ),
        ),
    ),
)
DEFINITIONS = some_definitions(
    replace(
        ENTITIES["incident_request"],
        menu="Incident Management",
        purpose="What users report.",
        helped_by=(
            Helpful(
                "Requests like this",
                "incident_request",
                ("summary",),
                "description",
                fills="description",
            ),
        ),
    ),
    roles=ROLES
    | {
        "on-duty-manager": replace(
            ROLES["on-duty-manager"], apart_from=frozenset({"service-desk-analyst"})
        ),
        "service-owner": replace(
            ROLES["service-owner"],
            may={"incident_request": may("read", "requester", description="hidden")},
        ),
    },
    forms=FORMS,
    decisions={"credit": CREDIT},
    procedures={HANDLING.key: HANDLING},
    processes={
        "incident-management": Process(
            "incident-management",
            "Incident Management",
            "Restore.",
            8,
            (HANDLING.key,),
            "specialist",
        )
    },
    targets={
        item.key: item
        for item in (
            promised(
                "first-answer",
                "assignee is not null",
                timedelta(hours=1),
                title="Somebody answers",
                purpose="Nobody waits for long.",
                for_good=True,
            ),
            promised(
                "solution",
                "status in [resolved, closed]",
                timedelta(hours=4),
                title="It is solved",
                pauses_while="status = pending",
                void_when="status = cancelled",
                endangered_at=Fraction(3, 4),
                calendar="mornings",
            ),
        )
    },
    calendars={
        "mornings": Calendar(
            "mornings",
            {0: ((480, 720), (780, 1440))},
            UTC,
            {date(2026, 4, 6): "Easter Monday", date(2027, 4, 6): "Easter, a year later"},
            {date(2026, 12, 31): ((540, 600),)},
            "Mornings",
        )
    },
    origins={("procedure", HANDLING.key): Origin("definitions", "procedures/x.yaml", 1)},
    hashes={HANDLING.key: "a" * 64},
    bundles={HANDLING.key: {}},
)


@dataclass
class Office:
    """`ann` answers the phone, `bob` is a specialist, `root` administers, `eve` holds no role."""

    app: App
    flask: Flask
    clock: Clock
    people: dict[str, RecordRef] = field(default_factory=dict)

    def store(self, entity: str, **values: Any) -> RecordRef:
        return stored(self.app.database, self.app.models, entity, **values)

    def person(self, name: str, *roles: str) -> RecordRef:
        person = self.store("person", name=name.capitalize(), email=f"{name}@example.org")
        self.people[name] = person
        for role in roles:
            self.store("holder", person=person, role=role)
        access.create_account(self.app, name, person.id, PASSWORD)
        return person

    def actor(self, name: str) -> Actor:
        return Actor(name.capitalize(), self.people[name], name)

    def browser(self, name: str | None = None) -> FlaskClient:
        """A client; logged in where a name is given."""
        client = self.flask.test_client()
        if name is not None:
            with client.session_transaction() as session:
                session["key"] = access.begin_session(self.app, Actor(name, login=name), "", "")
        return client


def screens_of(app: App) -> Flask:
    flask = Flask("procedura", static_folder=None)
    flask.config.update(SECRET_KEY="x" * 32, TESTING=True)
    admin.mount(flask, app)
    return flask


@pytest.fixture(scope="session")
def _office(tmp_path_factory):
    clock = Clock()
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('office') / 'office.db'}")
    models = tables_of(database, DEFINITIONS.entities)
    app = App(DEFINITIONS, database, models, Rules(DEFINITIONS.decisions), now=clock)
    flask = screens_of(app)
    office = Office(app, flask, clock)
    office.person("ann", "service-desk-analyst")
    office.person("bob", "specialist")
    office.person("root", "administrator")
    office.person("eve")
    return office, Premises(app, flask)


@pytest.fixture
def office(_office):
    first, premises = _office
    premises.tidy()
    return replace(first, people=dict(first.people))


class _Filled(HTMLParser):
    """What a browser would send of the page's fields, left as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = self._area = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag == "select":
            self._select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = given["value"]
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and name and _is_sent(given):
            self.fields[name] = given.get("value") or ""

    def handle_data(self, data):
        if self._area:
            self.fields[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None


def _is_sent(given: dict[str, str | None]) -> bool:
    return given.get("type") not in {"radio", "checkbox"} or "checked" in given


def filled(page: Any) -> dict[str, str]:
    parser = _Filled()
    parser.feed(page.get_data(as_text=True))
    return parser.fields


def differences(page: Any) -> list[list[str]]:
    """What a page tells of what others have changed: field, before, now and what was typed."""
    text = page.get_data(as_text=True)
    table = re.search(
        r'<table class="table table-sm differences.*?<tbody>(.*?)</tbody>', text, re.DOTALL
    )
    rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL) if table else []
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row] for row in cells]


def token(page: Any) -> str:
    """The form token of a page."""
    text = page.get_data(as_text=True)
    return text.split('name="csrf-token" content="')[1].split('"')[0]


def send(client: FlaskClient, address: str, *, at: str | None = None, **fields: str) -> Any:
    """Open the page of a form, change some fields and send it; `f__x` is the field `f-x`."""
    page = client.get(at or address)
    assert page.status_code == 200, page.get_data(as_text=True)[:400]
    changed = {key.replace("__", "-"): value for key, value in fields.items()}
    return client.post(address, data=filled(page) | {"csrf_token": token(page)} | changed)


@pytest.fixture
def begun(office):
    """The id of the task that Ann's call has made for Bob."""
    answer = send(office.browser("ann"), BEGIN, f__summary="Printer burns")
    assert answer.status_code == 302
    [line] = tasks.my_work(office.app, office.actor("bob")).items
    return line.id
