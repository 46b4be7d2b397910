"""FRM006 row-incomplete: a row that somebody adds would lack a field that its entity requires.

Each row is a record of its own, whole as every other: what is required and has no default is among
the fields of the row. The record that the row belongs to fills itself in. Nobody adds to rows that
are `fixed`.

    form: applicant
    title: Somebody who asks
    entity: person
    sections:
      - { title: Cases, rows: person.cases, fields: [urgent] }

Right:

    form: applicant
    title: Somebody who asks
    entity: person
    sections:
      - { title: Cases, rows: person.cases, fields: [subject, urgent] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import STATUS
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM006"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, form in manuscript.forms.items():
        source = manuscript.source("form", key)
        for number, section in enumerate(form.sections):
            rows = section.rows
            if rows is None or rows.fixed:
                continue
            filled = {item.field for item in rows.fields} | {rows.back, STATUS}
            child = manuscript.entities[rows.entity]
            missing = [
                field.title
                for field in child.columns
                if field.required
                and field.default is None
                and field.decided_by is None
                and field.key not in filled
            ]
            if missing:
                yield Diagnostic(
                    CODE,
                    source.mark("sections", number, "fields"),
                    f"Nothing fills {', '.join(missing)} of a {child.title.lower()} that is added.",
                    "Put it among the fields of the row.",
                )
