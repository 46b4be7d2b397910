"""DEC022 never-holds: no inputs at all meet the condition of a rule.

What it says is never said. Most often a bound is wrong, or two conditions shut each other out.
A rule that only a setting of yes or no turns off is none of these.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: pages > 5 and pages < 3, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: pages > 3 and pages < 5, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC022"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.NEVER):
        yield Diagnostic(
            CODE,
            found.mark(0),
            f"Rule {found.rule(0)} never holds, whatever is given.",
            "Look at its bounds, and at what is assumed; or delete it.",
        )
