"""/api/v1/records: of every entity, made from its fields."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.api.record_shapes import MOST_VALUES
from tests.api.desk import a_desk_over, problem

FULL = {
    "name": "A laptop",
    "is_portable": True,
    "ports": 4,
    "weight": "1.250",
    "price": "1299.99",
    "share": "2/3",
    "bought_on": "2026-03-01",
    "seen_at": "2026-03-02T09:00:00+02:00",
    "warranty": "P730D",
    "colour": "white",
    "owner": "Ann",
}


def create(caller, **values):
    made = caller.post("/records/gadget", {"values": {"name": "A laptop"} | values})
    assert made.status_code == 201, made.json
    return made.json


class TestCreating:
    def test_keeps_every_kind_of_value_exactly(self, ann):
        made = ann.post("/records/gadget", {"values": FULL})
        assert made.status_code == 201
        assert made.headers["Location"] == "/api/v1/records/gadget/1"
        assert made.headers["ETag"] == '"1"'
        assert made.json["values"] == FULL | {
            "weight": "1.25",
            "seen_at": "2026-03-02T07:00:00Z",
            "owner": ann.id,
            "checked_at": None,
        }
        assert made.json["shown"]["owner"] == "Ann"
        assert made.json["shown"]["is_portable"] == "Yes"
        assert ann.get(made.headers["Location"]).json == made.json

    def test_gives_defaults_the_first_status_and_a_number(self, ann):
        made = ann.post("/records/incident_request", {"values": {"summary": "Mail"}}).json
        assert made["number"] == "INC000000000001"
        assert made["title"] == "INC000000000001 Mail"
        assert made["values"]["impact"] == "moderate"
        assert made["values"]["status"] == "new"

    def test_tells_all_that_is_wrong_by_field(self, ann):
        values = {
            "name": "",
            "ports": 65,
            "price": "cheap",
            "colour": "red",
            "owner": "Nobody",
            "checked_at": "2026-03-02T09:00:00Z",
            "wieght": "1",
        }
        told = problem(ann.post("/records/gadget", {"values": values}), 422)
        assert told["problems"].keys() == values.keys() - {"owner"}
        assert "'weight'" in told["problems"]["wieght"]

    def test_refuses_a_record_that_is_not_there(self, ann):
        for owner in (99, "Nobody", "99"):
            told = problem(
                ann.post("/records/gadget", {"values": {"name": "X", "owner": owner}}), 422
            )
            assert told["problems"].keys() == {"owner"}

    def test_refuses_a_name_that_is_taken(self, ann):
        create(ann)
        told = problem(ann.post("/records/gadget", {"values": {"name": "A laptop"}}), 422)
        assert told["problems"].keys() == {"name"}

    def test_is_for_roles_that_may(self, sam):
        told = problem(sam.post("/records/gadget", {"values": {"name": "X"}}), 403)
        assert "Service desk analyst" in told["hint"]

    def test_happens_once_under_a_key(self, ann):
        for _ in range(2):
            ann.post("/records/gadget", {"values": FULL}, Idempotency_Key="k1")
        assert len(ann.get("/records/gadget").json["items"]) == 1


class TestReading:
    def test_a_record_is_found_by_its_id_or_number(self, ann):
        ann.begin()
        for name in ("1", "INC000000000001", "INC1"):
            assert ann.get(f"/records/incident_request/{name}").json["id"] == 1

    @pytest.mark.parametrize("name", ["2", "0", "-1", "x", "9" * 30, "PKE1", "%00"])
    def test_what_is_not_there_is_not_found(self, ann, name):
        problem(ann.get(f"/records/incident_request/{name}"), 404)
        problem(ann.get(f"/records/gadget/{name}"), 404)

    def test_is_for_roles_that_may(self, desk):
        oda = desk.person("Oda", "on-duty-manager")
        problem(oda.get("/records/gadget"), 403)
        problem(oda.get("/records/gadget/1"), 403)

    def test_tells_which_fields_an_open_run_would_write(self, ann):
        run = ann.begin()
        held = ann.get("/records/incident_request/1").json["held"]
        assert set(held) >= {"summary", "impact"}
        assert held["summary"] == run["tasks"][0]["id"]


class TestFinding:
    @pytest.fixture
    def gadgets(self, ann):
        for number in range(1, 6):
            create(
                ann,
                name=f"Gadget {number}",
                colour="black" if number % 2 else "white",
                owner=ann.id if number == 1 else None,
                is_portable=number == 2,
            )

    def names(self, caller, query=""):
        page = caller.get(f"/records/gadget?{query}")
        assert page.status_code == 200, page.json
        return [item["values"]["name"][-1] for item in page.json["items"]]

    def test_gives_the_newest_first_or_the_oldest(self, ann, gadgets):
        assert self.names(ann) == ["5", "4", "3", "2", "1"]
        assert self.names(ann, "sort=id") == ["1", "2", "3", "4", "5"]

    def test_filters_by_fields(self, ann, gadgets):
        assert self.names(ann, "colour=black") == ["5", "3", "1"]
        assert self.names(ann, "colour=black&colour=white") == ["5", "4", "3", "2", "1"]
        assert self.names(ann, "owner=Ann") == ["1"]
        assert self.names(ann, f"owner={ann.id}&colour=white") == []
        assert self.names(ann, "owner=null&colour=black") == ["5", "3"]
        assert self.names(ann, "is_portable=true") == ["2"]
        assert self.names(ann, "name=Gadget+3") == ["3"]

    def test_searches_words(self, ann, gadgets):
        assert self.names(ann, "search=gadget+4") == ["4"]
        assert self.names(ann, "search=nothing") == []

    def test_comes_page_by_page_and_keeps_its_filters(self, ann, gadgets):
        first = ann.get("/records/gadget?colour=black&limit=2&sort=id").json
        assert "colour=black" in first["next"]
        assert [item["values"]["name"][-1] for item in ann.get(first["next"]).json["items"]] == [
            "5"
        ]

    def test_keeps_every_value_of_a_filter_from_page_to_page(self, ann, gadgets):
        first = ann.get("/records/gadget?colour=black&colour=white&limit=3").json
        second = ann.get(first["next"]).json
        assert len(second["items"]) == 2

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("colour=red", "colour.0"),
            ("is_portable=perhaps", "is_portable.0"),
            ("owner=Nobody", "owner"),
            ("bought_on=yesterday", "bought_on.0"),
            ("checked_at=2026-03-02", "checked_at"),
            ("sort=name", "sort"),
            ("search=", "search"),
            ("&".join(["colour=black"] * (MOST_VALUES + 1)), "colour"),
        ],
    )
    def test_that_cannot_be_is_told_by_its_parameter(self, ann, query, name):
        told = problem(ann.get(f"/records/gadget?{query}"), 422)
        assert told["problems"].keys() == {name}


class TestChanging:
    def change(self, caller, tags='"1"', record=1, **values):
        path = f"/records/gadget/{record}"
        return caller.patch(path, {"values": values}, **({"If_Match": tags} if tags else {}))

    def test_writes_what_is_sent_and_nothing_else(self, ann):
        made = create(ann, **FULL)
        changed = self.change(ann, ports=None, name="A desk")
        assert changed.headers["ETag"] == '"2"'
        assert changed.json["values"] == made["values"] | {"ports": None, "name": "A desk"}

    def test_needs_what_was_read(self, ann):
        create(ann)
        told = problem(self.change(ann, tags=None, ports=1), 428)
        assert "If-Match" in told["hint"]

    def test_over_a_newer_revision_is_refused_with_what_is_there(self, ann):
        create(ann)
        self.change(ann, ports=2, price="10")
        told = problem(self.change(ann, ports=3), 412)
        assert told["fields"] == {"ports": 2, "price": "10"}

    def test_of_what_is_taken_is_no_matter_of_revisions(self, ann):
        create(ann)
        create(ann, name="Other")
        told = problem(self.change(ann, name="Other"), 422)
        assert told["problems"].keys() == {"name"}

    def test_whatever_is_there_takes_a_star(self, ann):
        create(ann)
        self.change(ann, ports=2)
        assert self.change(ann, tags="*", ports=3).status_code == 200

    def test_needs_something_to_change(self, ann):
        create(ann)
        problem(ann.patch("/records/gadget/1", {"values": {}}, If_Match="*"), 422)

    def test_of_what_a_run_holds_is_refused_unless_overridden(self, desk, ann, ada):
        run = ann.begin()
        path, body = "/records/incident_request/1", {"values": {"summary": "Other"}}
        told = problem(ann.patch(path, body, If_Match="*"), 409)
        assert told["type"] == "urn:procedura:refusal:wrong-state"
        assert "Review" in told["detail"]
        problem(ann.patch(path, body | {"reason": "I must"}, If_Match="*"), 403)
        done = ada.patch(path, body | {"reason": "She must"}, If_Match="*")
        assert done.json["values"]["summary"] == "Other"
        line = ada.get(f"{path}/history").json["items"][0]
        assert (line["who"], line["reason"], line["new"]) == ("Ada", "She must", "Other")
        assert ann.get(f"/runs/{run['id']}").json["state"] == "open"

    def test_has_clocks_that_say_how_it_stands_by_its_targets(self, ann):
        ann.begin()
        [clock] = ann.get("/records/incident_request/1/clocks").json["items"]
        assert (clock["target"], clock["state"]) == ("response", "counting")
        assert (clock["goal"], clock["elapsed"], clock["remaining"]) == ("PT2H", "PT0S", "PT2H")
        assert clock["due"] == "2026-03-02T11:00:00Z"
        problem(ann.get("/records/incident_request/99/clocks"), 404)

    def test_two_at_once_never_lose_one(self, database):
        desk = a_desk_over(database)
        ann = desk.person("Ann", "service-desk-analyst")
        create(ann, ports=0)

        def add_one(_):
            while True:
                read = ann.get("/records/gadget/1")
                ports = read.json["values"]["ports"] + 1
                sent = self.change(ann, tags=read.headers["ETag"], ports=ports)
                if sent.status_code == 200:
                    return
                problem(sent, 412)

        with ThreadPoolExecutor(4) as writers:
            list(writers.map(add_one, range(12)))
        assert ann.get("/records/gadget/1").json["values"]["ports"] == 12


class TestDeleting:
    def test_takes_the_record_away_and_leaves_its_history(self, ann):
        create(ann)
        problem(ann.delete("/records/gadget/1"), 428)
        problem(ann.delete("/records/gadget/1", If_Match='"7"'), 412)
        assert ann.delete("/records/gadget/1", If_Match='"1"').status_code == 204
        problem(ann.get("/records/gadget/1"), 404)
        problem(ann.delete("/records/gadget/1", If_Match='"1"'), 404)
        assert ann.get("/records/gadget/1/history").json["items"]

    def test_of_what_others_refer_to_is_refused(self, ann, ada):
        create(ann, owner=ann.id)
        told = problem(ada.delete(f"/records/person/{ann.id}", If_Match="*"), 409)
        assert "referred to" in told["detail"]

    def test_happens_once_under_a_key(self, ann):
        create(ann)
        for _ in range(2):
            gone = ann.delete("/records/gadget/1", If_Match='"1"', Idempotency_Key="k1")
            assert gone.status_code == 204


class TestHistory:
    def test_tells_who_changed_what_newest_first(self, ann):
        create(ann, ports=1)
        ann.patch("/records/gadget/1", {"values": {"ports": 2}}, If_Match="*")
        lines = ann.get("/records/gadget/1/history").json["items"]
        assert (lines[0]["field"], lines[0]["old"], lines[0]["new"]) == ("ports", 1, 2)
        assert {line["who"] for line in lines} == {"Ann"}
        first = ann.get("/records/gadget/1/history?limit=1").json
        assert ann.get(first["next"]).json["items"] == lines[1:2]
        problem(ann.get("/records/gadget/9/history"), 404)
