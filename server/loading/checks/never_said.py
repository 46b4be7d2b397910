"""DEC007 never-said: no rule gives one of the values that a decision can say.

What would follow from it never happens. Either a rule is missing, or the value is left over.

    decision: case-verdict
    rules:
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
      - { otherwise: { verdict: accept } }

Right:

    decision: case-verdict
    rules:
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
      - { otherwise: { verdict: reject } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "DEC007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        source = manuscript.source("decision", key)
        for name, typ in decision.outputs.items():
            written = source.data["output"][name]
            if typ.kind is not Kind.CHOICE or "choice" not in written or "is" in written:
                continue
            said = {rule.then.get(name) for rule in decision.rules}
            for index, value in enumerate(typ.choices):
                if value not in said:
                    yield Diagnostic(
                        CODE,
                        source.mark("output", name, "choice", index),
                        f"No rule ever says '{value}'.",
                        "Write the rule that does, or leave the value out.",
                        Severity.WARNING,
                    )
