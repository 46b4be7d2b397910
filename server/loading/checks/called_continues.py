"""PRC041 called-continues: a procedure that is called hands over and never comes back.

Whoever calls a procedure waits for its end. One that continues in another has no end to wait for;
it may `start` the other, or `call` it in turn.

    procedure: case-registration
    steps:
      - { step: others, for_each: other in cases, call: case-registration, about: other }
      - { step: review, continue_in: case-review }
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - after: case-registration

Right:

    procedure: case-registration
    steps:
      - { step: others, for_each: other in cases, call: case-registration, about: other }
      - { step: review, start: case-review }
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - after: case-registration
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import ContinueIn
from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC041"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for link in handovers(manuscript):
        goes_on = [step.key for step in link.taker.walk() if isinstance(step.action, ContinueIn)]
        if link.verb == "call" and goes_on:
            yield Diagnostic(
                CODE,
                link.source.mark(*link.path, "call"),
                f"'{link.taker.key}' does not come back: it continues elsewhere in step "
                f"'{goes_on[0]}'.",
                "Let it 'start' or 'call' the other procedure, or 'start' it from here.",
            )
