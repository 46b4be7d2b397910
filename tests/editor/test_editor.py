"""An editor with the YAML language server completes and underlines, offline, by the modelines.

Needs Node and `npm ci` in this folder; without them these tests are skipped.
"""

import shutil
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.editor.language_server import PROGRAM, LanguageServer

ROOT = Path(__file__).parent.parent.parent
PROCEDURE = """\
# yaml-language-server: $schema=../../../schemas/procedure.schema.json
procedure: case-review
title: Case Review
process: case-management
about: case
purpose: Decide a case.
roles: { clerk: anyone }
starts:
  - after: case-registration
    \nsteps:
  - step: judge
    do: Say whether the case is sound
    fomr: case
    \n  - step: verdict
    decide: case-verdict
    notify: case-decided
    \n  - step: finish
    title: Finish all that has been left over so far
    end: closed
"""
OVERRIDE = """\
# yaml-language-server: $schema=../schemas/decision.schema.json
overrides: incident-priority
settings:
  high_from: { value: 20 }
title: Ours
"""


@pytest.fixture(scope="module")
def server():
    if shutil.which("node") is None or not PROGRAM.exists():
        missing("no language server: install Node, then 'npm ci' in tests/editor")
    with LanguageServer(ROOT) as server:
        yield server


@pytest.fixture(scope="module")
def procedure(server):
    path = ROOT / "definitions" / "procedures" / "case-management" / "case-review.yaml"
    return path, server.underlined(path, PROCEDURE)


def test_mistakes_are_underlined_where_they_stand(procedure):
    _, underlined = procedure

    assert (14, "Property fomr is not allowed.") in underlined
    assert (12, 'Missing property "role".') in underlined
    assert (18, "Property notify is not allowed.") in underlined
    assert (21, "String is longer than the maximum length of 40.") in underlined


def test_a_step_is_offered_what_its_verb_takes_and_no_more(server, procedure):
    path, _ = procedure

    offered = server.completed(path, line=15, column=5).keys()

    assert {"title", "role", "instruction", "form", "asks", "outcomes"} <= offered
    assert not {"decide", "given", "notify", "signers", "do"} & offered


def test_a_start_is_offered_what_goes_with_its_cause(server, procedure):
    path, _ = procedure

    offered = server.completed(path, line=10, column=5).keys()

    assert "begins_at" in offered
    assert not {"by", "form"} & offered


def test_a_file_is_offered_what_it_does_not_say_yet_each_with_help(server, procedure):
    path, _ = procedure

    offered = server.completed(path, line=23, column=1)

    assert "stops_when" in offered
    assert "its tasks are withdrawn" in offered["stops_when"]


def test_a_key_explains_itself(server, procedure):
    path, _ = procedure

    assert "What a person does, in one line" in server.hovered(path, line=13, column=6)


def test_values_of_settings_are_checked_in_an_organisations_own_folder(server, tmp_path):
    # given a site folder with its schemas
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    # when a file overrides a setting
    underlined = server.underlined(tmp_path / "decisions" / "incident-priority.yaml", OVERRIDE)
    # then it is read as an override, not as a decision
    assert set(underlined) == {
        (4, 'Missing property "why".'),
        (5, "Property title is not allowed."),
    }


@pytest.mark.slow
def test_nothing_is_underlined_in_the_shipped_definitions(server):
    files = sorted((ROOT / "definitions").rglob("*.yaml"))

    for file in files:
        server.open(file, file.read_text())
    underlined = {file.name: server.told(file) for file in files}

    assert {name: found for name, found in underlined.items() if found} == {}
