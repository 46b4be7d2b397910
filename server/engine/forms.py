"""Which fields and questions a step shows, and whether what was sent may stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.entity import Entity, Field
from server.domain.expression import Expression, World, evaluate
from server.domain.form import Form, FormField
from server.domain.procedure import Do, Outcome, Step
from server.domain.refusals import Invalid
from server.domain.run import Task
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from server.engine.walk import Walk


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a record as one form shows it now."""

    field: Field
    placed: FormField

    @property
    def required(self) -> bool:
        if self.placed.required is None:
            return self.field.required
        return self.placed.required

    @property
    def read_only(self) -> bool:
        field = self.field
        given = field.decided_by is not None or field.back is not None
        return self.placed.read_only or given

    @property
    def guideline(self) -> str:
        return self.placed.guideline or self.field.guideline


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

    def place(self, placed: FormField) -> Place:
        return Place(self.entity.fields[placed.field], placed)

    def value(self, place: Place) -> Value:
        """What the record holds, else what the form offers."""
        known: Value = None
        if self._record is not None:
            known = self._draft.field(self._record, place.field.key)
        if known is None and place.placed.default is not None:
            world = _Answered(self._draft, self._record, {})
            return self._evaluate(place.placed.default, world)
        return place.field.default if known is None and self._record is None else known

    def shown(self, answers: Mapping[str, Value]) -> tuple[Place, ...]:
        """The places whose condition holds, given what has been answered so far."""
        world = _Answered(self._draft, self._record, answers)
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
            elif self._record is None or place.placed.default is not None:
                offered = self.value(place)
                if offered is not None:
                    written[key] = offered
        return written

    def _evaluate(self, expression: Expression, world: World) -> Value:
        # The record that the form fills goes by its entity's key, whatever the run calls it.
        filled = self._record or RecordRef(self.entity.key, 0)
        names = {**self._names, self.entity.key: filled}
        return evaluate(expression, names, world, self._draft.now)


class _Answered:
    """The world as it would be if these answers had been written already."""

    def __init__(
        self, draft: Draft, record: RecordRef | None, answers: Mapping[str, Value]
    ) -> None:
        self._draft = draft
        self._record = record
        self._answers = answers

    def field(self, record: RecordRef, name: str) -> Value:
        if record == self._record or record.id == 0:
            if name in self._answers:
                return self._answers[name]
            if record.id == 0:
                return None
        return self._draft.field(record, name)

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return self._draft.all(entity)

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        return self._draft.holders(role, of)


def sheet_of(
    walk: Walk, task: Task, step: Step, draft: Draft, entities: Mapping[str, Entity]
) -> Sheet | None:
    """The form of a task over the record that it fills; None where the step has none."""
    action = step.action
    assert isinstance(action, Do)
    if action.form is None:
        return None
    form = walk.book.forms[action.form]
    record = None if action.creates is not None else task.about
    return Sheet(form, entities[form.entity], record, walk.names(task.scope), draft)


def accepted(
    draft: Draft,
    task: Task,
    action: Do,
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
    answers = {key: sent.get(key) for key in action.asks}
    values = {key: value for key, value in sent.items() if key not in action.asks}
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


def question_problems(
    action: Do, outcome: Outcome | None, answers: Mapping[str, Value], values: Mapping[str, Value]
) -> dict[str, str]:
    """The questions that are not answered, and what the outcome chosen needs besides."""
    problems = {
        key: "This question needs an answer."
        for key, question in action.asks.items()
        if question.required and answers.get(key) is None
    }
    if outcome is not None:
        for key in outcome.needs:
            if answers.get(key) is None and values.get(key) is None:
                label = outcome.label or outcome.key
                problems.setdefault(key, f"This is needed for '{label}'.")
    return problems
