"""Schemas of a project know the columns of its decisions and the fields of its forms."""

import json

import pytest
from jsonschema import Draft7Validator

from server import cli
from server.loading import marked
from server.loading.project_schema import decision_schema, form_schema
from server.settings import Settings
from tests import shipped
from tests.loading.models import served

LOADED = shipped.loaded()
FEE = """\
decision: case-fee
title: What does the case cost?
inputs:
  pages: { type: whole_number }
  kind: { choice: [plain, sealed] }
output: { fee: { type: money }, band: { choice: [low, high] } }
hits: first
rules:
  - { rule: thick, if: { pages: "> 100", kind: [plain, sealed] }, then: { fee: 20, band: high } }
  - { rule: rest, if: { kind: not(plain) }, then: { fee: 10, band: low } }
  - { otherwise: { fee: 5, band: low } }
tests:
  - { given: { pages: 3, kind: plain }, expect: { fee: 5 } }
"""


def faults(schema, data):
    return [error.message for error in Draft7Validator(schema).iter_errors(data)]


@pytest.mark.parametrize("key", LOADED.definitions.decisions)
def test_every_shipped_decision_keeps_its_own_schema(key):
    schema = decision_schema(LOADED.definitions.decisions[key])

    Draft7Validator.check_schema(schema)
    assert faults(schema, LOADED.sources["decision", key].data) == []


def test_every_shipped_form_keeps_its_own_schema():
    definitions, told = LOADED.definitions, {}

    for key, form in definitions.forms.items():
        schema = form_schema(key, definitions.entities[form.entity], definitions)
        Draft7Validator.check_schema(schema)
        told[key] = faults(schema, LOADED.sources["form", key].data)

    assert {key: found for key, found in told.items() if found} == {}


class TestTheSchemaOfADecision:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('pages: "> 100"', 'pagse: "> 100"'),
            ("kind: [plain, sealed] }, then", "kind: [plain, sealde] }, then"),
            ("band: high", "band: hihg"),
            ("expect: { fee: 5 }", "expect: { fe: 5 }"),
            ("given: { pages: 3, kind: plain }", "given: { pages: 3, kind: plane }"),
        ],
    )  # fmt: skip
    def test_underlines_what_is_no_column_and_no_value(self, tmp_path, before, after):
        # given the schema of a decision
        schema = decision_schema(served(tmp_path, FEE).decisions["case-fee"])
        (tmp_path / "decisions" / "case-fee.yaml").write_text(FEE.replace(before, after))

        # when its file names what is not there
        source, _ = marked.parse(FEE.replace(before, after).encode(), "")

        # then an editor underlines it
        assert before in FEE
        assert faults(schema, source.data)

    def test_completes_columns_and_values(self, tmp_path):
        schema = decision_schema(served(tmp_path, FEE).decisions["case-fee"])

        rule = schema["definitions"]["rule"]["else"]["properties"]
        cells = next(item for item in rule["if"]["anyOf"] if item.get("type") == "object")
        assert list(cells["properties"]) == ["pages", "kind"]
        assert cells["properties"]["kind"]["anyOf"][0] == {"enum": ["plain", "sealed"]}
        assert rule["then"]["properties"]["band"]["enum"] == ["low", "high", None]


def test_the_command_writes_them_beside_the_others(tmp_path, capsys):
    status = cli.run(["schema", str(tmp_path / "schemas"), "--project"], Settings(), None)

    assert status == 0
    assert "schemas are in" in capsys.readouterr().out
    for kind in ("decision", "form"):
        written = {
            file.name.removesuffix(".schema.json")
            for file in (tmp_path / "schemas" / f"{kind}s").iterdir()
        }
        assert written == {key for other, key in LOADED.sources if other == kind}
    text = (tmp_path / "schemas" / "decisions" / "incident-priority.schema.json").read_text()
    assert json.loads(text)["$id"] == "incident-priority.schema.json"
