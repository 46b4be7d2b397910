"""PRC009 dead-link: a step hands over to a procedure that knows nothing of it.

A link is written at both ends: here `start` or `continue_in`, there `after` among its `starts`.

    procedure: case-review
    steps:
      - { step: again, continue_in: case-registration }

Right:

    procedure: case-review
    steps:
      - { step: again, notify: case-decided }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC009"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for link in handovers(manuscript):
        if all(start.after != link.giver.key for start in link.taker.starts):
            yield Diagnostic(
                CODE,
                link.source.mark(*link.path, link.verb),
                f"Procedure '{link.taker.key}' has no start after '{link.giver.key}'.",
                f"Write '- after: {link.giver.key}' among the starts of '{link.taker.key}'.",
            )
