"""PRC025 verdict-unused: a decision is asked, and nothing follows from what it says.

Its values lead on as `outcomes`, or the verdict gets a name with `as` and is read later.

    procedure: case-review
    steps:
      - { step: verdict, decide: case-verdict, given: { sound: case.urgent = true } }

Right:

    procedure: case-review
    steps:
      - step: verdict
        decide: case-verdict
        given: { sound: case.urgent = true }
        outcomes: { accept: done, reject: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Decide
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "PRC025"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if isinstance(step.action, Decide) and not step.outcomes and step.name is None:
            yield Diagnostic(
                CODE,
                source.mark(*path, "decide"),
                "Nothing follows from this verdict.",
                "Give the step outcomes, or a name for the verdict with 'as'.",
                Severity.WARNING,
            )
