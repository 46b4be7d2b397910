"""What the application tells people, and what monitoring has told it, as JSON."""

from __future__ import annotations

from typing import Any

from server.api.representations.records import moment_or_none, record_title
from server.api.schemas import (
    ANYTHING,
    ID,
    KEY,
    MOMENT,
    TEXT,
    WHOLE,
    Schema,
    component,
    nullable,
    shape,
)
from server.domain.values import to_json
from server.storage.inbox import Message, MessageState
from server.usecases.notices import NoticeView

SHAPES: dict[str, Schema] = {}

SHAPES["Notice"] = shape(
    {
        "id": ID,
        "notification": KEY,
        "subject": TEXT,
        "text": TEXT,
        "about": component("RecordTitle"),
        "run": nullable(ID),
        "at": MOMENT,
        "read_at": nullable(MOMENT),
    }
)
SHAPES["Message"] = shape(
    {
        "id": ID,
        "source": KEY,
        "identity": TEXT,
        "message": ANYTHING,
        "state": {"type": "string", "enum": [state.value for state in MessageState]},
        "received_at": MOMENT,
        "due_at": MOMENT,
        "attempts": WHOLE,
        "problem": nullable(TEXT),
        "handled_at": nullable(MOMENT),
        "record": nullable(shape({"entity": KEY, "id": ID})),
    }
)


def notice(view: NoticeView) -> dict[str, Any]:
    return {
        "id": view.id,
        "notification": view.notification,
        "subject": view.subject,
        "text": view.text,
        "about": record_title(view.about),
        "run": view.run_id,
        "at": to_json(view.at),
        "read_at": moment_or_none(view.read_at),
    }


def message(found: Message) -> dict[str, Any]:
    record = found.record
    return {
        "id": found.id,
        "source": found.source,
        "identity": found.identity,
        "message": found.content,
        "state": found.state.value,
        "received_at": to_json(found.received_at),
        "due_at": to_json(found.due_at),
        "attempts": found.attempts,
        "problem": found.problem,
        "handled_at": moment_or_none(found.handled_at),
        "record": None if record is None else {"entity": record.entity, "id": record.id},
    }
