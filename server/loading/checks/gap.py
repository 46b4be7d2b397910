"""DEC020 gap: for some inputs no rule of a decision holds.

A run that comes there gets no verdict and stops with a failure. The inputs are told by example: one
for each gap, as wide as it is.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: "> 5" }, then: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: ">= 5" }, then: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC020"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.GAP):
        yield Diagnostic(
            CODE,
            found.source.key_mark("rules"),
            f"No rule holds {found.example}.",
            "Add a rule for this, widen one, or write 'otherwise'.",
        )
