"""What was changed of a record, in the words of its entity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from admin.texts import time_element
from server.domain.entity import STATUS, Entity, Field
from server.domain.values import from_json
from server.domain.words import in_words
from server.usecases.views import ChangeLine
from server.usecases.wording import worded


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One field changed once. `old` and `new` in words; `old` None where there was nothing."""

    at: datetime
    who: str
    title: str
    old: str | None
    new: str
    run_id: int | None
    rule: str | None
    reason: str | None


def told(entity: Entity, lines: Iterable[ChangeLine]) -> list[ToldChange]:
    """The lines as people read them; records are called by their titles."""
    return [_told(entity, line) for line in lines]


def _told(entity: Entity, line: ChangeLine) -> ToldChange:
    field = entity.fields.get(line.field)
    return ToldChange(
        at=line.at,
        who=line.who,
        title=field.title if field else in_words(line.field),
        old=None if line.old is None else _words(entity, field, line.old, line.old_title),
        new="nothing" if line.new is None else _words(entity, field, line.new, line.new_title),
        run_id=line.run_id,
        rule=line.rule,
        reason=line.reason,
    )


def _words(entity: Entity, field: Field | None, raw: Any, title: str) -> str:
    if title:
        return title
    if field is None:
        return str(raw)
    if field.key == STATUS and raw in entity.statuses:
        return entity.statuses[raw].title
    try:
        value = from_json(field.type, raw)
    except ValueError:  # written when the field was of another type
        return str(raw)
    if isinstance(value, date):  # or a moment, which is told in the reader's zone
        return time_element(value)
    return worded(field, value)
