"""Ways through the procedures: from a start that somebody can make to an outcome of a step."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.definitions import Definitions
from server.domain.procedure import (
    DONE,
    Beginning,
    Call,
    Choose,
    ContinueIn,
    Decide,
    End,
    Procedure,
    Start,
    Step,
    inner_lists,
)

Node = tuple[str, str]
"""A step, by the keys of its procedure and its own."""
Facts = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""What the trace says leads to an outcome, by procedure, step and outcome."""
UNCERTAIN = 50
"""How much longer a way counts for each gateway of which the trace does not say what leads on."""


@dataclass(frozen=True)
class Edge:
    source: Node
    outcome: str | None
    target: Node


@dataclass(frozen=True)
class Way:
    """`start` is by hand or by a new record; `outcomes` are taken on the way, the last one too."""

    procedure: Procedure
    start: Beginning
    nodes: tuple[Node, ...]
    outcomes: Mapping[Node, str]


def ways(definitions: Definitions, facts: Facts, node: Node, outcome: str) -> Iterator[Way]:
    """The shortest way from each start, the likeliest first."""
    edges = tuple(_edges(definitions))
    found = []
    for procedure in definitions.procedures.values():
        for start in procedure.starts:
            if start.by is None and start.when is None:
                continue
            first = (procedure.key, start.begins_at or procedure.steps[0].key)
            taken = _shortest(edges, facts, first, node)
            if taken is not None:
                cost, path = taken
                outcomes = {edge.source: edge.outcome for edge in path if edge.outcome}
                nodes = (first, *(edge.target for edge in path))
                way = Way(procedure, start, nodes, {**outcomes, node: outcome})
                found.append((cost, len(found), way))
    for _, _, way in sorted(found):
        yield way


def _shortest(
    edges: tuple[Edge, ...], facts: Facts, first: Node, goal: Node
) -> tuple[int, tuple[Edge, ...]] | None:
    leaving: dict[Node, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
    count = itertools.count()
    waiting: list[tuple[int, int, Node, tuple[Edge, ...]]] = [(0, next(count), first, ())]
    seen: set[Node] = set()
    while waiting:
        cost, _, node, path = heapq.heappop(waiting)
        if node == goal:
            return cost, path
        if node in seen:
            continue
        seen.add(node)
        for edge in leaving.get(node, ()):
            known = edge.outcome is None or (*node, edge.outcome) in facts
            longer = cost + (1 if known else UNCERTAIN)
            heapq.heappush(waiting, (longer, next(count), edge.target, (*path, edge)))
    return None


def _edges(definitions: Definitions) -> Iterator[Edge]:
    for procedure in definitions.procedures.values():
        yield from _of_list(definitions, procedure, procedure.steps, None)


def _of_list(
    definitions: Definitions, procedure: Procedure, steps: tuple[Step, ...], after: str | None
) -> Iterator[Edge]:
    for step, following in itertools.zip_longest(steps, steps[1:]):
        node = (procedure.key, step.key)
        default = step.then or (following.key if following else DONE)
        if isinstance(step.action, Start | ContinueIn | Call):
            other = definitions.procedures[step.action.procedure]
            entry = _entry(other, procedure.key, step.action.enters)
            yield Edge(node, None, (other.key, entry.begins_at or other.steps[0].key))
        for inner in inner_lists(step):
            yield Edge(node, None, (procedure.key, inner.steps[0].key))
            yield from _of_list(definitions, procedure, inner.steps, default)
        if isinstance(step.action, Call):
            yield from _back(definitions, procedure, step, default)
        if isinstance(step.action, End | ContinueIn | Call):
            continue
        for outcome, target in _targets(step, default):
            place = after if target == DONE else target
            if place not in {None, DONE}:
                yield Edge(node, outcome, (procedure.key, str(place)))


def _back(
    definitions: Definitions, procedure: Procedure, step: Step, default: str
) -> Iterator[Edge]:
    """From each end of a procedure that is called to what follows here."""
    assert isinstance(step.action, Call)
    other = definitions.procedures[step.action.procedure]
    for end in other.walk():
        if isinstance(end.action, End) and end.action.name in step.outcomes:
            target = step.outcomes[end.action.name].then or default
            yield Edge((other.key, end.key), None, (procedure.key, target))


def _targets(step: Step, default: str) -> Iterator[tuple[str | None, str]]:
    if isinstance(step.action, Choose):
        for rule in step.action.gateway.rules:
            yield rule.key, str(rule.then["then"])
    elif step.outcomes:
        for key, outcome in step.outcomes.items():
            yield key, outcome.then or default
    else:
        yield None, default


def _entry(other: Procedure, source: str, enters: str | None) -> Beginning:
    return next(
        start for start in other.starts if start.after == source and enters in {None, start.key}
    )


def is_automatic(step: Step) -> bool:
    """Whether rules say the outcome, and no person."""
    return isinstance(step.action, Choose | Decide)
