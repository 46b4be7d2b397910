"""The shipped stories, told again where there is a database: the same happens, on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from server import loading
from server.domain.definitions import Definitions
from server.engine.events import kind
from server.rules import Rules
from server.usecases.rehearsal import Player, play
from server.usecases.rehearsal.player import MONDAY
from tests.promises.shop import YARD
from tests.scenarios.served import Served
from tests.usecases.council_hall import COUNCIL

pytestmark = pytest.mark.slow


@pytest.fixture(params=["shipped", "yard", "council"])
def definitions(request, tmp_path) -> Definitions:
    """The shipped definitions; those of a yard, with lists and waits; and of a council that votes."""
    folders: tuple[Any, ...] = loading.folders([])
    if request.param == "yard":
        (tmp_path / "scenarios").mkdir()
        shutil.copyfile(Path(__file__).parent / "yard.yaml", tmp_path / "scenarios/building.yaml")
        folders = (*YARD, tmp_path)
    if request.param == "council":
        folders = (COUNCIL,)
    loaded = loading.load(folders)
    assert loaded.definitions is not None, loaded.diagnostics
    return loaded.definitions


def test_every_story_goes_the_same_way_with_a_database_as_without(definitions, database):
    rules = Rules(definitions.decisions)
    served = Served(definitions, database)
    otherwise = []
    for scenario in definitions.scenarios.values():
        for story in scenario.stories:
            # given the story as it is played in memory
            rehearsed = play(definitions, rules.decide, scenario, story)

            # when it is played through the use cases
            names = served.enter_given(story.given, story.given.now or MONDAY)
            differences = Player(definitions, scenario, story, served, names).play()

            # then it goes as told here and there, and leaves the same history
            otherwise += [
                f"{story.title}: {item.path}: {item.sentence}"
                for item in (*rehearsed.differences, *differences)
            ]
            if told(served.history()) != told(rehearsed.history):
                otherwise.append(f"{story.title}: another history")

    assert otherwise == []


def told(history) -> list[tuple[int, str, str, str | None]]:
    """What has happened to each run in order; runs are counted anew."""
    runs = sorted({line.run for line in history})
    return [
        (runs.index(line.run), line.procedure, kind(line.event), line.event.step)
        for line in sorted(history, key=lambda line: line.run)
    ]
