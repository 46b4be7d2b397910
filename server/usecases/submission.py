"""What is sent with a completed task, read against its form and its questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.ballot import Mark
from server.domain.refusals import Invalid
from server.domain.run import Task
from server.domain.step import (
    Approve,
    Do,
    Outcome,
    Step,
    said,
)
from server.domain.values import Type, Value
from server.engine.forms import Sheet, accepted, questions, sheet_of
from server.engine.rows import RowSheet, Written
from server.engine.walk import Walk
from server.storage import changes
from server.usecases import meanwhile, rows
from server.usecases.reading import Problems
from server.usecases.running import Running


@dataclass(frozen=True, slots=True)
class Submission:
    """What a form was filled with: values of fields, answers of questions, and child records."""

    values: Mapping[str, Value]
    answers: Mapping[str, Value]
    rows: Written


def outcome(step: Step, key: str | None) -> Outcome | None:
    """The outcome of this key; of a step that is signed, what its seats may say.

    Raises:
        Invalid: the step has no such outcome, or needs one to be chosen.
    """
    if isinstance(step.action, Approve):
        return _said(step, step.action, key)
    if not step.outcomes:
        if key:
            raise Invalid("This task has no outcomes.", {"outcome": "Leave the outcome out."})
        return None
    if key is None or key not in step.outcomes:
        raise Invalid(
            "Choose how the task came out.",
            {"outcome": f"One of {', '.join(step.outcomes)}."},
        )
    return step.outcomes[key]


def _said(step: Step, action: Approve, key: str | None) -> Outcome:
    if key not in action.marks:
        raise Invalid("Choose what you say.", {"outcome": f"One of {', '.join(action.marks)}."})
    return said(step, Mark(key))


def read(
    running: Running,
    walk: Walk,
    task: Task,
    step: Step,
    chosen: Outcome | None,
    raw: Mapping[str, Any],
) -> Submission:
    """What a form and its questions were answered.

    Raises:
        Invalid: what was sent breaks the rules of the form; `problems` tells each.
    """
    action = step.action
    assert isinstance(action, Do | Approve)
    sheet = sheet_of(walk, task, step, running.draft, running.app.definitions.entities)
    types = {key: question.type for key, question in questions(action).items()}
    sent, written, problems = filled(running, sheet, types, raw)
    values, answers = accepted(running.draft, task, action, chosen, sheet, sent, problems)
    return Submission(values, answers, written)


def filled(
    running: Running, sheet: Sheet | None, asked: Mapping[str, Type], raw: Mapping[str, Any]
) -> tuple[dict[str, Value], Written, Problems]:
    """What was sent for a form (None: there is none) and its questions, with what is wrong so far."""
    entities = running.app.definitions.entities
    types = dict(asked)
    lists: tuple[RowSheet, ...] = ()
    if sheet is not None:
        types |= {item.field: sheet.entity.fields[item.field].type for item in sheet.form.fields}
        lists = sheet.rows(entities)
    known = types.keys() | {item.rows.field for item in lists}
    present = () if sheet is None else (sheet.value(place) for place in sheet.places)
    sent, problems = running.read(types, raw, present)
    problems |= {key: "This step has no such field." for key in raw if key not in known}
    written, of_rows = rows.read(running, lists, raw)
    return sent, written, problems | of_rows


def unchanged_since(
    running: Running, task: Task, values: Mapping[str, Value], revision: int | None
) -> None:
    """Make sure that nothing is written over which somebody else changed after `revision`.

    Raises:
        Conflict: it would be; `fields` tells the present values.
    """
    record = None if revision is None else running.records.row(task.about)
    if revision is None or record is None or record["revision"] == revision:
        return
    differing = {
        key: since
        for key, since in changes.fields_since(running.connection, task.about, revision).items()
        if key in values and record[key] != values[key]
    }
    if differing:
        raise meanwhile.conflict(running, "what you are about to write", differing, record)
