"""DEC009 no-order: a decision goes by the order of its outputs, and one of them has none.

With `priority` and `output-order` the values of each output are listed from the highest down. Only a
choice lists its values.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: whole_number } }
    hits: priority
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: 20 } }
      - { otherwise: { fee: 10 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.decision import RANKING
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC009"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        if decision.hits not in RANKING:
            continue
        source = manuscript.source("decision", key)
        for name, typ in decision.outputs.items():
            if typ.kind is not Kind.CHOICE and name not in decision.derived:
                yield Diagnostic(
                    CODE,
                    source.key_mark("output", name),
                    f"With '{decision.hits.value}' the values of '{name}' need an order.",
                    "Make it a choice, whose values stand from the highest down.",
                )
