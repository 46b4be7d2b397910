"""What the checks of statuses share: which a record can have where a step writes its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.entity import STATUS, Entity
from server.domain.expression.tree import Constant
from server.domain.step import (
    Approve,
    Assignment,
    Call,
    Create,
    Do,
    Group,
    Step,
    Together,
    WaitUntil,
)
from server.loading.checks.writing import entity_of
from server.loading.manuscript import Manuscript, StepList
from server.loading.marked import Path, SourceFile

_Statuses = Mapping[str, frozenset[str]]
"""By the text of a record's expression, the statuses that it can have; unknown if not there."""
_UNKNOWN: _Statuses = {}
_LONG = (Do, Approve, Call, WaitUntil, Together, Group)
"""Verbs during which others may move records."""


@dataclass(frozen=True, slots=True)
class Written:
    """A step, or an outcome of it, sets the status of a record of `entity`.

    `before` are the statuses that the record can have then; None where nothing is known. `path` is
    where the step or the outcome stands.
    """

    entity: Entity
    item: Assignment
    before: frozenset[str] | None
    source: SourceFile
    path: Path


def written(manuscript: Manuscript) -> Iterator[Written]:
    """Every place in steps that sets a status."""
    for steps in manuscript.lists():
        for item, before, path in _List(manuscript, steps).written():
            entity = manuscript.entities.get(entity_of(item))
            if entity is not None and item.field == STATUS and entity.statuses:
                yield Written(entity, item, before.get(item.record.text), steps.source, path)


def constant(item: Assignment) -> str | None:
    """The status that is set, where it is written as it is."""
    if item.field == STATUS and isinstance(item.value.tree, Constant):
        return str(item.value.tree.value)
    return None


class _List:
    """One list of steps, with the statuses that are certain on arrival at each."""

    def __init__(self, manuscript: Manuscript, steps: StepList) -> None:
        self._entities = manuscript.entities
        self._steps = steps

    def written(self) -> Iterator[tuple[Assignment, _Statuses, Path]]:
        known = self._on_arrival()
        for index, step in enumerate(self._steps.steps):
            path = (*self._steps.path, index)
            statuses = self._working(step, known.get(step.key, _UNKNOWN))
            yield from ((item, statuses, path) for item in step.set)
            after = _after(step.set, statuses)
            for key, outcome in step.outcomes.items():
                yield from ((item, after, (*path, "outcomes", key)) for item in outcome.set)

    def _on_arrival(self) -> dict[str, _Statuses]:
        """What every way to each step agrees on; a list begins with nothing known."""
        known: dict[str, _Statuses] = dict.fromkeys(self._steps.entries, _UNKNOWN)
        waiting = list(known)
        ways = self._steps.ways()
        while waiting:
            step = self._steps.procedure.step(waiting.pop())
            left = self._left(step, known[step.key])
            for follower in ways[step.key]:
                if follower not in ways:
                    continue
                before = known.get(follower)
                now = left if before is None else _joined(before, left)
                if now != before:
                    known[follower] = now
                    waiting.append(follower)
        return known

    def _left(self, step: Step, arrived: _Statuses) -> _Statuses:
        after = _after(step.set, self._working(step, arrived))
        if not step.outcomes:
            return after
        ends = [_after(outcome.set, after) for outcome in step.outcomes.values()]
        joined = ends[0]
        for end in ends[1:]:
            joined = _joined(joined, end)
        return joined

    def _working(self, step: Step, arrived: _Statuses) -> _Statuses:
        """What is certain when the step writes. While people work, others may move records."""
        action = step.action
        statuses = _UNKNOWN if isinstance(action, _LONG) or step.each else arrived
        creation = action.creation if isinstance(action, Create) else None
        if isinstance(action, Do):
            creation = action.creates
        entity = self._entities.get(creation.entity) if creation else None
        if creation and entity and entity.first_status:
            statuses = {**statuses, creation.name: frozenset({entity.first_status})}
        return statuses


def _after(assignments: Sequence[Assignment], statuses: _Statuses) -> _Statuses:
    """What is certain after these have been written. Two names may mean one record."""
    if not any(item.field == STATUS for item in assignments):
        return statuses
    found: dict[str, frozenset[str]] = {}
    for item in assignments:
        status = constant(item)
        if status is not None:
            found[item.record.text] = frozenset({status})
    return found


def _joined(one: _Statuses, other: _Statuses) -> _Statuses:
    return {key: one[key] | other[key] for key in one.keys() & other.keys()}
