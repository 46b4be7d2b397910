"""What a run reads and writes on its way: expressions, records, verdicts, fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from server.domain.decision import Decision, NoVerdict, Verdict
from server.domain.expression import Expression, evaluate
from server.domain.step import Assignment, Step
from server.domain.values import Kind, RecordRef, Value
from server.engine.draft import Decide, Draft
from server.engine.walk import StepFailed, Walk

_LONG = frozenset({Kind.TEXT, Kind.REF, Kind.LIST, Kind.ANSWERS})
"""What histories do not repeat: it stands in the changes of the record."""


class Facts:
    """Reads through the draft of the command, so that what was just written is seen."""

    def __init__(self, draft: Draft, decide: Decide) -> None:
        self._draft = draft
        self._decide = decide

    def value(
        self, walk: Walk, scope: int, expression: Expression, *, at: datetime | None = None
    ) -> Value:
        """What an expression gives in a list; `at` is its `now`, else the command's."""
        return evaluate(expression, walk.names(scope), self._draft, at or self._draft.now)

    def record(self, walk: Walk, scope: int, step: Step) -> RecordRef:
        """The record that a step is about.

        Raises:
            StepFailed: its expression finds none.
        """
        if step.about is None:
            return walk.run.about
        record = self.value(walk, scope, step.about)
        if not isinstance(record, RecordRef):
            raise StepFailed(
                walk.run, step.key, f"Step '{step.key}' has no record: {step.about.text} is empty."
            )
        return record

    def assign(
        self, walk: Walk, scope: int, step: Step | None, assignments: tuple[Assignment, ...]
    ) -> tuple[tuple[str, ...], dict[str, Value]]:
        """Write fields; tell which, and what of those whose values are short.

        All values are read before the first is written.

        Raises:
            StepFailed: the record that a field belongs to is empty.
        """
        key = step.key if step else None
        written: dict[RecordRef, dict[str, Value]] = {}
        told: dict[str, Value] = {}
        for item in assignments:
            record = self.value(walk, scope, item.record)
            if not isinstance(record, RecordRef):
                raise StepFailed(
                    walk.run,
                    key,
                    f"'{item.record.text}.{item.field}' cannot be set: "
                    f"{item.record.text} is empty.",
                )
            value = self.value(walk, scope, item.value)
            written.setdefault(record, {})[item.field] = value
            if value is None or (item.value.type and item.value.type.kind not in _LONG):
                told[item.place] = value
        for record, values in written.items():
            self._draft.change(record, values, run=walk.run.id, step=key)
        return tuple(item.place for item in assignments), told

    def ask(
        self,
        decision: Decision,
        given: Mapping[str, Expression],
        names: Mapping[str, Value],
    ) -> Verdict:
        """The verdict of a table on what `given` reads under these names."""
        inputs = {
            key: evaluate(expression, names, self._draft, self._draft.now)
            for key, expression in given.items()
        }
        return self._decide(decision, inputs)

    def holds(
        self,
        walk: Walk,
        scope: int,
        step: str | None,
        condition: Decision,
        given: Mapping[str, Expression],
        *,
        says: str,
    ) -> bool:
        """Whether a condition that is looked at again and again holds: its table then `says` so.

        The verdict is kept when it does.

        Raises:
            StepFailed: the table has no verdict for this.
        """
        try:
            verdict = self.ask(condition, given, walk.names(scope))
        except NoVerdict as error:
            raise StepFailed(walk.run, step, str(error)) from error
        if verdict.value != says:
            return False
        walk.verdicts.append((step, verdict))
        return True

    def ask_at(
        self,
        walk: Walk,
        step: Step,
        decision: Decision,
        given: Mapping[str, Expression],
        names: Mapping[str, Value],
    ) -> Verdict:
        """As `ask`, at a step; the verdict is kept with it.

        Raises:
            StepFailed: the table has no verdict for this.
        """
        try:
            verdict = self.ask(decision, given, names)
        except NoVerdict as error:
            raise StepFailed(walk.run, step.key, str(error)) from error
        walk.verdicts.append((step.key, verdict))
        return verdict
