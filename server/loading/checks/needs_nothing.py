"""PRC023 needs-nothing: an outcome needs something that the step does not ask for.

What an outcome `needs` is a field of the step's form or one of its questions. Of what is signed, who
approves or rejects has to fill it in.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        outcomes:
          accept: { label: It is sound, then: done }
          reject: { label: It is not, needs: [raeson], then: done }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        outcomes:
          accept: { label: It is sound, then: done }
          reject: { label: It is not, needs: [reason], then: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.step import Approve, Do
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC023"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        action = step.action
        if not isinstance(action, Do | Approve):
            for key, outcome in step.outcomes.items():
                if outcome.needs:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, "outcomes", key, "needs"),
                        "Nobody fills anything in at this step.",
                        "'needs' belongs to the outcomes of 'do' and 'approve'.",
                    )
            continue
        form = manuscript.forms.get(action.form or "")
        if action.form is not None and form is None:
            continue
        fields = [item.field for item in form.fields] if form else []
        known = [*fields, *action.asks]
        for key, outcome in step.outcomes.items():
            for index, need in enumerate(outcome.needs):
                if need not in known:
                    yield Diagnostic(
                        CODE,
                        source.mark(*path, "outcomes", key, "needs", index),
                        f"This step asks for no '{need}'.",
                        did_you_mean(need, known),
                    )
