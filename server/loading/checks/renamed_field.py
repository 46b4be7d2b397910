"""ENT008 renamed-field: `was` names a field that is still there, or that two fields were.

`was` tells the database which column to go on with, so it has to be one that has gone.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      words: { title: Words, type: text, was: text, guideline: The same in short. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      words: { title: Words, type: text, was: summary, guideline: The same in short. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT008"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        seen: dict[str, str] = {}
        for field in entity.fields.values():
            if field.was is None:
                continue
            other = field.was if field.was in entity.fields else seen.get(field.was)
            if other is not None:
                yield Diagnostic(
                    CODE,
                    source.mark("fields", field.key, "was"),
                    f"What was '{field.was}' is kept by the field '{other}'.",
                    "Leave 'was' out: this field is new.",
                )
            seen.setdefault(field.was, field.key)
