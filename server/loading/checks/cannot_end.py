"""PRC004 cannot-end: once a run has come to a step, it can never end.

Every way on leads back. Somewhere on it there has to be a way out: to a step that ends the run, or
to `done`.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        then: again
      - { step: again, set: { case.urgent: true }, then: judge }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        outcomes:
          again: { label: Look again, then: again }
          enough: { label: That is enough, then: done }
      - { step: again, set: { case.urgent: true }, then: judge }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.ways import DONE
from server.loading.checks.graph import backwards, first_of_each, reachable
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        ways = steps.ways()
        ends = [DONE, *(step.key for step in steps.steps if step.is_last)]
        ending = reachable(backwards(ways), ends)
        reached = reachable(ways, steps.entries)
        stuck = [key for key in steps.keys if key in reached and key not in ending]
        for key in first_of_each(ways, stuck):
            yield Diagnostic(
                CODE,
                steps.mark(steps.procedure.step(key)),
                f"Once a run has come to step '{key}', it can never end.",
                "Give one of the steps from here on a way out.",
            )
