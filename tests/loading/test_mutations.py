"""Whatever is done to a file, loading tells of it in sentences or takes it; it never falls over."""

import copy
import random
from pathlib import Path

import pytest

from server import loading
from server.loading.bundles import canonical
from server.loading.marked import parse
from tests.loading.patching import MINIMAL, copy_of_minimal

JUNK = (
    None, True, 0, -1, 3.5, "", [], {}, "x y", "a.b.c", ["x"], [None], {"a": None}, "done", "and",
    "case", "(", "\x07", "é" * 50, "a: b", {"then": "x"}, "[1..", "now", "{{ x", 10**17,
)  # fmt: skip
FILES = sorted(MINIMAL.rglob("*.yaml"))
DATA = {file: parse(file.read_bytes(), "")[0].data for file in FILES}


def places(data, path=()):
    """Every place in the data: the path to what holds it, and its key there."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield path, key
            yield from places(value, (*path, key))


def words(data):
    """Every text in the data."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    yield from (
        [data] if isinstance(data, str) else (word for item in inner for word in words(item))
    )


WORDS = [word for data in DATA.values() for word in words(data)]


def mutated(data, chance):
    """The data with something taken out, doubled, replaced, renamed or misspelt."""
    data = copy.deepcopy(data)
    path, key = chance.choice(list(places(data)))
    around = data
    for part in path:
        around = around[part]
    match chance.randrange(5):
        case 0:
            del around[key]
        case 1:
            around[key] = copy.deepcopy(chance.choice(JUNK))
        case 2 if isinstance(around, list):
            around.insert(key, copy.deepcopy(around[key]))
        case 2 | 3 if isinstance(around, dict):
            around[chance.choice(WORDS)] = around.pop(key)
        case _ if isinstance(around[key], str) and around[key]:
            at = chance.randrange(len(around[key]))
            put = chance.choice(("", " ", ".", "-", "(", '"', "{{", "x", "\n"))
            around[key] = around[key][:at] + put + around[key][at + 1 :]
    return data


def load_with(folder: Path, file: Path, text: str):
    target = folder / file.relative_to(MINIMAL)
    target.write_text(text)
    try:
        return loading.load([folder])
    finally:
        target.write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    "seeds",
    [range(60), pytest.param(range(60, 2000), marks=pytest.mark.slow)],
    ids=["some", "many"],
)
def test_mutated_definitions_are_told_about_or_taken(tmp_path, seeds):
    folder = copy_of_minimal(tmp_path)
    for seed in seeds:
        chance = random.Random(seed)
        file = chance.choice(FILES)
        data = DATA[file]
        for _ in range(chance.choice((1, 1, 2, 4))):
            if list(places(data)):
                data = mutated(data, chance)

        loaded = load_with(folder, file, canonical(data))

        assert loaded.definitions is not None or loaded.diagnostics
        for item in loaded.diagnostics:
            assert item.message.endswith((".", "?")), item
            assert item.mark.line >= 1
            assert "Traceback" not in str(item)
