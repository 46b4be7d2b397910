"""ROL002 idle-lane: a procedure lists a role that has nothing to do in it.

Lanes are drawn in the diagram; an empty one would promise what never comes.

    procedure: case-review
    roles: { clerk: case.owner, manager: anyone }

Right:

    procedure: case-review
    roles: { clerk: case.owner }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.procedure import Procedure
from server.domain.step import Approve, Do
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    known = manuscript.known("role")
    for key, procedure in manuscript.procedures.items():
        used = _used(procedure)
        for role in procedure.lanes:
            if role not in used and role in known:
                yield Diagnostic(
                    CODE,
                    manuscript.source("procedure", key).key_mark("roles", role),
                    f"'{role}' has nothing to do in this procedure.",
                    "Give it a step, name it in 'with', or take it off the list.",
                )


def _used(procedure: Procedure) -> set[str]:
    used = {start.by for start in procedure.starts if start.by is not None}
    for step in procedure.walk():
        if isinstance(step.action, Do):
            used |= {step.action.role, *step.action.with_roles}
        if isinstance(step.action, Approve):
            used |= {signer.role for signer in step.action.signers}
        if isinstance(step.action, Do | Approve) and step.action.due and step.action.due.late:
            used |= {step.action.due.late}
    return used
