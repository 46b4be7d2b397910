"""Tasks, as JSON."""

from __future__ import annotations

from typing import Any

from server.api.representations.records import form, moment_or_none, record_title, title_or_none
from server.api.schemas import (
    ANYTHING,
    ID,
    KEY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    Schema,
    component,
    listing,
    mapping,
    nullable,
    shape,
)
from server.domain.run import RunState, TaskState
from server.domain.values import to_json
from server.usecases.views import Completed, SignatureView, TaskLine, TaskView

SHAPES: dict[str, Schema] = {}

_TASK_LINE: dict[str, Schema] = {
    "id": ID,
    "run": ID,
    "procedure": KEY,
    "procedure_title": TEXT,
    "step": KEY,
    "title": TEXT,
    "about": component("RecordTitle"),
    "lane": KEY,
    "role_title": TEXT,
    "group": nullable(component("RecordTitle")),
    "person": nullable(component("RecordTitle")),
    "claimed_by": nullable(component("RecordTitle")),
    "opened_at": MOMENT,
    "due_at": nullable(MOMENT)
    | {"description": "By when it should be done; null where nothing says so"},
    "state": {"type": "string", "enum": [state.value for state in TaskState]},
    "priority": nullable(KEY),
    "on_hold": nullable(TEXT) | {"description": "Why it is laid aside; null when it is not"},
    "is_question": YES_NO | {"description": "Somebody wants to know something, no step waits"},
    "revision": WHOLE,
}
SHAPES["TaskLine"] = shape(_TASK_LINE)
SHAPES["Task"] = shape(
    _TASK_LINE
    | {
        "text": TEXT,
        "instruction": TEXT,
        "form": component("Form"),
        "outcomes": listing(
            shape({"key": KEY, "label": TEXT, "leads_to": TEXT, "needs": listing(KEY)})
        ),
        "draft": mapping(ANYTHING),
        "record_revision": nullable(WHOLE),
        "candidates": listing(component("RecordTitle")),
        "with_roles": listing(KEY),
        "beside": listing(component("RecordTitle"))
        | {"description": "Those who hold these roles here: they may look and be asked"},
        "may_claim": YES_NO,
        "may_complete": YES_NO,
        "signatures": listing(component("TaskSignature"))
        | {"description": "The seats of the round of signing that the task belongs to"},
        "asked": listing(component("TaskQuestion"))
        | {"description": "What was asked of others for the sake of this task"},
        "outcome": nullable(KEY),
        "answers": mapping(ANYTHING),
        "completed_by": nullable(component("RecordTitle")),
        "closed_at": nullable(MOMENT),
    }
)
SHAPES["TaskQuestion"] = shape(
    {
        "person": component("RecordTitle"),
        "question": TEXT,
        "asked_at": MOMENT,
        "answer": TEXT | {"description": "Empty until there is one"},
        "answered_at": nullable(MOMENT),
    }
)
SHAPES["TaskSignature"] = shape(
    {
        "role_title": TEXT,
        "held_for": nullable(component("RecordTitle")),
        "said": TEXT | {"description": "Empty until somebody has signed"},
        "because": TEXT,
        "by": nullable(component("RecordTitle")),
        "at": nullable(MOMENT),
    }
)
SHAPES["Completed"] = shape(
    {
        "task": ID,
        "run": ID,
        "run_state": {"type": "string", "enum": [state.value for state in RunState]},
        "run_end": nullable(KEY),
        "opened": listing(component("TaskLine")),
    }
)


def task_line(line: TaskLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "run": line.run_id,
        "procedure": line.procedure,
        "procedure_title": line.procedure_title,
        "step": line.step,
        "title": line.title,
        "about": record_title(line.about),
        "lane": line.lane,
        "role_title": line.role_title,
        "group": title_or_none(line.group),
        "person": title_or_none(line.person),
        "claimed_by": title_or_none(line.claimed_by),
        "opened_at": to_json(line.opened_at),
        "due_at": moment_or_none(line.due_at),
        "state": line.state.value,
        "priority": line.priority,
        "on_hold": line.on_hold,
        "is_question": line.is_question,
        "revision": line.revision,
    }


def task(view: TaskView) -> dict[str, Any]:
    return task_line(view.line) | {
        "text": view.text,
        "instruction": view.instruction,
        "form": form(view.form),
        "outcomes": [
            {
                "key": item.key,
                "label": item.label,
                "leads_to": item.leads_to,
                "needs": list(item.needs),
            }
            for item in view.outcomes
        ],
        "draft": dict(view.draft),
        "record_revision": view.record_revision,
        "candidates": [record_title(item) for item in view.candidates],
        "with_roles": list(view.with_roles),
        "beside": [record_title(item) for item in view.beside],
        "may_claim": view.may_claim,
        "may_complete": view.may_complete,
        "signatures": [_signature(item) for item in view.signatures],
        "asked": [
            {
                "person": record_title(item.person),
                "question": item.question,
                "asked_at": to_json(item.asked_at),
                "answer": item.answer,
                "answered_at": moment_or_none(item.answered_at),
            }
            for item in view.asked
        ],
        "outcome": view.outcome,
        "answers": to_json(view.answers),
        "completed_by": title_or_none(view.completed_by),
        "closed_at": moment_or_none(view.closed_at),
    }


def _signature(view: SignatureView) -> dict[str, Any]:
    return {
        "role_title": view.role_title,
        "held_for": title_or_none(view.held_for),
        "said": view.said,
        "because": view.because,
        "by": title_or_none(view.by),
        "at": moment_or_none(view.at),
    }


def completed(done: Completed) -> dict[str, Any]:
    return {
        "task": done.task_id,
        "run": done.run_id,
        "run_state": done.run_state.value,
        "run_end": done.run_end,
        "opened": [task_line(line) for line in done.opened],
    }
