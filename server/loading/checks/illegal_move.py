"""PRC015 illegal-move: a step sets a status that the record cannot have come to there.

The moves between statuses are the entity's. A status that no other leads to can never be set; and
where the run has just set one status, only those that may follow it can be set next.

    procedure: case-review
    steps:
      - step: close
        set: { case.status: decided }
      - step: reopen
        set: { case.status: open }

Right:

    procedure: case-review
    steps:
      - step: close
        set: { case.status: decided }
      - step: reopen
        set: { case.status: closed }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.domain.entity import STATUS, Entity
from server.domain.expression.tree import Constant
from server.domain.procedure import (
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
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, StepList
from server.loading.marked import Path

CODE = "PRC015"

_Statuses = Mapping[str, frozenset[str]]
"""By the text of a record's expression, the statuses that it can have; unknown if not there."""
_UNKNOWN: _Statuses = {}
_LONG = (Do, Approve, Call, WaitUntil, Together, Group)
"""Verbs during which others may move records."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        yield from _List(manuscript, steps).diagnostics()


class _List:
    """One list of steps, with the statuses that are certain on arrival at each."""

    def __init__(self, manuscript: Manuscript, steps: StepList) -> None:
        self._entities = manuscript.entities
        self._steps = steps

    def diagnostics(self) -> Iterator[Diagnostic]:
        known = self._on_arrival()
        for index, step in enumerate(self._steps.steps):
            path = (*self._steps.path, index)
            statuses = self._working(step, known.get(step.key, _UNKNOWN))
            yield from self._judge(step.set, statuses, path)
            after = _written(step.set, statuses)
            for key, outcome in step.outcomes.items():
                yield from self._judge(outcome.set, after, (*path, "outcomes", key))

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
        after = _written(step.set, self._working(step, arrived))
        if not step.outcomes:
            return after
        ends = [_written(outcome.set, after) for outcome in step.outcomes.values()]
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

    def _judge(
        self, assignments: Iterable[Assignment], statuses: _Statuses, path: Path
    ) -> Iterator[Diagnostic]:
        for item in assignments:
            entity = self._entity(item)
            status = _set_status(item)
            if entity is None or status not in entity.statuses:
                continue
            text = item.record.text
            possible = statuses.get(text, frozenset(entity.statuses))
            if status in possible or any(
                status in entity.statuses[key].to for key in possible if key in entity.statuses
            ):
                leads = any(status in other.to for other in entity.statuses.values())
                if text in statuses or leads or status == entity.first_status:
                    continue
            yield Diagnostic(
                CODE,
                self._steps.source.mark(*path, "set", f"{text}.{item.field}"),
                _sentence(entity, str(status), sorted(statuses.get(text, ()))),
                f"Allow the move in the statuses of '{entity.key}', or set another one.",
            )

    def _entity(self, item: Assignment) -> Entity | None:
        typ = item.record.type
        return self._entities.get(typ.entity or "") if typ is not None else None


def _set_status(item: Assignment) -> str | None:
    if item.field == STATUS and isinstance(item.value.tree, Constant):
        return str(item.value.tree.value)
    return None


def _written(assignments: Sequence[Assignment], statuses: _Statuses) -> _Statuses:
    """What is certain after these have been written. Two names may mean one record."""
    if not any(item.field == STATUS for item in assignments):
        return statuses
    written: dict[str, frozenset[str]] = {}
    for item in assignments:
        status = _set_status(item)
        if status is not None:
            written[item.record.text] = frozenset({status})
    return written


def _joined(one: _Statuses, other: _Statuses) -> _Statuses:
    return {key: one[key] | other[key] for key in one.keys() & other.keys()}


def _sentence(entity: Entity, status: str, possible: Sequence[str]) -> str:
    if not possible:
        return f"No status of {entity.title.lower()} leads to '{status}'."
    return f"{entity.title} is {' or '.join(possible)} here and cannot become '{status}'."
