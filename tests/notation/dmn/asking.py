"""Decisions out of DMN, loaded like every other, and asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from server import loading
from server.cli.import_ import as_yaml
from server.domain.decision import Decision, NoVerdict
from server.loading import Diagnostic
from server.notation.dmn import imported, read
from server.rules import Rules
from tests.loading.patching import copy_of_minimal


def brought(folder: Path, file: str) -> dict[str, Decision]:
    """The decisions of a file, by the key that they get here.

    They have no fault but those that the tables had before: rules that overlap, or never decide.
    """
    home = copy_of_minimal(folder)
    items = imported(read(file))
    for item in items:
        (home / "decisions" / f"{item.key}.yaml").write_text(as_yaml(item))
    loaded = loading.load([home])
    faults = [str(item) for item in loaded.diagnostics if item.is_error and not _is_old(item)]
    assert faults == []
    return {item.key: loaded.tested[item.key] for item in items}


def _is_old(item: Diagnostic) -> bool:
    """Whether it is about what rules say together, which importing does not change."""
    return item.code.startswith("DEC02")


def said(decision: Decision, **inputs: Any) -> Any:
    """What it says, null where it says nothing; the value alone where there is one output."""
    try:
        output = Rules({}).decide(decision, inputs).output
    except NoVerdict:
        return None
    return next(iter(output.values())) if len(output) == 1 else output
