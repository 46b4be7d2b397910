"""ENT007 no-text: a field is searched, or stands for its record, and cannot do that.

The search looks into texts. What stands for a record in lists is a field of its own, not a list of
other records. And what is to be unique has to be kept, and a text short enough to be looked up.

    entity: case
    searched: [subject, urgent]

Right:

    entity: case
    searched: [subject, reason]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Field
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT007"
INDEXED_LENGTH = 500
"""Characters of the longest text that every database keeps in an index."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        label = entity.fields.get(entity.label)
        if label is not None and not label.is_stored:
            yield Diagnostic(
                CODE,
                source.mark("label"),
                f"'{label.key}' lists other records and cannot stand for this one.",
                "Name a field that says what the record is.",
            )
        for index, name in enumerate(entity.searched):
            field = entity.fields.get(name)
            if field is not None and field.type.kind is not Kind.TEXT:
                yield Diagnostic(
                    CODE,
                    source.mark("searched", index),
                    f"'{name}' is no text, so the search finds nothing in it.",
                    "Take it off the list; lists can be narrowed by it anyway.",
                )
        for field in entity.fields.values():
            if field.unique and not _can_be_looked_up(field):
                yield Diagnostic(
                    CODE,
                    source.key_mark("fields", field.key, "unique"),
                    f"'{field.key}' cannot be kept unique.",
                    f"A text needs 'at_most', {INDEXED_LENGTH} or less.",
                )


def _can_be_looked_up(field: Field) -> bool:
    if field.type.kind is not Kind.TEXT:
        return field.is_stored
    return field.type.at_most is not None and field.type.at_most <= INDEXED_LENGTH
