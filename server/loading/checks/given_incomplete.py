"""PRC019 given-incomplete: a decision is not given just the inputs it asks for.

Named answers or a record give each input by its own name; a map gives each an expression. Only
inputs that are `optional` may be left out.

    procedure: case-review
    steps:
      - step: verdict
        decide: case-verdict
        given: { found: case.urgent = true }
        outcomes: { accept: done, reject: done }

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

from server.domain.expression.spelling import did_you_mean
from server.domain.step import Decide
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC019"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if not manuscript.has_all_entities:
        return
    for procedure, source, step, path in manuscript.walked():
        decision = (
            manuscript.decisions.get(step.action.decision)
            if isinstance(step.action, Decide)
            else None
        )
        if decision is None:
            continue
        assert isinstance(step.action, Decide)
        given = step.action.given
        written = _written(manuscript, procedure.key, path)
        if not isinstance(written, dict) and not given:
            continue  # what it names is unsound, as is said there
        for key in given.keys() - decision.inputs.keys():
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "given", key),
                f"Decision '{decision.key}' has no input '{key}'.",
                did_you_mean(key, decision.inputs),
            )
        missing = [
            key for key in decision.inputs if key not in given and key not in decision.optional
        ]
        if missing:
            yield Diagnostic(
                CODE,
                source.mark(*path, "given"),
                f"Decision '{decision.key}' also needs {', '.join(missing)}.",
                "Ask for it before, or give it with an expression: given: { input: expression }.",
            )


def _written(manuscript: Manuscript, key: str, path: tuple[str | int, ...]) -> object:
    value = manuscript.source("procedure", key).data
    for part in (*path, "given"):
        value = value[part]
    return value
