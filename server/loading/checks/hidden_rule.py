"""DEC023 hidden-rule: others decide wherever a rule holds, so that it never does.

With `first`, the first rule that holds decides: a rule for special cases stands before the ordinary
ones. With `priority`, it is the one with the output that is listed first.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 50" }, then: { fee: 10 } }
      - { rule: leaflet, if: { pages: "< 5" }, then: { fee: 0 } }
      - { otherwise: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number, at_least: 0 } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: leaflet, if: { pages: "< 5" }, then: { fee: 0 } }
      - { rule: thin, if: { pages: "< 50" }, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.decision import Hits
from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC023"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.HIDDEN):
        before = [found.rule(number) for number in range(1, len(found.finding.rules))]
        is_first = found.decision.hits is Hits.FIRST
        if len(before) == 1:
            place = "stands before it" if is_first else "ranks higher"
            hiding = f"Rule {before[0]} {place} and holds"
        else:
            place = "stand before it" if is_first else "rank higher"
            hiding = f"Rules {', '.join(before[:-1])} and {before[-1]} {place} and hold"
        yield Diagnostic(
            CODE,
            found.mark(0),
            f"Rule {found.rule(0)} never decides. {hiding} wherever it does.",
            "Move it up, narrow those before it, or delete it.",
        )
