"""PRC017 outside-work: a procedure that is carried out elsewhere is not one task here.

`outside: yes` means that another organisation or tool does the work. What is left here is one task
for the receiving role, which tells how it came out.

    procedure: case-review
    outside: yes
    steps:
      - { step: tell, notify: case-decided }

Right:

    procedure: case-review
    outside: yes
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        outcomes:
          sound: { label: It is sound, then: done }
          unsound: { label: It is not, then: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import (
    Create,
    Do,
    Group,
    Together,
)
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC017"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, procedure in manuscript.procedures.items():
        if not procedure.outside:
            continue
        mark = manuscript.source("procedure", key).mark("outside")
        actions = [step.action for step in procedure.walk()]
        tasks = sum(isinstance(action, Do) for action in actions)
        if tasks != 1:
            yield Diagnostic(
                CODE,
                mark,
                f"Work done outside is one task here; this has {tasks}.",
                "Write one step with 'do', and let its outcomes lead on.",
            )
        if any(isinstance(action, Create | Together | Group) for action in actions):
            yield Diagnostic(
                CODE,
                mark,
                "Work done outside makes no records here and has no branches.",
                "Leave 'create' and 'together' to the procedure that takes over afterwards.",
            )
