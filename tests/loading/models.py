"""Variations of the minimal model, a few lines each."""

from __future__ import annotations

from pathlib import Path

from server import loading
from server.domain.definitions import Definitions
from tests.loading.patching import copy_of_minimal, lay_example_over

JUDGE = """\
  - step: judge
    title: Judge the case
    role: clerk
    do: Say whether the case is sound
    instruction: Read all of it, twice where money is concerned.
    asks: { sound: Is the case sound? }
    as: judgement
"""
REVIEW = "procedure: case-review\n"


def told(folder: Path, *examples: str) -> list[str]:
    """What is told about the minimal model with these laid over it: `CODE line:column`, errors."""
    copy_of_minimal(folder)
    for example in examples:
        lay_example_over(folder, example)
    return [
        f"{item.code} {item.mark.line}:{item.mark.column}"
        for item in loading.load([folder]).diagnostics
        if item.is_error
    ]


def served(folder: Path, *examples: str) -> Definitions:
    """The minimal model with these laid over it; they have no fault."""
    copy_of_minimal(folder)
    for example in examples:
        lay_example_over(folder, example)
    loaded = loading.load([folder])
    assert loaded.definitions is not None, [str(item) for item in loaded.diagnostics]
    return loaded.definitions
