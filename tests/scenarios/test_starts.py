"""Whatever begins a procedure is written, checked, drawn and rehearsed, also what only time begins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server import loading
from server.domain.definitions import Definitions
from server.domain.procedure import Beginning
from server.notation import Titles, swim_lanes
from server.rules import Rules
from server.usecases.rehearsal import play_all
from tests.notation.measuring import faults
from tests.promises.shop import YARD

KINDS = ("by", "after", "when", "at", "every")


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Definitions:
    folder = tmp_path_factory.mktemp("starts")
    (folder / "scenarios").mkdir()
    beginnings = Path(__file__).parent / "starts.yaml"
    shutil.copyfile(beginnings, folder / "scenarios" / "beginnings.yaml")
    loaded = loading.load((*YARD, folder))
    assert [str(item) for item in loaded.diagnostics if item.is_error] == []
    assert loaded.definitions is not None
    return loaded.definitions


def kind(start: Beginning) -> str:
    [found] = [name for name in KINDS if getattr(start, name) is not None]
    return found


def test_there_is_a_procedure_for_every_kind(yard) -> None:
    found = {kind(start) for item in yard.procedures.values() for start in item.starts}

    assert found == set(KINDS)


def test_each_is_rehearsed(yard) -> None:
    played = list(play_all(yard, Rules(yard.decisions).decide))

    assert [found for story in played for found in story.differences] == []
    assert len(played) == 7


def test_each_is_drawn(yard) -> None:
    titles = Titles.of(yard)
    for procedure in yard.procedures.values():
        drawing = swim_lanes(procedure, titles, link=lambda what, key: f"/{what}/{key}/")
        assert faults(drawing) == []
