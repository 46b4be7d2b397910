"""FRM002 asked-twice: a question of a step has the name of a field of the record it fills.

A lasting property of a thing is a field, and stands on the form; `asks` are facts of this time
round. One name for both would leave it open which is meant.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        asks: { urgent: Is it urgent? }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        asks: { sound: Is it sound? }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import (
    BECAUSE,
    Approve,
    Do,
)
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        action = step.action
        if isinstance(action, Approve) and BECAUSE in action.asks:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "asks", BECAUSE),
                f"'{BECAUSE}' is asked of every signer.",
                "Leave it out, or give the question another name.",
            )
        if not isinstance(action, Do | Approve) or action.form not in manuscript.forms:
            continue
        entity = manuscript.entities[manuscript.forms[str(action.form)].entity]
        for key in action.asks:
            if key in entity.fields:
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "asks", key),
                    f"'{key}' is a field of {entity.title.lower()}.",
                    "Put that field on the form, or give the question another name.",
                )
            elif key == "outcome":
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "asks", key),
                    "'outcome' is how the answers call the button that was chosen.",
                    "Give the question another name.",
                )
