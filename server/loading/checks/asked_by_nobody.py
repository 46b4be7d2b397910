"""VOT004 asked-by-nobody: `requested_by` of an entity is no field with a person.

Nobody signs what they have asked for themselves; so it has to be known who that is.

    entity: note
    requested_by: text

Right:

    entity: note
    listed: [text]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "VOT004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        field = entity.fields.get(entity.requested_by or "")
        if field is not None and field.type.entity != "person":
            yield Diagnostic(
                CODE,
                manuscript.source("entity", key).mark("requested_by"),
                f"'{field.key}' of {entity.title} is no person.",
                "Name a field that refers to person.",
            )
