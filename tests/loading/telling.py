"""What is told about folders, by loading them, and where it takes rules by playing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from server import loading
from server.loading import Diagnostic
from server.usecases.publish import TRIAL_SECONDS, checked
from tests.loading.patching import copy_of_minimal, lay_example_over

PLAYED = {
    "DEC901": 0.001,
    "DEC902": TRIAL_SECONDS,
    "COR902": TRIAL_SECONDS,
    "KPI902": TRIAL_SECONDS,
    "TGT902": TRIAL_SECONDS,
}
"""Codes of what is found only where there are rules, and in how many seconds tables are tried: no
table is known that the engine does not take, so one is given no time."""


def told(code: str, folders: Sequence[Path], seconds: float | None = None) -> Sequence[Diagnostic]:
    """Everything that is told where this code is looked for."""
    loaded = loading.load(folders)
    if code not in PLAYED:
        return loaded.diagnostics
    return checked(loaded, trial_seconds=seconds or PLAYED[code]).diagnostics


def laid_over(folder: Path, code: str, *examples: str) -> list[str]:
    """The sentences of this code about the minimal model with these laid over it; it has no error."""
    copy_of_minimal(folder)
    for example in examples:
        lay_example_over(folder, example)
    diagnostics = loading.load([folder]).diagnostics
    assert [str(item) for item in diagnostics if item.is_error] == []
    return [item.message for item in diagnostics if item.code == code]
