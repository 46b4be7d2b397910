"""ENT010 never-filled: no form, no step and no message fills a field of records that procedures make.

It would stay empty, unless somebody thinks of it by hand. Put it on the form of the step at which it
becomes known, or take it off the entity. A default, a decision and a list fill themselves. Records
that have no form at all, and that a role may create by hand, are filled in on their own page.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      heard_on: { title: Heard on, type: date, guideline: The day on which it was said. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      tone: { title: Tone, type: text, default: calm, guideline: As you heard it. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.correlation import LOOKED_AFTER
from server.domain.entity import STATUS, Field
from server.loading.checks.writing import assignments, by_hand, entity_of, made, on_forms
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "ENT010"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if any(item.is_error for item in manuscript.diagnostics):
        return  # what could not be read may be what fills it
    filled = {
        *on_forms(manuscript),
        *((entity_of(item), item.field) for _, _, item in assignments(manuscript)),
        *_by_messages(manuscript),
    }
    for key in sorted(made(manuscript)):
        is_by_hand = by_hand(manuscript, key)
        for name, field in manuscript.entities[key].fields.items():
            if is_by_hand and not field.read_only:
                continue
            if (key, name) not in filled and not _fills_itself(field):
                yield Diagnostic(
                    CODE,
                    manuscript.source("entity", key).key_mark("fields", name),
                    f"Nothing ever fills '{name}'.",
                    "Put it on a form, set it at a step, or delete it.",
                    Severity.WARNING,
                )


def _fills_itself(field: Field) -> bool:
    return (
        field.key == STATUS
        or field.default is not None
        or field.decided_by is not None
        or not field.is_stored
    )


def _by_messages(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    for correlation in manuscript.correlations.values():
        for name in (*correlation.fields, *correlation.links, *LOOKED_AFTER):
            yield correlation.creates, name
