"""PRC010 never-started: a start waits for a procedure that never hands over to this one.

A link is written at both ends: here `after`, there `start` or `continue_in`.

    procedure: case-registration
    steps:
      - { step: closed, end: turned-away }

Right:

    procedure: case-registration
    steps:
      - { step: review, continue_in: case-review }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC010"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    links = {(link.giver.key, link.taker.key) for link in handovers(manuscript)}
    for procedure in manuscript.procedures.values():
        source = manuscript.source("procedure", procedure.key)
        for index, start in enumerate(procedure.starts):
            giver = start.after
            if giver in manuscript.procedures and (giver, procedure.key) not in links:
                yield Diagnostic(
                    CODE,
                    source.mark("starts", index, "after"),
                    f"Procedure '{giver}' never starts '{procedure.key}' nor continues in it.",
                    f"Give '{giver}' a step with 'start: {procedure.key}', or delete this start.",
                )
