"""The reference of the language tells all that the schemas allow, and is not stale."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.loading.reference import reference

CHECKOUT = Path(__file__).parents[2]
SCHEMAS = {
    path.name.split(".")[0]: json.loads(path.read_text())
    for path in sorted((CHECKOUT / "schemas").glob("*.schema.json"))
}
each_kind = pytest.mark.parametrize("kind", SCHEMAS)


@each_kind
def test_the_page_in_the_documents_is_that_of_the_schema(kind: str):
    page = CHECKOUT / "docs" / "reference" / f"{kind}.md"
    assert page.is_file(), "`make fix` writes the reference"
    assert page.read_text() == reference(SCHEMAS[kind]), "`make fix` writes the reference anew"


def test_there_is_no_page_of_what_is_no_kind():
    assert {path.stem for path in (CHECKOUT / "docs" / "reference").glob("*.md")} == set(SCHEMAS)


@each_kind
def test_every_key_is_told_with_its_sentence(kind: str):
    page = reference(SCHEMAS[kind])
    for key, sentence in keys(SCHEMAS[kind]):
        assert f"| `{key}`" in page
        assert " ".join(sentence.split()).replace("|", "\\|") in page


@each_kind
def test_links_lead_to_sections(kind: str):
    lines = reference(SCHEMAS[kind]).splitlines()
    anchors = {
        line[3:].lower().replace(" ", "-").replace("(", "").replace(")", "")
        for line in lines
        if line.startswith("## ")
    }
    linked = {
        part.split(")")[0] for line in lines for part in line.split("](#")[1:] if line[0] == "|"
    }
    assert linked == anchors


def test_shapes_of_one_map_are_told_apart_by_their_own_key():
    page = reference(SCHEMAS["procedure"])
    headings = [line for line in page.splitlines() if line.startswith("### ")]
    assert {"### With `do`", "### With `call`", "### With `every`"} <= set(headings)
    assert "### With `step`" not in headings


def keys(schema: Any) -> list[tuple[str, str]]:
    """Every key with a description of its own that stands anywhere in a schema."""
    if isinstance(schema, list):
        return [found for item in schema for found in keys(item)]
    if not isinstance(schema, dict):
        return []
    own = [
        (key, item["description"])
        for key, item in schema.get("properties", {}).items()
        if isinstance(item, dict) and "description" in item
    ]
    return own + [found for item in schema.values() for found in keys(item)]
