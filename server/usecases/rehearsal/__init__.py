"""Scenarios played without a database: the engine and the rules, records in memory, a set clock.

stage         where stories are played, as a player sees it
inmemory      the stage that needs no database, with its memory (records) and runs
setting       the people and records that a story gives
player        plays a story, act by act
seen          the stage, looked at from a story
offers        what people are offered to do and to fill in, beside what a story expects
expectations  everything else that a story expects, beside what is
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.domain.definitions import Definitions
from server.domain.scenario import Scenario, Story
from server.engine.draft import Decide, Draft
from server.usecases.rehearsal import setting
from server.usecases.rehearsal.inmemory import Rehearsal
from server.usecases.rehearsal.player import MONDAY, Difference, Played, Player

__all__ = ["Difference", "Played", "Player", "Rehearsal", "play", "play_all"]


def play_all(
    definitions: Definitions, decide: Decide, scenarios: Iterable[Scenario] | None = None
) -> Iterator[Played]:
    """Every story of these scenarios, or of all, as it went."""
    for scenario in definitions.scenarios.values() if scenarios is None else scenarios:
        for story in scenario.stories:
            yield play(definitions, decide, scenario, story)


def play(definitions: Definitions, decide: Decide, scenario: Scenario, story: Story) -> Played:
    """One story, on a stage of its own."""
    stage = Rehearsal(definitions, decide, story.given.now or MONDAY)
    draft = Draft(stage.memory, definitions.entities, definitions.decisions, decide, stage.now)
    names, statuses = setting.enter(story.given, draft, definitions.entities)
    stored = stage.memory.save(draft.changes)
    for record, status in statuses.items():
        stage.memory.put(stored[record], {"status": status})
    known = {name: stored[record] for name, record in names.items()}
    found = Player(definitions, scenario, story, stage, known).play()
    return Played(scenario.key, story, found, stage.history(), tuple(stage.runs.hits))
