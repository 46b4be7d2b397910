"""VOT005 too-few-seats: a number of signatures is asked for that there are not seats enough for.

A signer has one seat, or one for each record of its list. A signer with a condition may be left
out, and then there is a seat less: that is told as a warning, as the round could not be opened.

    procedure: case-review
    roles: { clerk: case.owner, manager: anyone }
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }, { role: manager }]
        passes: 3
        outcomes: { approved: done, rejected: done }

Right:

    procedure: case-review
    roles: { clerk: case.owner, manager: anyone }
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }, { role: manager }]
        passes: 2
        outcomes: { approved: done, rejected: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.procedure import Procedure
from server.domain.step import Approve, Signer
from server.domain.values import Kind
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "VOT005"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure, source, step, path in manuscript.walked():
        action = step.action
        if not isinstance(action, Approve) or not all(
            _has_one_seat(signer, procedure) for signer in action.signers
        ):
            continue
        most = len(action.signers)
        least = max(1, sum(signer.condition is None for signer in action.signers))
        for word, quota in (("passes", action.passes), ("fails", action.fails)):
            if not isinstance(quota, int) or quota <= (least if word == "passes" else most):
                continue
            seats = f"{most} seat{'s' if most > 1 else ''}"
            if quota > most:
                sentence = f"This takes {quota} signatures, and there is never more than {seats}."
                severity = Severity.ERROR
            else:
                sentence = (
                    f"This takes {quota} signatures; with just {least} asked, it cannot pass."
                )
                severity = Severity.WARNING
            hint = "Lower the number, or let more sign."
            yield Diagnostic(CODE, source.mark(*path, word), sentence, hint, severity)


def _has_one_seat(signer: Signer, procedure: Procedure) -> bool:
    """Whether it is known to be no list."""
    meant = signer.of or procedure.lanes.get(signer.role)
    if meant is None:
        return True
    return is_sound(meant) and meant.type is not None and meant.type.kind is not Kind.LIST
