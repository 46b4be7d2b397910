"""Decisions out of DMN, loaded like every other, and asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from server import loading
from server.cli.import_ import as_yaml
from server.domain.decision import Decision, NoVerdict
from server.notation.dmn import imported, read
from server.rules import Rules
from tests.loading.patching import copy_of_minimal


def brought(folder: Path, file: str) -> dict[str, Decision]:
    """The decisions of a file, by the key that they get here. They have no fault."""
    home = copy_of_minimal(folder)
    items = imported(read(file))
    for item in items:
        (home / "decisions" / f"{item.key}.yaml").write_text(as_yaml(item))
    loaded = loading.load([home])
    assert loaded.definitions is not None, [str(item) for item in loaded.diagnostics]
    return {item.key: loaded.definitions.decisions[item.key] for item in items}


def said(decision: Decision, **inputs: Any) -> Any:
    """What it says, null where it says nothing; the value alone where there is one output."""
    try:
        output = Rules({}).decide(decision, inputs).output
    except NoVerdict:
        return None
    return next(iter(output.values())) if len(output) == 1 else output
