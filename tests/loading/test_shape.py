"""The quick validator takes nothing in which the one that tells what is wrong finds anything."""

import datetime as dt
import random
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from server import loading
from server.loading.marked import parse
from server.loading.shape import is_in_shape, schema
from server.loading.sources import FOLDERS, MODEL
from tests.loading.test_mutations import mutated

ROOT = Path(loading.__file__).parents[2] / "definitions"
FILES = sorted(ROOT.rglob("*.yaml"))


def kind_of(file: Path) -> str:
    folder = file.relative_to(ROOT).parts[0]
    return next((kind for kind, name in FOLDERS.items() if name == folder), MODEL)


@pytest.mark.parametrize(
    "rounds", [1, pytest.param(20, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_whatever_is_broken_is_taken_only_where_nothing_is_wrong(rounds):
    chance, taken = random.Random(7), 0
    for file in FILES[:: 40 // rounds]:
        kind, data = kind_of(file), parse(file.read_bytes(), "")[0].data
        told = Draft7Validator(schema(kind))
        for _ in range(rounds):
            broken = mutated(data, chance)
            if is_in_shape(kind, broken):
                taken += 1
                assert told.is_valid(broken), (file, list(told.iter_errors(broken)))
    assert taken


@pytest.mark.parametrize(
    "odd", [{1: "one"}, {"purpose": "\ud800"}, {"title": dt.date(2026, 1, 1)}, [], None, 7]
)
def test_what_json_cannot_hold_is_left_to_the_one_that_tells(odd):
    assert not is_in_shape("role", odd)
