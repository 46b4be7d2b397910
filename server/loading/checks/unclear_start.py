"""PRC012 unclear-start: it is not clear at which start another procedure is entered.

Where it has several starts after this procedure, `enters` says which; where it has one, nothing has
to be said.

    procedure: case-registration
    steps:
      - { step: review, continue_in: case-review, enters: in-a-hurry }

Right:

    procedure: case-registration
    steps:
      - { step: review, continue_in: case-review }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC012"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for link in handovers(manuscript):
        fitting = [start.key for start in link.taker.starts if start.after == link.giver.key]
        if link.enters is None and len(fitting) > 1:
            yield Diagnostic(
                CODE,
                link.source.mark(*link.path, link.verb),
                f"'{link.taker.key}' has several starts after '{link.giver.key}'.",
                f"Say which one it 'enters': {', '.join(fitting)}.",
            )
        elif link.enters is not None and fitting and link.enters not in fitting:
            yield Diagnostic(
                CODE,
                link.source.mark(*link.path, "enters"),
                f"'{link.taker.key}' has no start '{link.enters}' after '{link.giver.key}'.",
                did_you_mean(link.enters, fitting),
            )
