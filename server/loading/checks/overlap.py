"""DEC021 overlap: two rules of a decision can hold at once, and must not.

With `exactly-one`, just one rule may hold; with `any`, those that hold have to say the same. A run
that comes there gets no verdict and stops with a failure.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: exactly-one
    rules:
      - { rule: thin, if: { pages: "<= 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: ">= 5" }, then: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: exactly-one
    rules:
      - { rule: thin, if: { pages: "<= 5" }, then: { fee: 10 } }
      - { rule: thick, if: { pages: "> 5" }, then: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.decision import Hits
from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC021"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.OVERLAP):
        differ = " and say different things" if found.decision.hits is Hits.ANY else ""
        yield Diagnostic(
            CODE,
            found.mark(1),
            f"Rules {found.rule(0)} and {found.rule(1)} both hold{differ} {found.example}.",
            "Narrow one of them, or say under 'assuming' that this cannot be.",
        )
