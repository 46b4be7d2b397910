"""PRC008 endless-loop: steps can go round and round without a person.

A loop is fine where somebody has to act in it. Where the application does every step by itself, it
would go on until it is stopped.

    procedure: case-review
    steps:
      - { step: hurry, set: { case.urgent: true } }
      - step: look
        choose:
          - { rule: urgent, if: case.urgent = true, then: hurry }
          - { otherwise: finish }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - { step: hurry, set: { case.urgent: true } }
      - step: look
        choose:
          - { rule: urgent, if: case.urgent = true, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.graph import reachable
from server.loading.checks.resting import rests
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC008"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        by_itself = {step.key for step in steps.steps if not rests(step)}
        ways = {
            key: [other for other in followers if other in by_itself]
            for key, followers in steps.ways().items()
            if key in by_itself
        }
        reached = reachable(steps.ways(), steps.entries)
        told: set[str] = set()
        for key in steps.keys:
            if key not in ways or key not in reached or key in told:
                continue
            if key in reachable(ways, ways[key]):
                told |= reachable(ways, [key])
                yield Diagnostic(
                    CODE,
                    steps.mark(steps.procedure.step(key)),
                    f"From step '{key}' the run can come back to it without a person.",
                    "Let somebody act in this loop, or lead one of its steps elsewhere.",
                )
