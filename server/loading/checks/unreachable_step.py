"""PRC003 unreachable-step: no way leads to a step.

It would never be shown to anyone. Most often the step before it jumps elsewhere, or an outcome that
led here has gone.

    procedure: case-review
    steps:
      - { step: close, set: { case.status: decided }, then: finish }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - { step: close, set: { case.status: decided } }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.graph import first_of_each, reachable
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC003"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        ways = steps.ways()
        reached = reachable(ways, steps.entries)
        missed = [step.key for step in steps.steps if step.key not in reached]
        for key in first_of_each(ways, missed):
            yield Diagnostic(
                CODE,
                steps.mark(steps.procedure.step(key)),
                f"No way leads to step '{key}'.",
                f"Let another step lead to '{key}', or delete it.",
            )
