"""ROL001 role-without-lane: a step is for a role that the procedure does not list.

`roles` of a procedure are its lanes, in order, each with who holds it in a run.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: manager
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.step import (
    Approve,
    Do,
    Step,
)
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.marked import Path

CODE = "ROL001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    known = manuscript.known("role")
    for procedure, source, step, path in manuscript.walked():
        for role, at in _named(step, path):
            if role in known and role not in procedure.lanes:
                yield Diagnostic(
                    CODE,
                    source.mark(*at),
                    f"'{role}' is not among the roles of this procedure.",
                    did_you_mean(role, procedure.lanes),
                )


def _named(step: Step, path: Path) -> Iterator[tuple[str, Path]]:
    """The roles that a step is for, each with where it is named."""
    match step.action:
        case Do(role=role, with_roles=with_roles):
            yield role, (*path, "role")
            yield from ((other, (*path, "with", at)) for at, other in enumerate(with_roles))
        case Approve(signers=signers):
            yield from (
                (signer.role, (*path, "signers", at, "role")) for at, signer in enumerate(signers)
            )
    if isinstance(step.action, Do | Approve) and step.action.due and step.action.due.late:
        yield step.action.due.late, (*path, "due", "late")
