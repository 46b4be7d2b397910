"""What others have changed while somebody had a form open: told field by field, and merged.

What was not touched takes what they have written; what was typed stays, with theirs beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin.places import Place, as_typed
from server.domain.entity import STATUS, Entity, Field
from server.domain.refusals import Conflict
from server.domain.values import Kind, Type, from_json
from server.usecases.wording import value_in_words

TitleOf = Callable[[str, str], str]
"""What the record of an entity and an id is called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that others have changed: how it was, how it is now, and what was typed, in words.

    `mine` is None where nothing was typed: theirs stands in the form then.
    """

    title: str
    before: str
    theirs: str
    mine: str | None


def fields_of(entity: Entity) -> Mapping[str, Field]:
    """The fields of an entity; the status says how its values are called."""
    titles = {key: status.title for key, status in entity.statuses.items()}
    return {
        key: replace(field, titles=titles) if key == STATUS else field
        for key, field in entity.fields.items()
    }


def merged(place: Place, key: str, conflict: Conflict) -> Place:
    """The place with what others have written, unless something was typed into it."""
    if key not in conflict.fields or place.is_static or not _is_untouched(place, conflict, key):
        return place
    return replace(place, raw=_typed(place.view.type, conflict.fields[key]))


def difference(
    key: str, conflict: Conflict, field: Field | None, place: Place | None, title_of: TitleOf
) -> Difference:
    """One changed field in words. `place` is where it stands in the form, as it was typed."""
    known = field if place is None else place.view

    def said(raw: Any) -> str:
        return str(raw) if known is None else in_words(known.type, raw, known.titles, title_of)

    typed = place is not None and not place.is_static and not _is_untouched(place, conflict, key)
    return Difference(
        key if known is None else known.title,
        said(conflict.before.get(key)),
        said(conflict.fields[key]),
        typed_in_words(place, title_of) if place is not None and typed else None,
    )


def typed_in_words(place: Place, title_of: TitleOf) -> str:
    """What stands in an input."""
    if place.kind is Kind.TEXT:
        return place.raw or "empty"
    return in_words(place.view.type, place.raw or None, place.view.titles, title_of)


def in_words(typ: Type, raw: Any, titles: Mapping[str, str], title_of: TitleOf) -> str:
    """JSON, or what was typed, as people read it."""
    if raw is None or raw == "":
        return "empty"
    if typ.kind is Kind.REF:
        return title_of(str(typ.entity), str(raw))
    try:
        return value_in_words(typ, from_json(typ, raw), titles) or "empty"
    except ValueError:  # it was typed, and is no such value
        return str(raw)


def _is_untouched(place: Place, conflict: Conflict, key: str) -> bool:
    return place.raw == _typed(place.view.type, conflict.before.get(key))


def _typed(typ: Type, raw: Any) -> str:
    return as_typed(None if raw is None else from_json(typ, raw))
