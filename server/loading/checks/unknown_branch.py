"""PRC020 unknown-branch: `finish_when` names no branch.

It says `all`, `first`, or the name of the branch whose end ends the others.

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided }]
          money: [{ step: pay, notify: case-decided }]
        finish_when: payment

Right:

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided }]
          money: [{ step: pay, notify: case-decided }]
        finish_when: money
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.step import Together
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC020"
WORDS = ("all", "first")


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if not isinstance(step.action, Together):
            continue
        known = [*WORDS, *(branch.key for branch in step.action.branches)]
        named = step.action.finish_when
        if named not in known:
            yield Diagnostic(
                CODE,
                source.mark(*path, "finish_when"),
                f"There is no branch '{named}'.",
                did_you_mean(named, known),
            )
        for branch in step.action.branches:
            if branch.key in WORDS:
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "together", branch.key),
                    f"No branch can be called '{branch.key}': 'finish_when' has that word.",
                    "Choose another name.",
                )
