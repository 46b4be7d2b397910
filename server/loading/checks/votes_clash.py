"""VOT001 votes-clash: a vote can both pass and fail.

When enough may approve and, on the same board, enough may reject, whoever signs first would decide.
The shares of both add up to more than 1, or one of them is `all`. Leaving `fails` out is always
sound: then as many reject as keep it from passing.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }]
        passes: 1/2
        fails: 1/2
        outcomes: { approved: done, rejected: done }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }]
        passes: 2/3
        fails: 1/2
        outcomes: { approved: done, rejected: done, undecided: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Approve
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "VOT001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if not isinstance(step.action, Approve):
            continue
        clash = step.action.thresholds.clash()
        if clash is not None:
            seats = f"{clash.seats} seats" if clash.seats > 1 else "one seat"
            yield Diagnostic(
                CODE,
                source.mark(*path, "fails"),
                f"With {seats}, {clash.approve} approving and {clash.reject} rejecting, this both "
                "passes and fails.",
                "Raise one of the two, or leave 'fails' out.",
            )
