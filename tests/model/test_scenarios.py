"""What stories expect is taken from the source of the model: each item they cite is there, and passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.domain.scenario import Act, Begin, Story, Then
from server.rules import Rules
from server.usecases.rehearsal import Played, play_all
from server.usecases.rehearsal.coverage import passed_by
from tests.model import ledger

TRACES = (Path(__file__).parent / "trace.yaml",)


@pytest.fixture(scope="module")
def played(shipped) -> tuple[Played, ...]:
    return tuple(play_all(shipped, Rules(shipped.decisions).decide))


def trace() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Any] = {}
    for file in TRACES:
        found |= yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


def cited(played) -> Iterator[tuple[Played, str, str]]:
    """Each item that a story cites: its chapter and number, and its label."""
    for one in played:
        for citation in one.story.ledger:
            number, _, label = citation.partition(" ")
            yield one, number, label


def test_every_item_that_a_story_cites_is_in_the_ledger(played):
    known = {
        f"{item['chapter']}.{item['number']}": ledger.items(item).keys() | ledger.kept()[key]
        for key, item in ledger.procedures().items()
    }

    strange = {
        f"{number} {label}"
        for _, number, label in cited(played)
        if label not in known.get(number, ())
    }

    assert strange == set()


def test_every_story_rests_on_the_ledger_or_on_a_rule_of_the_language(shipped):
    unfounded = {
        story.title
        for scenario in shipped.scenarios.values()
        for story in scenario.stories
        if not story.ledger and not story.language
    }

    assert unfounded == set()


def test_what_rests_on_cancellation_is_of_a_procedure_that_can_be_stopped(shipped):
    strange = {
        story.title
        for scenario in shipped.scenarios.values()
        for story in scenario.stories
        if "cancellation" in story.language
        and not any(
            shipped.procedures[key].stops_when for key in (scenario.procedure, *begun(story))
        )
    }

    assert strange == set()


def begun(story: Story) -> Iterator[str]:
    yield from (act.procedure for act in story.acts if isinstance(act, Begin))


def test_what_is_on_record_or_done_by_hand_is_told_of_roles_and_entities_of_the_ledger(played):
    unfounded = {
        one.story.title
        for one in played
        if any(beside(act) for act in one.story.acts)
        and not any(item.split()[1] in {"role:", "entity:"} for item in one.story.ledger)
    }

    assert unfounded == set()


def beside(act: Act) -> bool:
    """Whether it tells of what may be done by hand, and of what has to be on record."""
    return isinstance(act, Then) and bool(act.may or act.may_not or act.may_become or act.new)


def test_every_outcome_of_the_ledger_is_shown_by_a_story(shipped, played):
    shown = {f"{number} {label}" for _, number, label in cited(played)}
    told = {item.procedure for item in shipped.scenarios.values()}

    untold = set()
    for item in ledger.procedures().values():
        if item["id"].rsplit("/", 1)[-1] in told:
            number = f"{item['chapter']}.{item['number']}"
            for label, asked in ledger.items(item).items():
                if asked.kind in {"outcome", "end"}:
                    untold |= {f"{number} {label}"} - shown

    assert untold == set()


def test_a_story_passes_the_step_and_outcome_of_what_it_cites(shipped, played):
    places = {
        (f"{procedure.chapter}.{procedure.number}", label): (procedure, place)
        for key, labels in trace().items()
        for procedure in [shipped.procedures[key.rsplit("/", 1)[-1]]]
        for label, place in labels.items()
    }

    missed = []
    for one, number, label in cited(played):
        procedure, place = places.get((number, label), (None, {}))
        step = place.get("step")
        if procedure is None or step is None:
            continue
        passed = passed_by(procedure, one.history)
        outcome = {True: "yes", False: "no"}.get(place.get("outcome"), place.get("outcome"))
        ways = {way for at, way in passed if at == step}
        if not ways or (outcome is not None and outcome not in ways):
            missed.append(f"{one.story.title}: {number} {label} ({step}, {outcome})")

    assert missed == []
