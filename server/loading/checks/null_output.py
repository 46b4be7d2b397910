"""DEC011 null-output: a rule says null for an output that is always known.

Who reads a verdict need not test for null, unless the output is `optional`.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: whole_number } }
    hits: first
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: 20 } }
      - { otherwise: { fee: null } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: whole_number } }
    hits: first
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: 20 } }
      - { otherwise: { fee: 0 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC011"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        source = manuscript.source("decision", key)
        for index, raw in enumerate(source.data.get("rules", ())):
            part = "otherwise" if "otherwise" in raw else "then"
            for name, written in raw[part].items():
                if written is None and name in decision.outputs.keys() - decision.nullable:
                    yield Diagnostic(
                        CODE,
                        source.mark("rules", index, part, name),
                        f"'{name}' is always known, and this rule says null.",
                        "Give it a value, or make the output 'optional: yes'.",
                    )
