"""What tests/model/trace.yaml says of ways: the facts that lead to outcomes, and what comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

Node = tuple[str, str]
"""A step, by the keys of its procedure and its own."""


@dataclass(frozen=True)
class Trace:
    """`facts` lead to an outcome, by procedure, step and outcome.

    `before` names, for a step that gathers what is there already, the step of another procedure
    that brings it there. `through` names what the way to an outcome leads through, where not every
    way leads there. `lets_go_on` names, for a step that waits, the step of another procedure that
    lets it go on.
    """

    facts: Mapping[tuple[str, str, str], Mapping[str, Any]]
    before: Mapping[Node, Node]
    through: Mapping[tuple[str, str, str], Node]
    lets_go_on: Mapping[Node, Node]

    @classmethod
    def of(cls, told: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Self:
        places = [
            (name.split("/")[-1], place)
            for name, found in told.items()
            for place in found.values()
        ]
        steps = [
            ((key, place["step"]), place)
            for key, place in places
            if "step" in place and "outcome" not in place
        ]
        outcomes = {
            (key, place["step"], outcome_of(place)): place
            for key, place in places
            if "outcome" in place
        }
        return cls(
            {key: place.get("facts", {}) for key, place in outcomes.items()},
            {key: _node(place["before"]) for key, place in steps if "before" in place},
            {
                key: _node(place["through"])
                for key, place in outcomes.items()
                if "through" in place
            },
            {key: _node(place["through"]) for key, place in steps if "through" in place},
        )


def outcome_of(place: Mapping[str, Any]) -> str:
    return {True: "yes", False: "no"}.get(place["outcome"], str(place["outcome"]))


def _node(told: str) -> Node:
    procedure, _, step = told.partition("/")
    return procedure, step
