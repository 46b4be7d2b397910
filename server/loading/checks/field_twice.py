"""FRM003 field-twice: a field stands on a form twice.

Two boxes for one value would leave it open which of them counts.

    form: case-judgement
    sections:
      - { title: First, fields: [subject, reason] }
      - { title: Second, fields: [reason] }

Right:

    form: case-judgement
    sections:
      - { title: First, fields: [subject] }
      - { title: Second, fields: [reason] }
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from server.loading.diagnostics import Diagnostic, Mark
from server.loading.manuscript import Manuscript

CODE = "FRM003"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, form in manuscript.forms.items():
        source = manuscript.source("form", key)
        seen: set[str] = set()
        for number, section in enumerate(form.sections):
            rows = section.rows
            if rows is not None:
                yield from _told(rows.field, seen, source.mark("sections", number, "rows"))
                seen.add(rows.field)
            of_part = seen if rows is None else set()
            for index, item in enumerate(section.fields if rows is None else rows.fields):
                mark = source.mark("sections", number, "fields", index)
                yield from _told(item.field, of_part, mark)
                of_part.add(item.field)


def _told(field: str, seen: Container[str], mark: Mark) -> Iterator[Diagnostic]:
    if field in seen:
        yield Diagnostic(
            CODE, mark, f"'{field}' stands on this form already.", "Delete one of the two."
        )
