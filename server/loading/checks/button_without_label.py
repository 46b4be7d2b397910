"""PRC024 button-without-label: a person is to choose an outcome that has no words.

The outcomes of a `do` are buttons, and a button says what it means.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        outcomes: { accept: done, reject: done }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        outcomes:
          accept: { label: It is sound, then: done }
          reject: { label: It is not, then: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Do
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC024"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if not isinstance(step.action, Do):
            continue
        for key, outcome in step.outcomes.items():
            if not outcome.label:
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "outcomes", key),
                    f"The button for '{key}' has no words.",
                    f"Write {key}: {{ label: ..., then: ... }}.",
                )
