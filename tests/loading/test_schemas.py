"""Schemas are for editors: each word that can be written says what it is for."""

import importlib.resources
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from server.loading.sources import KINDS

SCHEMAS = {
    kind: json.loads(
        importlib.resources.files("schemas").joinpath(f"{kind}.schema.json").read_text()
    )
    for kind in KINDS
}


def properties(schema: Any, root: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of the schema, wherever it stands, with its path; references are followed."""
    if isinstance(schema, list):
        for item in schema:
            yield from properties(item, root, path)
    if not isinstance(schema, dict):
        return
    for key, inner in schema.items():
        if key == "properties":
            for name, found in inner.items():
                described = found
                if "$ref" in found:
                    described = root["definitions"][found["$ref"].rsplit("/", 1)[-1]]
                yield f"{path}/{name}", described
                yield from properties(found, root, f"{path}/{name}")
        else:
            yield from properties(inner, root, path)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of the schema that lists properties."""
    if isinstance(schema, list):
        for item in schema:
            yield from objects(item)
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from objects(inner)


def test_there_is_a_schema_for_every_kind_and_no_other():
    files = {item.name for item in importlib.resources.files("schemas").iterdir()}

    assert {f"{kind}.schema.json" for kind in KINDS} == {
        name for name in files if name.endswith(".json")
    }


@pytest.mark.parametrize("kind", KINDS)
class TestEachSchema:
    def test_is_a_draft_7_schema_that_says_what_it_is_of(self, kind):
        schema = SCHEMAS[kind]

        Draft7Validator.check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert schema["title"]
        assert schema["description"]

    def test_describes_every_property(self, kind):
        found = dict(properties(SCHEMAS[kind], SCHEMAS[kind]))

        undescribed = [path for path, item in found.items() if not item.get("description")]
        unfinished = [
            path for path, item in found.items() if not item.get("description", ".").endswith(".")
        ]
        assert found
        assert undescribed == []
        assert unfinished == []

    def test_knows_all_its_keys(self, kind):
        assert all(item["additionalProperties"] is False for item in objects(SCHEMAS[kind]))

    def test_says_in_words_what_its_patterns_mean(self, kind):
        written = json.dumps(SCHEMAS[kind])

        patterns = len(re.findall(r'"pattern":', written))
        assert patterns == len(re.findall(r'"patternErrorMessage":', written))

    def test_reaches_no_other_file(self, kind):
        references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(SCHEMAS[kind]))

        assert all(reference.startswith("#/definitions/") for reference in references)
        alone = re.findall(r'\{"\$ref": "[^"]*"\}', json.dumps(SCHEMAS[kind]))
        assert len(alone) == len(references)  # draft 7 reads nothing that stands beside one
        named = {reference.rsplit("/", 1)[-1] for reference in references}
        assert named == SCHEMAS[kind].get("definitions", {}).keys()
