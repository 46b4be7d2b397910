"""PRC018 duplicate-start: two starts of a procedure have the same id.

Without `start:`, the id is made of what starts it, so two of a kind need ids of their own.

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - { by: clerk, title: Somebody phones, form: case-intake }

Right:

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - { by: clerk, title: Somebody phones, start: phone, form: case-intake }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC018"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure in manuscript.procedures.values():
        source = manuscript.source("procedure", procedure.key)
        seen: set[str] = set()
        for index, start in enumerate(procedure.starts):
            if start.key in seen:
                yield Diagnostic(
                    CODE,
                    source.mark("starts", index),
                    f"Another start is called '{start.key}' already.",
                    "Give each an id of its own: start: ...",
                )
            seen.add(start.key)
