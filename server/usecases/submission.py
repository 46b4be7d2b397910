"""What is sent with a completed task, read against its form and its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.procedure import Do, Outcome, Step
from server.domain.refusals import Conflict, Invalid
from server.domain.run import Task
from server.domain.values import Type, Value, to_json
from server.engine.forms import Sheet, question_problems
from server.engine.walk import Walk
from server.storage import changes
from server.usecases.reading import read_values
from server.usecases.running import Running


def outcome(step: Step, key: str | None) -> Outcome | None:
    """The outcome of this key.

    Raises:
        Invalid: the step has no such outcome, or needs one to be chosen.
    """
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


def read(
    running: Running,
    walk: Walk,
    task: Task,
    step: Step,
    chosen: Outcome | None,
    raw: Mapping[str, Any],
) -> tuple[dict[str, Value], dict[str, Value]]:
    """What a form and its questions were answered: values of fields, answers of questions.

    Raises:
        Invalid: what was sent breaks the rules of the form; `problems` tells each.
    """
    action = step.action
    assert isinstance(action, Do)
    sheet: Sheet | None = None
    types: dict[str, Type] = {key: question.type for key, question in action.asks.items()}
    if action.form is not None:
        form = walk.book.forms[action.form]
        entity = running.app.definitions.entities[form.entity]
        record = None if action.creates is not None else task.about
        sheet = Sheet(form, entity, record, walk.names(task.scope), running.draft)
        types |= {item.field: entity.fields[item.field].type for item in form.fields}
    sent, problems = read_values(running.records, running.app.definitions.entities, types, raw)
    problems |= {key: "This step has no such field." for key in raw if key not in types}
    answers = {key: sent.get(key) for key in action.asks}
    values = {key: value for key, value in sent.items() if key not in action.asks}
    if sheet is not None:
        problems = {**sheet.problems(values), **problems}
        values = sheet.written(values)
    known = {**_record_values(running, task, chosen, sheet), **values}
    problems = {**question_problems(action, chosen, answers, known), **problems}
    if problems:
        count = len(problems)
        raise Invalid(f"{count} answer{'s' if count > 1 else ''} to put right.", problems)
    return values, answers


def _record_values(
    running: Running, task: Task, chosen: Outcome | None, sheet: Sheet | None
) -> dict[str, Value]:
    """What the record holds of that which the outcome needs."""
    if chosen is None or sheet is None:
        return {}
    return {
        key: running.draft.field(task.about, key)
        for key in chosen.needs
        if key in sheet.entity.fields and task.about.entity == sheet.entity.key
    }


def unchanged_since(
    running: Running, task: Task, values: Mapping[str, Value], revision: int | None
) -> None:
    """Make sure that nothing is written over which somebody else changed after `revision`.

    Raises:
        Conflict: it would be; `fields` tells the present values.
    """
    record = running.records.row(task.about)
    if revision is None or record is None or record["revision"] == revision:
        return
    changed = changes.fields_since(running.connection, task.about, revision) & values.keys()
    differing = {
        key: to_json(record[key]) for key in sorted(changed) if record[key] != values[key]
    }
    if differing:
        raise Conflict(
            "Somebody else has changed what you are about to write.",
            hint="Look at the present values and send again what you want to keep.",
            fields=differing,
        )
