"""DEC025 impossible-assumption: nothing that could be given meets what a decision assumes.

`assuming` says what is known of the inputs from elsewhere. Where it contradicts itself, or the types
of the inputs, every proof about the table would be worthless.

    decision: case-fee
    title: What does the case cost?
    inputs:
      pages: { type: whole_number, at_least: 0 }
      read: { type: whole_number, at_least: 0 }
    assuming: [read <= pages, read > pages]
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: read, if: read = pages, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs:
      pages: { type: whole_number, at_least: 0 }
      read: { type: whole_number, at_least: 0 }
    assuming: [read <= pages]
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: read, if: read = pages, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import of_decisions
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "DEC025"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in of_decisions(manuscript, Fault.NOTHING_FITS):
        yield Diagnostic(
            CODE,
            found.source.key_mark("assuming"),
            "Nothing that could be given meets all that is assumed here.",
            "Look at the assumptions, and at the bounds of the inputs.",
        )
