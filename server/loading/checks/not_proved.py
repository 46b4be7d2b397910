"""DEC026 not-proved: it could be neither shown nor excluded that something is wrong with a table.

Inputs multiplied with one another, lists and texts taken apart are more than the proof follows. The
table may be right; its tests have to show it. An `otherwise` leaves no gap, whatever the rules say.

    decision: case-fee
    title: What does the case cost?
    inputs:
      pages: { type: number, at_least: 0 }
      price: { type: number, at_least: 0 }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: cheap, if: pages * price + pages < 5, then: { fee: 10 } }
      - { rule: dear, if: pages * (price + 1) >= 5, then: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs:
      pages: { type: number, at_least: 0 }
      price: { type: number, at_least: 0 }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: cheap, if: pages * price + pages < 5, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import Surveyed, of_decisions
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC026"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.OPEN):
        mark = found.mark(0) if found.finding.rules else found.source.key_mark("rules")
        yield Diagnostic(
            CODE,
            mark,
            f"It could not be proved that {_question(found)}.",
            "Write the condition more simply, or let tests of the decision show it.",
            Severity.WARNING,
        )


def _question(found: Surveyed) -> str:
    match found.finding.about:
        case Fault.GAP:
            return "a rule holds for everything"
        case Fault.OVERLAP:
            return f"rules {found.rule(0)} and {found.rule(1)} never hold at once"
        case Fault.HIDDEN:
            return f"rule {found.rule(0)} ever decides"
        case None:
            return "all of this table is right: it is too large"
        case _:
            return f"rule {found.rule(0)} ever holds"
