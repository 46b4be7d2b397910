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
from server.domain.procedure import Assignment
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile

CODE = "PRC028"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source, path, item in _assignments(manuscript):
        typ = item.record.type
        entity = manuscript.entities.get(typ.entity or "") if typ is not None else None
        field = entity.fields.get(item.field) if entity is not None else None
        reason = _reason(field) if field is not None else ""
        if reason:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "set", f"{item.record.text}.{item.field}"),
                f"'{item.field}' cannot be set: {reason}.",
                "Set what it follows from.",
            )


def _assignments(manuscript: Manuscript) -> Iterator[tuple[SourceFile, Path, Assignment]]:
    for key, procedure in manuscript.procedures.items():
        source = manuscript.source("procedure", key)
        for index, start in enumerate(procedure.starts):
            for item in start.set:
                yield source, ("starts", index), item
        for step, path in manuscript.steps(procedure):
            for item in step.set:
                yield source, path, item
            for outcome in step.outcomes.values():
                for item in outcome.set:
                    yield source, (*path, "outcomes", outcome.key), item


def _reason(field: Field) -> str:
    if field.decided_by is not None:
        return f"decision '{field.decided_by}' decides it"
    if field.back is not None:
        return f"it lists what '{'.'.join(field.back)}' says"
    return ""
