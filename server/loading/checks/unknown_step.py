"""PRC001 unknown-step: a jump leads to a step that the procedure does not have.

Jumps are `then`, outcomes, the rows of `choose`, and `begins_at` of a start.

    procedure: case-review
    steps:
      - { step: close, set: { case.status: decided }, then: finsh }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - { step: close, set: { case.status: decided }, then: finish }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.ways import DONE
from server.loading.checks.jumps import jumps
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        known = {raw["step"] for _, raw in written_steps(source.data)} | {DONE}
        for target, path, _ in jumps(source.data):
            if target not in known:
                yield Diagnostic(
                    CODE,
                    source.mark(*path),
                    f"There is no step '{target}' in this procedure.",
                    did_you_mean(target, known),
                )
