"""Runs as the API tells of them: what has come out of their steps so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.journeys.trace import Node


class Looked:
    """Runs as they were when looked at last: one is read anew where it has gone on since."""

    def __init__(self, read: Callable[[int], Any]) -> None:
        self._read = read
        self._seen: dict[int, Any] = {}

    def at(self, lines: Iterable[Mapping[str, Any]]) -> list[Any]:
        """The runs of these lines, oldest first."""
        for line in lines:
            seen = self._seen.get(line["id"])
            if seen is None or seen["revision"] != line["revision"]:
                self._seen[line["id"]] = self._read(line["id"])
        return [self._seen[run] for run in sorted(line["id"] for line in lines)]


def passed_in(runs: Iterable[Mapping[str, Any]], node: Node) -> list[str]:
    """The outcomes with which a step was passed, one after the other; `""` for that it was."""
    passed = []
    for run in runs:
        for line in run["history"]:
            if (run["procedure"], line["step"]) == node:
                passed += outcomes_of(line) or ("",)
    return passed


def outcomes_of(line: Mapping[str, Any]) -> tuple[str, ...]:
    """What a line of history says came out of its step."""
    facts = line["facts"]
    match line["kind"]:
        case "chosen":
            return (facts["rule"],)
        case "task-completed":
            return (facts["outcome"],) if facts.get("outcome") else ()
        case "round-closed":
            return (facts["result"],)
        case "decided":
            output = facts["output"].get("answers", facts["output"])
            return tuple(
                {True: "yes", False: "no"}.get(value, str(value)) for value in output.values()
            )
        case _:
            return ()
