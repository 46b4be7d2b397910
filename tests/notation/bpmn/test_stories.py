"""SpiffWorkflow executes the exported procedures as our engine carried them out in every story.

Each run of each story is gone through again there by the same outcomes: see `twin`.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from SpiffWorkflow.exceptions import WorkflowException

from server.engine import events as happened
from server.rules import Rules
from server.usecases.rehearsal import play
from tests.notation.bpmn.exports import DEFINITIONS, EXPORTS
from tests.notation.bpmn.twin import Twin

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

RULES = Rules(DEFINITIONS.decisions, "python")
STORIES = [
    pytest.param(scenario, story, id=f"{scenario.key}: {story.title}")
    for scenario in DEFINITIONS.scenarios.values()
    for story in scenario.stories
]
CLOSURE = "incident-request-closure"


def runs(scenario, story):
    """What happened to each run of a story: procedure and events."""
    lines = defaultdict(list)
    for line in play(DEFINITIONS, RULES.decide, scenario, story).history:
        lines[line.procedure, line.run].append(line.event)
    return [(procedure, events) for (procedure, _), events in lines.items()]


def follow(runs_of_story, exports=EXPORTS):
    for key, events in runs_of_story:
        Twin(DEFINITIONS.procedures[key], exports[key]).follow(events)


@pytest.mark.parametrize(("scenario", "story"), STORIES)
def test_every_run_of_a_story_goes_the_same_way(scenario, story):
    follow(runs(scenario, story))


@pytest.fixture(scope="module")
def closures():
    """The runs of all stories about closing a request."""
    scenario = DEFINITIONS.scenarios[CLOSURE]
    return [runs(scenario, story) for story in scenario.stories]


def test_stories_are_followed_to_the_end(closures):
    ended = {
        event.end
        for story in closures
        for procedure, events in story
        for event in events
        if procedure == CLOSURE and isinstance(event, happened.RunEnded)
    }
    assert len(ended) > 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # another step after an outcome
        ('targetRef="step.record"', 'targetRef="step.hand-on"'),
        # a way that nothing takes
        ("outcome.resolve.solved", "outcome.resolve.unsolved"),
        # branches that wait for each other, where the first should end the others
        ("<bpmn:terminateEventDefinition />", ""),
    ],
)
def test_what_is_exported_wrongly_is_noticed(closures, before, after):
    # given an export with one thing wrong
    text = EXPORTS[CLOSURE]
    assert before in text
    wrong = {**EXPORTS, CLOSURE: text.replace(before, after)}
    # then some story goes another way there
    assert [story for story in closures if goes_wrong(story, wrong)]


def goes_wrong(story, exports):
    try:
        follow(story, exports)
    except (AssertionError, WorkflowException):
        return True
    return False
