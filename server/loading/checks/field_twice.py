"""FRM003 field-twice: a field stands on a form twice.

Two boxes for one value would leave it open which of them counts.

    form: case-judgement
    sections:
      - { title: First, fields: [subject, reason] }
      - { title: Second, fields: [reason] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM003"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, form in manuscript.forms.items():
        source = manuscript.source("form", key)
        seen: set[str] = set()
        for number, section in enumerate(form.sections):
            for index, item in enumerate(section.fields):
                if item.field in seen:
                    yield Diagnostic(
                        CODE,
                        source.mark("sections", number, "fields", index),
                        f"'{item.field}' stands on this form already.",
                        "Delete one of the two.",
                    )
                seen.add(item.field)
