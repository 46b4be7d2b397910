"""The shipped stories, told by the product: the same happens through the API, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server import loading
from server.domain.definitions import Definitions
from server.domain.scenario import Pass, Scenario, Story
from server.engine.history import kind
from server.usecases.rehearsal import Player, play
from server.usecases.rehearsal.player import MONDAY
from server.usecases.rehearsal.stage import Line
from tests.promises.shop import YARD
from tests.scenarios.served import Served, with_office
from tests.scenarios.surfaces import ClockedProcess, within
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
    return with_office(loaded.definitions)


def test_every_story_goes_the_same_way_through_the_api_as_in_memory(
    definitions, database, tmp_path
):
    stage = Served(definitions, database)
    stage.surface = within(stage, tmp_path)

    assert list(otherwise(stage, stories(definitions))) == []


def test_stories_in_which_time_passes_go_the_same_way_with_a_server(database, tmp_path):
    # given a server in a process of its own, and the shipped stories in which time passes
    definitions = loading.load(loading.folders([])).definitions
    assert definitions is not None
    database.engine.connect().close()  # made for the first who comes, so it is there
    process = ClockedProcess(database.engine.url.render_as_string(hide_password=False), tmp_path)
    process.carry_out("db", "apply")
    stage = Served(definitions, database)
    process.clock.write_text(stage.now.isoformat())
    stage.surface = process.surface(stage)
    timed = [
        (scenario, story)
        for scenario, story in stories(definitions)
        if any(isinstance(act, Pass) for act in story.acts)
    ]
    process.start()
    try:
        # when its people play them
        # then they go as told
        assert list(otherwise(stage, timed)) == []
    finally:
        process.kill()
    assert len(timed) > 8


def stories(definitions: Definitions) -> Iterator[tuple[Scenario, Story]]:
    for scenario in definitions.scenarios.values():
        for story in scenario.stories:
            yield scenario, story


def otherwise(stage: Served, told_here: Iterable[tuple[Scenario, Story]]) -> Iterator[str]:
    """Where stories go otherwise than told, or leave another history than in memory."""
    for scenario, story in told_here:
        rehearsed = play(stage.definitions, stage.rules.decide, scenario, story)
        names = stage.enter_given(story.given, story.given.now or MONDAY)
        played = Player(stage.definitions, scenario, story, stage, names).play()
        for item in (*rehearsed.differences, *played):
            yield f"{story.title}: {item.path}: {item.sentence}"
        if happened(stage.history()) != happened(rehearsed.history):
            yield f"{story.title}: another history"


def happened(history: Iterable[Line]) -> list[tuple[int, str, str, str | None]]:
    """What has happened to each run in order; runs are counted anew."""
    runs = sorted({line.run for line in history})
    return [
        (runs.index(line.run), line.procedure, kind(line.event), line.event.step)
        for line in sorted(history, key=lambda line: line.run)
    ]
