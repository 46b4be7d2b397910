"""What use cases answer, as the JSON that the API promises; each shape beside what makes it.

Exact numbers are text, moments ISO 8601 in UTC, records their ids; what people read of a value
stands beside it. `SHAPES` are the schemas that OpenAPI names.
"""

from __future__ import annotations

from server.api.representations import clocks, records, runs, tasks, told
from server.api.representations import journal as journals
from server.api.representations.clocks import clock
from server.api.representations.journal import JOURNAL, journal, note
from server.api.representations.pages import page, paged
from server.api.representations.records import change, type_as_json
from server.api.representations.runs import failure, history_line, run, run_line, start, verdict
from server.api.representations.tasks import completed, task, task_line
from server.api.representations.told import message, notice
from server.api.schemas import Schema

SHAPES: dict[str, Schema] = {
    **records.SHAPES,
    **tasks.SHAPES,
    **runs.SHAPES,
    **told.SHAPES,
    **journals.SHAPES,
    **clocks.SHAPES,
}

__all__ = [
    "JOURNAL",
    "SHAPES",
    "change",
    "clock",
    "completed",
    "failure",
    "history_line",
    "journal",
    "message",
    "note",
    "notice",
    "page",
    "paged",
    "run",
    "run_line",
    "start",
    "task",
    "task_line",
    "type_as_json",
    "verdict",
]
