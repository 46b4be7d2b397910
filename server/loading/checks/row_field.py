"""FRM007 row-field: a field cannot stand in a row of child records.

All rows show the same fields, so none has a condition; which record a row belongs to is known
already; and a list of records has rows of its own on another form.

    form: applicant
    title: Somebody who asks
    entity: person
    sections:
      - { title: Cases, rows: person.cases, fields: [subject, owner] }

Right:

    form: applicant
    title: Somebody who asks
    entity: person
    sections:
      - { title: Cases, rows: person.cases, fields: [subject, urgent] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.form import FormField, Rows
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, form in manuscript.forms.items():
        source = manuscript.source("form", key)
        for number, section in enumerate(form.sections):
            if section.rows is None:
                continue
            child = manuscript.entities[section.rows.entity]
            for index, item in enumerate(section.rows.fields):
                path = ("sections", number, "fields", index)
                sentence = _wrong(item, section.rows, child)
                if sentence:
                    yield Diagnostic(CODE, source.mark(*path), sentence, "Take it off the row.")


def _wrong(item: FormField, rows: Rows, child: Entity) -> str:
    field = child.fields.get(item.field)
    if item.field == rows.back:
        return f"'{item.field}' of each row is the record that the form fills."
    if item.condition is not None:
        return f"'{item.field}' has a condition, and all rows show the same fields."
    if field is not None and field.back is not None:
        return f"'{item.field}' is a list of records itself."
    return ""
