"""DEC009 no-order: a decision goes by the order of its outputs, and none of them has one.

With `priority` and `output-order` the values of an output are listed from the highest down. Only a
choice lists its values; outputs of other types do not count, and of equals the first rule does.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: whole_number } }
    hits: priority
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: 20 } }
      - { otherwise: { fee: 10 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { choice: [high, low] } }
    hits: priority
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: high } }
      - { otherwise: { fee: low } }
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
        said = [typ for name, typ in decision.outputs.items() if name not in decision.derived]
        if all(typ.kind is not Kind.CHOICE for typ in said):
            yield Diagnostic(
                CODE,
                manuscript.source("decision", key).mark("hits"),
                f"With '{decision.hits.value}' the values of an output need an order.",
                "Make it a choice, whose values stand from the highest down.",
            )
