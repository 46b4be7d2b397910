"""ROL001 role-without-lane: a step is for a role that the procedure does not list.

`roles` of a procedure are its lanes, in order, each with who holds it in a run.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: manager
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.procedure import Do
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    known = manuscript.known("role")
    for procedure, source, step, path in manuscript.walked():
        if not isinstance(step.action, Do):
            continue
        named = [(step.action.role, (*path, "role"))]
        named += [
            (role, (*path, "with", index)) for index, role in enumerate(step.action.with_roles)
        ]
        if step.action.due is not None and step.action.due.late is not None:
            named.append((step.action.due.late, (*path, "due", "late")))
        for role, at in named:
            if role in known and role not in procedure.lanes:
                yield Diagnostic(
                    CODE,
                    source.mark(*at),
                    f"'{role}' is not among the roles of this procedure.",
                    did_you_mean(role, procedure.lanes),
                )
