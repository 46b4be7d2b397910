"""ENT004 back-reference: a field lists the records that refer here, and those do not.

`back` names an entity and its field that refers to this one.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      cases: { title: Cases, back: case.owner, guideline: All that came of it. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      case: { title: Case, ref: case, guideline: The case it is about. }
      answers: { title: Answers, back: note.answers_to, guideline: All that came of it. }
      answers_to: { title: Answers to, ref: note, guideline: The note before. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        for field in entity.fields.values():
            if field.back is None:
                continue
            other = manuscript.entities.get(field.back[0])
            there = other.fields.get(field.back[1]) if other is not None else None
            if there is None or other is None:
                continue
            if there.type.kind is not Kind.REF or there.type.entity != key:
                yield Diagnostic(
                    CODE,
                    manuscript.source("entity", key).mark("fields", field.key, "back"),
                    f"'{there.key}' of {other.title.lower()} does not refer to '{key}'.",
                    f"Name a field with 'ref: {key}'.",
                )
