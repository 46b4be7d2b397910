"""Every kind of definition has its schema, its folder and its page of the reference; every verb its module."""

from __future__ import annotations

import pytest

from tests.architecture.conftest import CHECKOUT

KINDS = {
    "process": "processes",
    "procedure": "procedures",
    "role": "roles",
    "entity": "entities",
    "form": "forms",
    "decision": "decisions",
    "notification": "notifications",
    "correlation": "correlations",
    "calendar": "calendars",
    "kpi": "kpis",
    "target": "targets",
    "scenario": "scenarios",
}
VERBS = ("check", "explain", "fmt", "init", "reload", "schema", "serve", "show", "test", "worker")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_definition_is_whole(kind):
    assert (CHECKOUT / "schemas" / f"{kind}.schema.json").is_file()
    assert any((CHECKOUT / "definitions" / KINDS[kind]).rglob("*.yaml"))
    assert (CHECKOUT / "docs" / "reference" / f"{kind}.md").is_file()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_its_module(verb):
    assert (CHECKOUT / "server" / "cli" / f"{verb}.py").is_file()
