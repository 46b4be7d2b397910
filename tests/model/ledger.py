"""The ledger of the process model: what a faithful model must carry, item by item.

It lies beside the repository and belongs to somebody else, so it is read where it is and never
copied. On a machine without it the tests that need it are skipped; in CI that is a failure.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

MODEL = Path(__file__).resolve().parents[2].parent / "shared" / "model"
LEDGERS = ("ledger-chapters-1-6.yaml", "ledger-chapters-7-11.yaml")
PAPER = "white-paper.txt"


@dataclass(frozen=True)
class Item:
    """One thing to carry. `kind` is start, act, outcome, loop, end or link.

    `times` counts the items of this label: two links may lead to one procedure.
    """

    label: str
    kind: str
    is_inferred: bool = False
    by_application: bool = False
    times: int = 1


def text_of(name: str) -> str:
    path = MODEL / name
    if not path.exists():
        sentence = f"{name} of the process model is not beside the repository"
        if os.environ.get("CI") == "true" or os.environ.get("PROCEDURA_REQUIRE") == "1":
            pytest.fail(f"{sentence}, and CI needs it")
        pytest.skip(sentence)
    return path.read_text(encoding="utf-8")


@functools.cache
def procedures() -> Mapping[str, Mapping[str, Any]]:
    """Every procedure of the ledger by its id, such as event-management/event-handling."""
    found = {}
    for name in LEDGERS:
        for item in next(yaml.load_all(text_of(name), yaml.CSafeLoader)):
            found[item["id"]] = item
    return found


@functools.cache
def kept() -> Mapping[str, frozenset[str]]:
    """The roles and the entities of each procedure by its id, as `role: operator`, `entity: event`."""
    found: dict[str, set[str]] = {}
    for name in LEDGERS:
        _, beside = yaml.load_all(text_of(name), yaml.CSafeLoader)
        for kind, told in (("role", beside["roles"]), ("entity", beside["entities"])):
            for key, one in told.items():
                for where in one.get("procedures", ()):
                    procedure = where if isinstance(where, str) else where["id"]
                    found.setdefault(procedure, set()).add(f"{kind}: {key}")
    return {procedure: frozenset(labels) for procedure, labels in found.items()}


def items(procedure: Mapping[str, Any]) -> Mapping[str, Item]:
    """What the ledger asks of a procedure, by the label it gives."""
    found: dict[str, Item] = {}
    for item in _items(procedure):
        before = found.get(item.label)
        if before is None:
            found[item.label] = item
        else:
            inferred = before.is_inferred and item.is_inferred
            found[item.label] = Item(item.label, item.kind, inferred, times=before.times + 1)
    return found


def _items(procedure: Mapping[str, Any]) -> Iterator[Item]:
    for start in procedure["starts_when"]:
        yield Item(start.get("id") or start["n"], "start", _inferred(start))
    for act in procedure["acts"]:
        yield Item(act["n"], "act", _inferred(act), act["role"] == "application")
    for decision in procedure["decisions"]:
        for outcome in decision["outcomes"]:
            label = f"{decision['n']}: {outcome['label']}"
            yield Item(label, "outcome", _inferred(decision) or _inferred(outcome))
    for loop in procedure["loops"]:
        # Loops without a label of their own go back through an outcome, which is listed already.
        if loop.get("control"):
            yield Item(f"{loop['id']}: again", "loop", _inferred(loop))
            yield Item(f"{loop['id']}: done", "loop", _inferred(loop))
        elif "id" in loop:
            yield Item(loop["id"], "loop", is_inferred=True)
    for end in procedure["ends"]:
        name = end if isinstance(end, str) else end["name"]
        yield Item(f"end: {name}", "end")
    for link in procedure["links_out"]:
        yield Item(f"link: {link['to']}", "link", _inferred(link))


def _inferred(item: Mapping[str, Any]) -> bool:
    return bool(item.get("inferred"))
