"""How much of the definitions the stories and tests have passed: steps, edges, outcomes, rules.

An edge is a start, or a way out of a step: a button, a verdict's value, a rule of `choose`, or just
on. Rules count as passed by a story or by a decision's own tests; of a KPI, its tests show what
counts and what does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.decision import Decision
from server.domain.definitions import Definitions
from server.domain.kpi import Kpi
from server.domain.procedure import Procedure
from server.domain.step import (
    LATE,
    Approve,
    Choose,
    Do,
    Step,
    WaitUntil,
)
from server.engine import events as happened
from server.engine.advance import spoken
from server.usecases.figures import shown, to_show
from server.usecases.rehearsal.player import Played
from server.usecases.rehearsal.stage import Line

ON = ""
"""The way out of a step that has only one."""
_STAYS = (
    happened.TaskOpened,
    happened.TaskMoved,
    happened.TaskWithdrawn,
    happened.GroupOpened,
    happened.TurnsOpened,
    happened.TurnOpened,
    happened.AsNeededOpened,
    happened.WaitOpened,
    happened.WaitMoved,
    happened.WaitWithdrawn,
    happened.Called,
    happened.RunFailed,
)
"""What happens at a step before it is left."""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A way out of a step; with `step` None, the start that `way` names."""

    step: str | None
    way: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, and which are missing."""

    passed: int
    missing: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.passed + len(self.missing)


@dataclass(frozen=True, slots=True)
class Covered:
    """One procedure. `edges` are those that nothing has passed yet."""

    procedure: Procedure
    steps: Share
    outcomes: Share
    edges: Share
    left: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    procedures: tuple[Covered, ...]
    rules: Mapping[str, Share] = field(default_factory=dict)
    kpis: Mapping[str, Share] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The smallest share of anything, between 0 and 1; 1 where there is nothing to pass."""
        shares = [each for item in self.procedures for each in (item.steps, item.edges)]
        shares += [*self.rules.values(), *self.kpis.values()]
        return min((each.passed / each.total for each in shares if each.total), default=1.0)


def coverage(
    definitions: Definitions,
    played: Iterable[Played],
    tested: Iterable[tuple[str, str]],
    procedures: Iterable[str],
    decisions: Iterable[str],
    kpis: Iterable[Kpi] = (),
) -> Coverage:
    """What these stories, and the rules that tests have shown, pass of these definitions."""
    lines: dict[str, list[Line]] = {}
    hits = set(tested)
    for story in played:
        hits.update(story.hits)
        for line in story.history:
            lines.setdefault(line.procedure, []).append(line)
    return Coverage(
        tuple(_covered(definitions.procedures[key], lines.get(key, ())) for key in procedures),
        {key: _rules(definitions.decisions[key], hits) for key in decisions},
        {kpi.key: _share(to_show(kpi), {*shown(kpi, definitions.entities)}) for kpi in kpis},
    )


def edges(procedure: Procedure) -> Iterator[Edge]:
    """All edges of a procedure, in reading order."""
    for start in procedure.starts:
        yield Edge(None, start.key)
    for step in procedure.walk():
        for way in ways(step):
            yield Edge(step.key, way)


def ways(step: Step) -> tuple[str, ...]:
    """The ways out of a step."""
    if isinstance(step.action, Choose):
        return tuple(rule.key for rule in step.action.gateway.rules)
    if isinstance(step.action, WaitUntil):
        return (ON, *step.outcomes)
    return tuple(step.outcomes) or (ON,)


def _covered(procedure: Procedure, lines: Iterable[Line]) -> Covered:
    told = tuple(lines)
    reached = {line.event.step for line in told if line.event.step is not None}
    passed = set(_passed(procedure, told))
    every = tuple(edges(procedure))
    left = tuple(edge for edge in every if edge not in passed)
    keys = tuple(step.key for step in procedure.walk())
    outcomes = [edge for edge in every if edge.step is not None and edge.way != ON]
    return Covered(
        procedure,
        _share(keys, reached),
        Share(
            sum(edge in passed for edge in outcomes),
            tuple(worded(edge) for edge in outcomes if edge not in passed),
        ),
        Share(len(every) - len(left), tuple(worded(edge) for edge in left)),
        left,
    )


def passed_by(procedure: Procedure, history: Iterable[Line]) -> set[tuple[str, str]]:
    """The steps of a procedure that a history has reached, each with the ways out it has taken."""
    told = [line for line in history if line.procedure == procedure.key]
    reached = {(line.event.step, ON) for line in told if line.event.step is not None}
    return reached | {(edge.step, edge.way) for edge in _passed(procedure, told) if edge.step}


def worded(edge: Edge) -> str:
    if edge.step is None:
        return f"start {edge.way}"
    return f"{edge.step}: {edge.way}" if edge.way != ON else edge.step


def _passed(procedure: Procedure, lines: Iterable[Line]) -> Iterator[Edge]:
    """The edges that a history has passed."""
    steps = {step.key: step for step in procedure.walk()}
    opened: dict[tuple[int, str], set[int]] = {}
    for line in lines:
        event = line.event
        if isinstance(event, happened.RunStarted):
            yield Edge(None, event.start)
        step = steps.get(event.step or "")
        if step is None or isinstance(event, _STAYS):
            continue
        match event:
            case happened.TaskCompleted(outcome=outcome) if isinstance(step.action, Do):
                yield Edge(step.key, outcome or ON)
            case happened.RoundClosed(result=result):
                yield Edge(step.key, result)
            case happened.Chosen(rule=rule):
                yield Edge(step.key, rule)
            case happened.Decided(output=output) if step.outcomes:
                [value] = output.values()
                yield Edge(step.key, spoken(value))
            case happened.BranchOpened(opened=number):
                opened.setdefault((line.run, step.key), set()).add(number)
            case happened.BranchClosed(scope=number):
                around = opened.get((line.run, step.key), set())
                around.discard(number)
                if not around:
                    yield Edge(step.key, ON)
            case happened.WaitOver(late=late):
                yield Edge(step.key, LATE if late else ON)
            case happened.Returned(end=end):
                yield Edge(step.key, end if end in step.outcomes else ON)
            case happened.ListClosed(withdrawn=True):
                continue
            case _ if not isinstance(step.action, Do | Approve):
                yield Edge(step.key, ON)


def _rules(decision: Decision, hits: set[tuple[str, str]]) -> Share:
    return _share(
        tuple(rule.key for rule in decision.rules),
        {rule for key, rule in hits if key == decision.key},
    )


def _share(every: tuple[str, ...], passed: set[str]) -> Share:
    missing = tuple(key for key in every if key not in passed)
    return Share(len(every) - len(missing), missing)
