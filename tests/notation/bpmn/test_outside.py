"""What others say of the export: OMG's schema, and bpmn.io's reader and rules.

Needs `npm ci` in this folder; without it these tests are skipped.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from server.notation import Titles, as_bpmn
from tests.conftest import missing
from tests.notation.bpmn.exports import EXPORTS, TOOLS
from tests.notation.procedures import made_sound, procedures

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@pytest.fixture(scope="module")
def schema():
    path = TOOLS / "bpmn-moddle" / "resources" / "bpmn" / "xsd" / "BPMN20.xsd"
    if not path.exists():
        missing("no XSD of BPMN: run 'npm ci' in tests/notation/bpmn")
    return etree.XMLSchema(etree.parse(path))


@pytest.fixture(scope="module")
def linted():
    """What bpmn-moddle warns of and bpmnlint's recommended rules find in a file."""
    if shutil.which("node") is None or not TOOLS.exists():
        missing("no bpmnlint: install Node, then 'npm ci' in tests/notation/bpmn")
    with subprocess.Popen(
        ["node", "check.mjs"],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as node:

        def faults(text):
            node.stdin.write(f"{json.dumps(text)}\n")
            node.stdin.flush()
            return json.loads(node.stdout.readline())

        yield faults
        node.stdin.close()


def broken_rules(schema, text):
    schema.validate(etree.fromstring(text.encode()))
    return [f"{error.line}: {error.message}" for error in schema.error_log]


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_is_valid_by_the_schema_of_omg(schema, text):
    assert broken_rules(schema, text) == []


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_is_read_without_a_warning_and_keeps_all_recommended_rules(linted, text):
    assert linted(text) == []


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(procedure=procedures().map(made_sound))
def test_any_procedure_is_valid_and_keeps_all_recommended_rules(schema, linted, procedure):
    text = as_bpmn(procedure, Titles())
    assert broken_rules(schema, text) == []
    assert linted(text) == []


def test_the_schema_finds_what_is_wrong(schema):
    seeded = (
        EXPORTS["event-handling"]
        .replace("<bpmn:laneSet", "<bpmn:lanes")
        .replace("</bpmn:laneSet", "</bpmn:lanes")
    )
    assert broken_rules(schema, seeded)


def test_the_rules_find_what_is_wrong(linted):
    # given a flow that is gone
    tree = etree.fromstring(EXPORTS["event-handling"].encode())
    flow = tree.find(f".//{{{BPMN}}}sequenceFlow[@id='flow.step.review']")
    flow.getparent().remove(flow)
    # then what it led to begins by itself
    assert "no-implicit-start: step.disposition: Element is an implicit start" in linted(
        etree.tostring(tree, encoding="unicode")
    )
