"""PRC011 wrong-handover: the record that is handed over is not what the other procedure is about.

`about` of the step says which record crosses; without it, it is the record of the run.

    procedure: case-registration
    steps:
      - { step: jot, create: note as remark, set: { remark.text: '"Came in person"' } }
      - { step: review, continue_in: case-review, about: remark }

Right:

    procedure: case-registration
    steps:
      - { step: jot, create: note as remark, set: { remark.text: '"Came in person"' } }
      - { step: review, continue_in: case-review }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.handover import handovers
from server.loading.checks.record import meant
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC011"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for link in handovers(manuscript):
        entity = meant(manuscript, link.step, link.giver)
        if entity in {None, link.taker.about} or link.taker.about not in manuscript.entities:
            continue
        part = "about" if link.step.about is not None else link.verb
        yield Diagnostic(
            CODE,
            link.source.mark(*link.path, part),
            f"This hands over a record of '{entity}'; '{link.taker.key}' is about "
            f"'{link.taker.about}'.",
            f"Say with 'about' which record of '{link.taker.about}' is meant.",
        )
