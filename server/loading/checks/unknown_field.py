"""REF003 unknown-field: a field is named that its entity does not have.

Fields are named in lists, forms, `set`, and wherever one entity speaks of another.

    entity: note
    listed: [text, wieght]

Right:

    entity: note
    listed: [text]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF003"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for reference in manuscript.references:
        if reference.kind != "field":
            continue
        key, _, field = reference.key.partition(".")
        entity = manuscript.entities.get(key)
        if entity is not None and field not in entity.fields:
            yield Diagnostic(
                CODE,
                reference.mark,
                f"{entity.title} has no field '{field}'.",
                did_you_mean(field, entity.fields),
            )
