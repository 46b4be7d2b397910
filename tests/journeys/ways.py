"""Ways through the procedures: from a start that somebody can make to an outcome of a step."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from server.domain.beginning import Beginning
from server.domain.definitions import Definitions
from server.domain.procedure import Procedure
from server.domain.step import (
    Call,
    Choose,
    ContinueIn,
    Decide,
    End,
    Group,
    Start,
    Step,
    Together,
)
from server.domain.ways import DONE, inner_lists
from tests.journeys.trace import Node, Trace

UNCERTAIN = 50
"""How much longer a way counts for each gateway of which the trace does not say what leads on."""


@dataclass(frozen=True)
class Edge:
    source: Node
    outcome: str | None
    target: Node
    cost: int = 1


@dataclass(frozen=True)
class Way:
    """`start` is by hand or by a new record; `outcomes` are taken on the way, the last one too.

    A way may lead through a step more than once, so they are in the order in which it is passed.
    `before` is a way that has to be gone first, so that there is something to go on with.
    """

    procedure: Procedure
    start: Beginning
    nodes: tuple[Node, ...]
    outcomes: Mapping[Node, tuple[str, ...]]
    before: Way | None = None


def ways(definitions: Definitions, trace: Trace, node: Node, outcome: str) -> Iterator[Way]:
    """The shortest way from each start, the likeliest first.

    Without an outcome they lead to the step.
    """
    edges = tuple(_edges(definitions, trace))
    via = trace.through.get((*node, outcome))
    found = []
    for procedure in definitions.procedures.values():
        for start in procedure.starts:
            if start.by is None and start.when is None:
                continue
            first = (procedure.key, start.begins_at or procedure.steps[0].key)
            taken = _shortest(edges, trace, first, via) if via else (0, ())
            onwards = _shortest(edges, trace, via or first, node)
            if taken is not None and onwards is not None:
                cost, path = taken[0] + onwards[0], taken[1] + onwards[1]
                outcomes: dict[Node, tuple[str, ...]] = {}
                for edge in path:
                    if edge.outcome:
                        outcomes[edge.source] = (*outcomes.get(edge.source, ()), edge.outcome)
                nodes = (first, *(edge.target for edge in path))
                if outcome:
                    outcomes[node] = (*outcomes.get(node, ()), outcome)
                found.append((cost, len(found), Way(procedure, start, nodes, outcomes)))
    for _, _, way in sorted(found):
        (before,) = [trace.before[one] for one in way.nodes if one in trace.before] or [None]
        first = None if before is None else next(ways(definitions, trace, before, ""))
        yield replace(way, before=first)


def _shortest(
    edges: tuple[Edge, ...], trace: Trace, first: Node, goal: Node
) -> tuple[int, tuple[Edge, ...]] | None:
    leaving: dict[Node, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
    count = itertools.count()
    waiting: list[tuple[int, int, Node, tuple[Edge, ...]]] = [(0, next(count), first, ())]
    seen: set[tuple[Node, frozenset[str]]] = set()
    while waiting:
        cost, _, node, path = heapq.heappop(waiting)
        if node == goal:
            return cost, path
        left = {edge.source[0] for edge in path}
        waits = frozenset(left & {procedure for procedure, _ in trace.lets_go_on})
        if (node, waits) in seen:
            continue
        seen.add((node, waits))
        for edge in leaving.get(node, ()):
            if trace.lets_go_on.get(edge.target) == node and edge.target[0] not in waits:
                continue  # nobody waits there yet
            known = edge.outcome is None or (*node, edge.outcome) in trace.facts
            longer = cost + edge.cost + (0 if known else UNCERTAIN)
            heapq.heappush(waiting, (longer, next(count), edge.target, (*path, edge)))
    return None


def _edges(definitions: Definitions, trace: Trace) -> Iterator[Edge]:
    for procedure in definitions.procedures.values():
        for edge in _of_list(definitions, procedure, procedure.steps, None):
            if edge.target not in trace.lets_go_on:
                yield edge
    for waiting, source in trace.lets_go_on.items():
        yield Edge(source, None, waiting)


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
        behind = after if default == DONE else default
        for place, inner in enumerate(inner_lists(step)):
            # what is written first is what is meant to happen
            yield Edge(node, None, (procedure.key, inner.steps[0].key), 1 + place * UNCERTAIN)
            yield from _of_list(definitions, procedure, inner.steps, behind)
        if isinstance(step.action, Call):
            yield from _back(definitions, procedure, step, default)
        if isinstance(step.action, End | ContinueIn | Call | Group | Together):
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
