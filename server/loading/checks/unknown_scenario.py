"""REF010 unknown-scenario: what is given is taken over from a scenario that no file defines.

`as_in` names the scenario in which the people and records are given.

    scenario: case-review
    title: How cases are reviewed
    procedure: case-review
    given: { as_in: the-office }

Right:

    scenario: case-review
    title: How cases are reviewed
    procedure: case-review
    given: { people: { ann: clerk } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF010"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "scenario", CODE)
