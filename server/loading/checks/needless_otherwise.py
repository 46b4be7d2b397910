"""DEC024 needless-otherwise: the rules of a decision cover everything, and `otherwise` never holds.

Either it is left over, or one of the rules is wider than it was meant to be.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: ">= 5" }, then: { fee: 20 } }
      - { otherwise: { fee: 30 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: "[5..500]" }, then: { fee: 20 } }
      - { otherwise: { fee: 30 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC024"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.NO_OTHERWISE):
        yield Diagnostic(
            CODE,
            found.mark(0),
            "The rules cover everything; 'otherwise' never holds.",
            "Leave it out, or narrow the rule that was not meant to hold so often.",
            Severity.WARNING,
        )
