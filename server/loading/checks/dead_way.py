"""PRC061 dead-way: by what has been decided on the way, a row of a gateway can never be taken.

By itself the row is fine. But every run that comes here has passed a condition, an answer or a
verdict that shuts it out. Most often a jump before it leads to the wrong place.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        as: judgement
        outcomes:
          sound: { label: It is sound, then: sort }
          unsure: { label: I cannot tell, then: finish }
      - step: sort
        choose:
          - { rule: unsure, if: judgement.outcome = unsure, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        as: judgement
        outcomes:
          sound: { label: It is sound, then: sort }
          unsure: { label: I cannot tell, then: sort }
      - step: sort
        choose:
          - { rule: unsure, if: judgement.outcome = unsure, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Choose
from server.loading.checks.surveyed import is_read, is_readable
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving.flow import Facts

CODE = "PRC061"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        gateways = [step.action for step in steps.steps if isinstance(step.action, Choose)]
        if not gateways or not is_read(manuscript, steps.source):
            continue
        if not all(is_readable(item.gateway) for item in gateways):
            continue
        facts = Facts(steps.procedure, steps.steps)
        for step, number in facts.never_taken(steps.entries):
            assert isinstance(step.action, Choose)
            key = step.action.gateway.rules[number].key
            place = (*steps.path, steps.steps.index(step), "choose", number)
            yield Diagnostic(
                CODE,
                steps.source.mark(*place),
                f"'{key}' is never taken: what has been decided before shuts it out.",
                "Look at the jumps that lead here, or delete this row.",
            )
