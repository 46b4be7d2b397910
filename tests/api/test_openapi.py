"""The description of the API is made from what is served, and says the truth about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openapi_spec_validator import validate

from server.api import components_of, routes_of
from server.api.openapi import document
from server.api.validation import Checked
from tests.api.desk import a_desk
from tests.builders import a_field, an_entity


@pytest.fixture(scope="module")
def description():
    definitions = a_desk()
    return document(definitions, routes_of(definitions), components_of(definitions))


def body_of(description, path, method="post"):
    content = description["paths"][path][method]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return description["components"]["schemas"][name] if name else schema


def test_it_is_openapi(description):
    validate(description)
    assert description["openapi"].startswith("3.1")
    assert description["info"]["title"] == "Procedura: The desk of the tests"


def test_it_is_served_to_everybody_once_for_all(desk):
    client = desk.flask.test_client()
    served = client.get("/api/v1/openapi.json")
    assert served.json["info"]["x-generation"] == "g1"
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": served.headers["ETag"]})
    assert again.status_code == 304


def test_every_rule_that_is_served_is_described(desk, description):
    served = {
        (method, rule.rule)
        for rule in desk.flask.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    hidden = {"/records/<entity>", "/procedures/<key>/runs"}
    count = sum(rule.removeprefix("/api/v1") not in hidden for _, rule in served)
    described = sum(len(methods) for methods in description["paths"].values())
    assert count == described + 1, "all but the description itself"


def test_every_example_fits(description):
    components = description["components"]["schemas"]
    seen = 0
    for place in _objects(description):
        for example in place.get("examples", []):
            Checked(place, components).hold(example)
            seen += 1
        if "example" in place and "schema" in place:
            Checked(place["schema"], components).hold(place["example"])
            seen += 1
    assert seen > 20


def _objects(value):
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _objects(part)


def test_names_of_operations_are_unique(description):
    names = [
        operation["operationId"]
        for methods in description["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names))


def test_entities_may_be_called_like_anything_else_that_is_served():
    taken = ("task", "run", "problem", "change", "role", "form", "notice", "event", "answer")
    more = {key: an_entity(key, a_field("name")) for key in taken}
    definitions = replace(a_desk(), entities=a_desk().entities | more)
    routes, components = routes_of(definitions), components_of(definitions)
    assert len({route.name for route in routes}) == len(routes)
    assert components["Problem"]["properties"].keys() >= {"detail", "hint"}
    validate(document(definitions, routes, components))


class TestRecords:
    def test_are_typed(self, description):
        values = body_of(description, "/records/gadget")["properties"]["values"]
        assert values["required"] == ["name"]
        assert values["properties"]["ports"]["type"] == ["integer", "null"]
        assert (
            values["properties"]["ports"]["minimum"],
            values["properties"]["ports"]["maximum"],
        ) == (0, 64)
        assert values["properties"]["colour"]["enum"] == ["black", "white"]
        assert values["properties"]["owner"]["type"] == ["integer", "string", "null"]
        assert values["additionalProperties"] is False

    def test_say_what_only_the_application_writes(self, description):
        read = description["components"]["schemas"]["GadgetRecord"]["properties"]["values"]
        assert read["properties"]["checked_at"]["readOnly"] is True
        assert "readOnly" not in read["properties"]["name"]
        written = body_of(description, "/records/gadget")["properties"]["values"]
        assert "checked_at" not in written["properties"]

    def test_say_that_a_change_needs_what_was_read(self, description):
        change = description["paths"]["/records/gadget/{record}"]["patch"]
        [match] = [item for item in change["parameters"] if item["name"] == "If-Match"]
        assert match["required"] is True
        assert {"412", "428", "422", "409"} <= set(change["responses"])


class TestProcedures:
    def test_say_how_each_is_begun(self, description):
        body = body_of(description, "/procedures/registration/runs")
        phone, mail = body["oneOf"]
        assert phone["properties"]["start"]["const"] == "by-phone"
        assert mail["title"] == "A user writes"
        answers = phone["properties"]["answers"]
        assert answers["required"] == ["summary"]
        assert answers["properties"]["description"]["description"] == "All of it"

    def test_are_begun_only_where_somebody_may(self, description):
        assert "/procedures/handling/runs" not in description["paths"]


def test_the_log_in_needs_no_token(description):
    assert description["paths"]["/tokens"]["post"]["security"] == []
    assert description["security"] == [{"token": []}]
