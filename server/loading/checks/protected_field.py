"""PRC028 protected-field: a step sets a field that nobody may set.

What a decision decides follows from other fields, and a list of the records that refer here follows
from those records.

    procedure: case-review
    steps:
      - { step: weigh, set: { case.weight: heavy } }

Right:

    procedure: case-review
    steps:
      - { step: weigh, set: { case.urgent: true } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Field
from server.loading.checks.writing import assignments, entity_of
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC028"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source, path, item in assignments(manuscript):
        entity = manuscript.entities.get(entity_of(item))
        field = entity.fields.get(item.field) if entity is not None else None
        reason = _reason(field) if field is not None else ""
        if reason:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "set", item.place),
                f"'{item.field}' cannot be set: {reason}.",
                "Set what it follows from.",
            )


def _reason(field: Field) -> str:
    if field.decided_by is not None:
        return f"decision '{field.decided_by}' decides it"
    if field.back is not None:
        return f"it lists what '{'.'.join(field.back)}' says"
    return ""
