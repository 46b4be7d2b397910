"""What may help with a record: which others are told, in which order, and to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain.actor import APPLICATION, Actor
from server.domain.entity import Helpful
from server.domain.refusals import NotFound
from server.domain.role import Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import helping
from server.usecases.app import App
from tests.builders import (
    INCIDENT_REQUEST,
    a_field,
    an_app,
    an_entity,
    may,
    ref,
    some_definitions,
    somebody,
    statuses,
    stored,
)

INCIDENT = INCIDENT_REQUEST.key
SOLUTION = an_entity(
    "solution",
    a_field("title"),
    a_field("text", lines=5),
    a_field("service", ref("service")),
    number="SOL",
    statuses=statuses(proposed="active", active=""),
    searched=("title", "text"),
)
HELPED = replace(
    INCIDENT_REQUEST,
    fields={**INCIDENT_REQUEST.fields, "answer": a_field("answer", lines=5)},
    helped_by=(
        Helpful(
            "Approved solutions",
            "solution",
            ("summary", "description"),
            "text",
            {"status": ("active",)},
            {"service": "service"},
            "answer",
        ),
        Helpful(
            "Solved requests",
            INCIDENT,
            ("summary", "description"),
            "answer",
            {"status": ("resolved", "closed")},
        ),
    ),
)


@pytest.fixture
def app(database: Database) -> App:
    return an_app(database, some_definitions(SOLUTION, HELPED))


@pytest.fixture
def small(sqlite: Database) -> App:
    return an_app(sqlite, some_definitions(SOLUTION, HELPED))


def keep(app: App, entity: str, **values: Any) -> RecordRef:
    return stored(app.database, app.models, entity, **values)


def solution(app: App, title: str, text: str = "Do this", **values: Any) -> RecordRef:
    return keep(app, "solution", **{"status": "active", "title": title, "text": text, **values})


def request(app: App, summary: str, **values: Any) -> RecordRef:
    return keep(app, INCIDENT, summary=summary, **values)


def told(app: App, record: RecordRef, actor: Actor = APPLICATION) -> dict[str, list[RecordRef]]:
    groups = helping.with_record(app, actor, record)
    return {group.title: [one.title.record for one in group.helps] for group in groups}


class TestHelp:
    def test_is_what_holds_the_same_words_and_has_what_it_must(self, app: App):
        good = solution(app, "Printer prints blank pages", "Change the toner")
        solution(app, "Printer prints blank pages", status="proposed")
        solution(app, "Mail is slow")
        solved = request(app, "Blank pages", status="closed", answer="A new toner")
        request(app, "Blank pages from the printer")
        asked = request(app, "Printer gives blank pages", description="Since Monday")

        assert told(app, asked) == {"Approved solutions": [good], "Solved requests": [solved]}

    def test_is_shown_with_what_it_tells(self, small: App):
        solution(small, "Printer prints blank", "Change the toner of the printer")
        asked = request(small, "Printer blank")
        [group] = helping.with_record(small, APPLICATION, asked)
        [one] = group.helps
        assert (group.fills, one.text) == (None, "Change the toner of the printer")
        assert [piece.text for piece in one.label if piece.is_hit] == ["Printer", "blank"]
        assert [piece.text for piece in one.excerpt if piece.is_hit] == ["printer"]

    def test_comes_in_the_order_of_what_is_shared(self, app: App):
        mail = keep(app, "service", name="Mail")
        two = solution(app, "Outlook hangs at start")
        same = solution(app, "Outlook hangs", service=mail)
        three = solution(app, "Outlook hangs at start after update")
        asked = request(app, "Outlook hangs after update at start", service=mail)
        assert told(app, asked)["Approved solutions"] == [three, same, two]

    def test_is_found_by_one_word_only_in_the_same_service(self, app: App):
        mail = keep(app, "service", name="Mail")
        solution(app, "Outlook is blue")
        same = solution(app, "Outlook is red", service=mail)
        asked = request(app, "Outlook hangs after update", service=mail)
        assert told(app, asked)["Approved solutions"] == [same]

    def test_of_rare_words_is_not_lost_among_what_is_common(self, small: App):
        old = solution(small, "Token expired on the turnstile")
        for _ in range(helping.LOOKED_AT * 2):
            solution(small, "Printer on the floor")
        asked = request(small, "Printer on the floor says token expired")
        assert old in told(small, asked)["Approved solutions"]

    def test_is_found_by_capitals_however_short_and_not_by_small_words(self, small: App):
        vpn = solution(small, "The VPN asks for a PIN")
        solution(small, "The cat has the hat and the bag")
        asked = request(small, "The VPN has the bag and the PIN")
        assert told(small, asked)["Approved solutions"] == [vpn]

    def test_is_not_the_record_itself(self, small: App):
        solved = request(small, "Blank pages", status="closed", answer="Toner")
        assert told(small, solved) == {}

    def test_is_limited(self, small: App):
        for _ in range(helping.MOST + 3):
            solution(small, "Printer blank pages")
        asked = request(small, "Printer blank pages")
        assert len(told(small, asked)["Approved solutions"]) == helping.MOST

    @pytest.mark.parametrize("summary", ["", "?!", "a b c", '"', "🙂", "\u0301", "x" * 5000])
    def test_of_nothing_that_tells_is_none(self, app: App, summary: str):
        solution(app, "Printer")
        assert told(app, request(app, summary)) == {}

    def test_can_be_asked_for_by_what_is_being_typed(self, app: App):
        good = solution(app, "Printer prints blank pages")
        typed = {"summary": "blank pages from the PRINTER", "description": None}
        [group] = helping.with_words(app, APPLICATION, INCIDENT, typed)
        assert [one.title.record for one in group.helps] == [good]
        assert group.fills == "answer"
        assert helping.with_words(app, APPLICATION, INCIDENT, {}) == ()
        with pytest.raises(NotFound):
            helping.with_words(app, APPLICATION, "nothing", typed)


class TestAccess:
    def as_clerk(self, app: App, **grants: Any) -> tuple[App, Actor]:
        role = Role("clerk", "Clerk", may=grants)
        definitions = replace(app.definitions, roles={"clerk": role})
        return replace(app, definitions=definitions), somebody(app, "clerk")

    def test_what_may_not_be_read_does_not_help(self, app: App):
        solution(app, "Printer blank pages")
        request(app, "Printer blank pages", status="closed", answer="Toner")
        asked = request(app, "Printer blank pages")
        narrow, ann = self.as_clerk(app, incident_request=may("read", {"status": "new"}))
        assert told(narrow, asked, ann) == {}

    def test_what_is_hidden_neither_finds_nor_is_told(self, app: App):
        solution(app, "Stuck", "Printer blank pages", service=None)
        solution(app, "Printer blank pages", "secret")
        asked = request(app, "Printer blank pages", description="Stuck")
        title_only, ann = self.as_clerk(
            app, incident_request=may("read"), solution=may("read", text="hidden")
        )
        assert told(title_only, asked, ann) == {}
        all_of_it, bob = self.as_clerk(app, incident_request=may("read"), solution=may("read"))
        assert len(told(all_of_it, asked, bob)["Approved solutions"]) == 2

    def test_own_words_that_are_hidden_are_not_looked_for(self, app: App):
        solution(app, "Printer blank pages")
        asked = request(app, "Help", description="Printer blank pages")
        grants = {"incident_request": may("read", description="hidden"), "solution": may("read")}
        narrow, ann = self.as_clerk(app, **grants)
        assert told(narrow, asked, ann) == {}

    def test_a_record_out_of_reach_is_not_there(self, small: App):
        asked = request(small, "Printer blank pages")
        narrow, ann = self.as_clerk(small, incident_request=may("read", {"status": "closed"}))
        with pytest.raises(NotFound):
            helping.with_record(narrow, ann, asked)
        with pytest.raises(NotFound):
            helping.with_record(small, APPLICATION, RecordRef(INCIDENT, 99))
