"""FRM001 wrong-form: a step shows a form of another entity than the record it fills.

A form fills the record that the step `creates`, else the one it is `about` or that is signed, else
the run's.

    procedure: case-review
    steps:
      - step: jot
        title: Write a note
        role: clerk
        do: Write down what was said
        instruction: A few words will do, as long as the next reader understands them.
        form: note

Right:

    procedure: case-review
    steps:
      - step: jot
        title: Write a note
        role: clerk
        do: Write down what was said
        instruction: A few words will do, as long as the next reader understands them.
        form: note
        creates: note as remark
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Approve, Do
from server.loading.checks.record import meant
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure, source, step, path in manuscript.walked():
        action = step.action
        if not isinstance(action, Do | Approve) or action.form not in manuscript.forms:
            continue
        form = manuscript.forms[str(action.form)]
        filled = meant(manuscript, step, procedure)
        if isinstance(action, Do) and action.creates:
            filled = action.creates.entity
        if filled not in {None, form.entity}:
            yield Diagnostic(
                CODE,
                source.mark(*path, "form"),
                f"Form '{form.key}' is for records of '{form.entity}', and this step fills one of "
                f"'{filled}'.",
                "Name a form of that entity, or say with 'about' which record is filled.",
            )
