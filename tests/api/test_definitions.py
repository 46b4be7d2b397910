"""What is served may be read: procedures, decisions, roles, forms, entities, processes."""

from __future__ import annotations

import pytest

from tests.api.desk import a_desk, problem


def test_a_procedure_is_shown_whole(ann):
    found = ann.get("/procedures/registration").json
    assert found["roles"] == [
        {"role": "service-desk-analyst", "title": "Service desk analyst", "of": "anyone"}
    ]
    assert [item["start"] for item in found["starts"]] == ["by-phone", "by-mail"]
    review, able, _, hand_over, refused, _ = found["steps"]
    assert review["instruction"] == "How to work"
    assert review["form"]["sections"][0]["fields"][1]["guideline"] == "All of it"
    assert review["asks"][0]["question"] == "knows?"
    assert [item["outcome"] for item in review["outcomes"]] == ["go_on", "refuse"]
    assert able["decide"] == "may-resolve"
    assert able["given"] == {"impact": "incident_request.impact", "knows": "ability.knows"}
    assert hand_over["continue_in"] == "handling"
    assert refused["end"] == "refused"
    assert found["origin"] == {"folder": "shipped", "file": "registration.yaml", "line": 1}


def test_an_entity_is_shown_with_fields_and_moves(ann):
    found = ann.get("/entities/incident_request").json
    assert found["number"] == "INC"
    fields = {item["key"]: item for item in found["fields"]}
    assert fields["summary"]["type"] == {"kind": "text", "at_most": 120}
    assert fields["requester"]["type"] == {"kind": "ref", "entity": "person"}
    assert fields["consequences"]["back"] == {"entity": "incident_request", "field": "cause"}
    pending = next(item for item in found["statuses"] if item["key"] == "pending")
    assert (pending["to"], pending["requires"]) == (["in_progress"], ["pending_reason"])


def test_a_role_is_shown_with_what_it_may(ann):
    found = ann.get("/roles/service-desk-analyst").json
    assert found["may"]["incident_request"] == {
        "do": ["create", "read", "update"],
        "rows": [],
        "fields": {},
    }


def test_a_calendar_is_shown_with_its_hours(ann):
    found = ann.get("/calendars/mornings").json
    assert (found["zone"], found["counts_working_time"]) == ("UTC", True)
    assert (found["week"]["monday"], found["week"]["sunday"]) == ("8:00-12:00", "closed")
    assert found["holidays"] == {"2026-04-06": "Easter Monday"}
    assert found["days"] == {"2026-12-24": "closed"}


def test_a_target_is_shown_with_its_conditions_and_its_goal(ann):
    found = ann.get("/targets/response").json
    assert (found["entity"], found["goal"], found["endangered_at"]) == (
        "incident_request",
        "PT2H",
        "1/2",
    )
    assert (found["counts_while"], found["void_when"]) == ("status != closed", None)
    assert (found["done_when"], found["calendar"]) == ("assignee is not null", "mornings")


def test_a_process_is_shown_with_its_procedures(ann):
    [process] = ann.get("/processes").json["items"]
    assert process["procedures"][0] == {"procedure": "registration", "title": "Registration"}


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/procedures", a_desk().procedures),
        ("/decisions", a_desk().decisions),
        ("/roles", a_desk().roles),
        ("/forms", a_desk().forms),
        ("/entities", a_desk().entities),
        ("/processes", a_desk().processes),
    ],
)
def test_all_of_a_kind_are_listed_and_each_is_found(ann, path, known):
    listed = ann.get(path).json["items"]
    assert len(listed) == len(known)
    for key in known:
        assert ann.get(f"{path}/{key}").status_code == 200
    one = next(iter(known))
    assert f"'{one}'" in problem(ann.get(f"{path}/{one}x"), 404)["hint"]


class TestTryingADecision:
    def ask(self, caller, **inputs):
        return caller.post("/decisions/may-resolve/try", {"inputs": inputs})

    def test_tells_the_verdict_and_why_each_rule_held_or_not(self, ann):
        found = self.ask(ann, impact="extensive", knows=True).json
        assert found["verdict"]["output"] == {"then": "no"}
        assert found["verdict"]["hits"] == ["rest"]
        minor, rest = found["rules"]
        assert minor["held"] is False
        assert minor["failed"] == [
            {"condition": "impact = minor", "found": {"impact": "extensive"}}
        ]
        assert rest["held"] is True

    def test_keeps_nothing(self, desk, ann):
        self.ask(ann, impact="minor", knows=True)
        assert ann.get("/runs").json["items"] == []

    def test_needs_facts_of_the_right_types(self, ann):
        told = problem(self.ask(ann, impact="huge", know=True), 422)
        assert told["problems"].keys() == {"impact", "know", "knows"}
