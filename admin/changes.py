"""What was changed of a record, in the words of its entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from admin import look_up
from server.domain.entity import STATUS, Entity, Field
from server.domain.values import Kind, RecordRef, from_json
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
    lines = tuple(lines)
    refs = {
        ref for line in lines for raw in (line.old, line.new) if (ref := _ref(entity, line, raw))
    }
    titles = look_up.titles(refs)
    return [_told(entity, line, titles) for line in lines]


def _told(entity: Entity, line: ChangeLine, titles: Mapping[RecordRef, str]) -> ToldChange:
    field = entity.fields.get(line.field)
    return ToldChange(
        at=line.at,
        who=line.who,
        title=field.title if field else in_words(line.field),
        old=None if line.old is None else _words(entity, field, line.old, titles),
        new="nothing" if line.new is None else _words(entity, field, line.new, titles),
        run_id=line.run_id,
        rule=line.rule,
        reason=line.reason,
    )


def _words(entity: Entity, field: Field | None, raw: Any, titles: Mapping[RecordRef, str]) -> str:
    if field is None:
        return str(raw)
    if field.key == STATUS and raw in entity.statuses:
        return entity.statuses[raw].title
    try:
        return worded(field, from_json(field.type, raw), titles)
    except ValueError:  # written when the field was of another type
        return str(raw)


def _ref(entity: Entity, line: ChangeLine, raw: Any) -> RecordRef | None:
    field = entity.fields.get(line.field)
    if field is None or field.type.kind is not Kind.REF or not isinstance(raw, int):
        return None
    return RecordRef(str(field.type.entity), raw)
