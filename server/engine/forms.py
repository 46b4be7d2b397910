"""Which fields and questions a step shows, and whether what was sent may stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.entity import STATUS, Entity
from server.domain.expression import Expression, World, evaluate
from server.domain.form import Form, FormField
from server.domain.refusals import Invalid
from server.domain.run import Task
from server.domain.step import (
    Approve,
    Do,
    Outcome,
    Question,
    Step,
)
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from server.engine.places import Answered, Place
from server.engine.rows import RowSheet
from server.engine.walk import Walk


class Sheet:
    """A form over a record (None: one that is to be made), in the light of a run's names."""

    def __init__(
        self,
        form: Form,
        entity: Entity,
        record: RecordRef | None,
        names: Mapping[str, Value],
        draft: Draft,
    ) -> None:
        self.form = form
        self.entity = entity
        self._record = record
        self._names = names
        self._draft = draft
        self._copied = self._found(form.copy_from)

    def rows(self, entities: Mapping[str, Entity]) -> tuple[RowSheet, ...]:
        """The sections of child records, over this record and the one that is copied."""
        names = {**self._names, self.entity.key: self._filled}
        return tuple(
            RowSheet(rows, entities[rows.entity], self._record, self._copied, names, self._draft)
            for rows in self.form.rows
        )

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(self.place(placed) for placed in self.form.fields)

    def place(self, placed: FormField) -> Place:
        return Place(self.entity.fields[placed.field], placed)

    def value(self, place: Place) -> Value:
        """What the record holds, else what the record copied holds, else what the form offers."""
        known: Value = None
        if self._record is not None:
            known = self._draft.field(self._record, place.field.key)
        if known is None and self._copied is not None and _is_copied(place):
            known = self._draft.field(self._copied, place.field.key)
        if known is None and place.placed.default is not None:
            world = Answered(self._draft, self._record, {})
            return self._evaluate(place.placed.default, world)
        return place.field.default if known is None and self._record is None else known

    def shown(self, answers: Mapping[str, Value]) -> tuple[Place, ...]:
        """The places whose condition holds, given what has been answered so far."""
        world = Answered(self._draft, self._record, answers)
        return tuple(
            self.place(placed)
            for placed in self.form.fields
            if placed.condition is None or self._evaluate(placed.condition, world) is True
        )

    def problems(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Why a submission may not stand: what is missing, read-only or not on the form."""
        shown = {place.field.key: place for place in self.shown(values)}
        problems = {
            key: "This field is not part of the form."
            if key not in shown
            else f"{shown[key].field.title} cannot be changed here."
            for key, value in values.items()
            if key not in shown or (shown[key].read_only and value != self.value(shown[key]))
        }
        for key, place in shown.items():
            empty = values.get(key, self.value(place)) is None
            if place.required and empty and not place.read_only and key not in problems:
                problems[key] = f"{place.field.title} is needed."
        return problems

    def written(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """What the submission writes: what was sent, and what was offered and left as it was."""
        written: dict[str, Value] = {}
        for place in self.shown(values):
            key = place.field.key
            if place.read_only:
                if place.placed.default is not None:
                    written[key] = self.value(place)
            elif key in values:
                written[key] = values[key]
            elif self._is_offered(place):
                offered = self.value(place)
                if offered is not None:
                    written[key] = offered
        return written

    @property
    def _filled(self) -> RecordRef:
        return self._record or RecordRef(self.entity.key, 0)

    def _is_offered(self, place: Place) -> bool:
        """Whether the form has something to offer here that the record does not hold."""
        if self._record is None or place.placed.default is not None:
            return True
        return self._copied is not None and _is_copied(place)

    def _found(self, copy_from: Expression | None) -> RecordRef | None:
        if copy_from is None:
            return None
        found = self._evaluate(copy_from, Answered(self._draft, self._record, {}))
        return found if isinstance(found, RecordRef) else None

    def _evaluate(self, expression: Expression, world: World) -> Value:
        # The record that the form fills goes by its entity's key, whatever the run calls it.
        names = {**self._names, self.entity.key: self._filled}
        return evaluate(expression, names, world, self._draft.now)


def _is_copied(place: Place) -> bool:
    return not place.read_only and place.field.key != STATUS


def sheet_of(
    walk: Walk, task: Task, step: Step, draft: Draft, entities: Mapping[str, Entity]
) -> Sheet | None:
    """The form of a task over the record that it fills; None where the step has none."""
    action = step.action
    assert isinstance(action, Do | Approve)
    if action.form is None:
        return None
    form = walk.book.forms[action.form]
    makes = isinstance(action, Do) and action.creates is not None
    record = None if makes else task.about
    return Sheet(form, entities[form.entity], record, walk.names(task.scope), draft)


def accepted(
    draft: Draft,
    task: Task,
    action: Do | Approve,
    chosen: Outcome | None,
    sheet: Sheet | None,
    sent: Mapping[str, Value],
    problems: Mapping[str, str],
) -> tuple[dict[str, Value], dict[str, Value]]:
    """What is written of what was sent: values of fields, answers of questions.

    `problems` are those found while reading what was sent.

    Raises:
        Invalid: it breaks the rules of the form; `problems` tells each.
    """
    found = dict(problems)
    asks = questions(action)
    answers = {key: sent.get(key) for key in asks}
    values = {key: value for key, value in sent.items() if key not in asks}
    if sheet is not None:
        found = {**sheet.problems(values), **found}
        values = sheet.written(values)
    known = {**_needed(draft, task, chosen, sheet), **values}
    found = {**question_problems(action, chosen, answers, known), **found}
    if found:
        count = len(found)
        raise Invalid(f"{count} answer{'s' if count > 1 else ''} to put right.", found)
    return values, answers


def _needed(
    draft: Draft, task: Task, chosen: Outcome | None, sheet: Sheet | None
) -> dict[str, Value]:
    """What the record holds of that which the outcome needs."""
    if chosen is None or sheet is None:
        return {}
    return {
        key: draft.field(task.about, key)
        for key in chosen.needs
        if key in sheet.entity.fields and task.about.entity == sheet.entity.key
    }


def questions(action: Do | Approve) -> Mapping[str, Question]:
    """What people are asked at a step besides its form."""
    return action.questions if isinstance(action, Approve) else action.asks


def question_problems(
    action: Do | Approve,
    outcome: Outcome | None,
    answers: Mapping[str, Value],
    values: Mapping[str, Value],
) -> dict[str, str]:
    """The questions that are not answered, and what the outcome chosen needs besides."""
    problems = {
        key: "This question needs an answer."
        for key, question in questions(action).items()
        if question.required and answers.get(key) is None
    }
    if outcome is not None:
        for key in outcome.needs:
            if answers.get(key) is None and values.get(key) is None:
                label = outcome.label or outcome.key
                problems.setdefault(key, f"This is needed for '{label}'.")
    return problems
