"""What the checks of jumps share: every place that says which step follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.loading.manuscript import written_steps
from server.loading.marked import Path

Jump = tuple[str, Path, Path]
"""The step that follows, where that is written, and the path of the list it is written in.

The turn of a step with `for_each` is a list of its own, at the path of the step.
"""


def jumps(data: Mapping[str, Any]) -> Iterator[Jump]:
    """All jumps of a procedure as it is written, those of its starts first."""
    for index, start in enumerate(data["starts"]):
        if "begins_at" in start:
            yield start["begins_at"], ("starts", index, "begins_at"), ("steps",)
    for path, raw in written_steps(data):
        for target, inner in _of_step(raw):
            in_turn = "for_each" in raw and inner != ("then",)
            yield target, (*path, *inner), path if in_turn else path[:-1]


def _of_step(raw: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    if "then" in raw:
        yield raw["then"], ("then",)
    for key, outcome in raw.get("outcomes", {}).items():
        if isinstance(outcome, str):
            yield outcome, ("outcomes", key)
        elif "then" in outcome:
            yield outcome["then"], ("outcomes", key, "then")
    for index, row in enumerate(raw.get("choose", ())):
        for key in ("then", "otherwise"):
            if key in row:
                yield row[key], ("choose", index, key)
