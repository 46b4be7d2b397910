"""What is sent with a completed task, read against its form and its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.procedure import Do, Outcome, Step
from server.domain.refusals import Conflict, Invalid
from server.domain.run import Task
from server.domain.values import Type, Value, to_json
from server.engine.forms import accepted, sheet_of
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
    entities = running.app.definitions.entities
    sheet = sheet_of(walk, task, step, running.draft, entities)
    types: dict[str, Type] = {key: question.type for key, question in action.asks.items()}
    if sheet is not None:
        fields = sheet.entity.fields
        types |= {item.field: fields[item.field].type for item in sheet.form.fields}
    sent, problems = read_values(running.records, entities, types, raw)
    problems |= {key: "This step has no such field." for key in raw if key not in types}
    return accepted(running.draft, task, action, chosen, sheet, sent, problems)


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
