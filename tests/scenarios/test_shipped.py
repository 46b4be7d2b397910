"""The shipped procedures go as their scenarios tell, and the scenarios tell all of them."""

from __future__ import annotations

import pytest

from server.usecases.rehearsal.testing import Rehearsed, rehearse


@pytest.fixture(scope="module")
def tested() -> Rehearsed:
    return rehearse([])


def test_every_story_goes_as_told(tested):
    told = [f"{item.mark}: {item.story}: {item.sentence}" for item in tested.unexpected]

    assert told == []
    assert tested.is_right


def test_the_stories_pass_every_step_edge_and_outcome(tested):
    missing = {
        item.procedure.key: item.edges.missing + item.steps.missing
        for item in tested.coverage.procedures
        if item.left or item.steps.missing
    }

    assert missing == {}


def test_every_rule_is_shown_by_a_story_or_a_test_of_its_decision(tested):
    missing = {key: share.missing for key, share in tested.coverage.rules.items() if share.missing}

    assert missing == {}
