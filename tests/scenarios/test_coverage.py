"""What stories pass of a procedure is counted, and those that are missing are written out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from server import loading
from server.loading.shape import is_in_shape
from server.rules import Rules
from server.usecases.rehearsal import play_all
from server.usecases.rehearsal.coverage import Covered, coverage
from server.usecases.rehearsal.missing import BLANK, stories
from tests import shipped
from tests.promises.shop import YARD, read
from tests.usecases.council_hall import COUNCIL


@pytest.fixture
def covered(tmp_path):
    """What the stories of the yard pass of a procedure, with or without them."""

    def look(*, told: bool) -> tuple[Covered, list[str]]:
        (tmp_path / "scenarios").mkdir()
        if told:
            yard = Path(__file__).parent / "yard.yaml"
            shutil.copyfile(yard, tmp_path / "scenarios" / "building.yaml")
        definitions = loading.load((*YARD, tmp_path)).definitions
        assert definitions is not None
        played = list(play_all(definitions, Rules(definitions.decisions).decide))
        [found] = coverage(definitions, played, [], ["building"], []).procedures
        return found, list(stories(definitions, found))

    return look


def test_stories_of_lists_waits_calls_and_what_is_needed_pass_everything(covered):
    found, missing = covered(told=True)

    assert (found.steps.missing, found.edges.missing, missing) == ((), (), [])
    assert (found.steps.total, found.edges.total, found.outcomes.total) == (15, 19, 5)


def test_without_stories_everything_is_missing(covered):
    found, _ = covered(told=False)

    assert (found.steps.passed, found.edges.passed) == (0, 0)
    assert "high-water: late" in found.edges.missing


def test_each_missing_story_is_yaml_to_be_filled_in(covered):
    _, missing = covered(told=False)

    whole = yaml.safe_load("stories:\n" + "\n".join(missing))
    titles = [story["story"] for story in whole["stories"]]
    assert len(titles) == len(set(titles)) == 11
    assert all(story["then"] == {"open": [BLANK]} for story in whole["stories"])


@pytest.mark.parametrize(
    "definitions", [shipped.definitions, lambda: read(COUNCIL)], ids=["shipped", "council"]
)
def test_each_missing_story_is_in_shape_once_it_is_filled_in(definitions):
    # given procedures of which nobody has told a story
    served = definitions()
    untold = coverage(served, [], [], served.procedures, []).procedures

    for found in untold:
        # when each blank of the stories that are missing has got something
        written = "stories:\n" + "\n".join(stories(served, found))
        filled = written.replace(f"after: {BLANK}", "after: 2 days").replace(BLANK, "x")

        # then it is a scenario
        key = found.procedure.key
        whole = {"scenario": key, "title": key, "procedure": key, **yaml.safe_load(filled)}
        assert is_in_shape("scenario", whole), filled


def test_a_missing_story_says_what_signers_say():
    served = read(COUNCIL)
    [found] = coverage(served, [], [], ["area-consent"], []).procedures

    [rejected] = [text for text in stories(served, found) if "sign, rejected" in text]
    assert rejected == (
        '  - story: "Area Consent: sign, rejected"\n'
        '    ledger: ["1.3 ___"]\n'
        "    when:\n"
        "      - { begin: area-consent, start: by-clerk, by: clerk, answers: { name: ___ } }\n"
        "      - complete: sign\n"
        "        by: speaker\n"
        "        outcome: reject\n"
        "        answers: { because: ___ }\n"
        "      - complete: sign\n"
        "        by: clerk\n"
        "        outcome: reject\n"
        "        answers: { because: ___ }\n"
        "      # so that it is rejected\n"
        "      - complete: adjust\n"
        "        by: clerk\n"
        "        answers: { reason: ___ }\n"
        "    then:\n"
        "      open: [___]\n"
    )


def test_a_missing_story_leads_through_tasks_waits_and_buttons(covered):
    _, missing = covered(told=False)

    [complaint] = [text for text in missing if "complain" in text]
    assert complaint == (
        '  - story: "Building: complain"\n'
        '    ledger: ["2.1 ___"]\n'
        "    when:\n"
        "      - { begin: building, start: ordered, by: clerk, answers: { name: ___ } }\n"
        "      - { as_needed: complaint, by: ___ }\n"
        "      - complete: complain\n"
        "        by: master\n"
        "    then:\n"
        "      open: [___]\n"
    )
    assert any("- after: ___   # until 'Wait for high water' is over" in text for text in missing)
