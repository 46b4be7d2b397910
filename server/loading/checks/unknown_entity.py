"""REF004 unknown-entity: an entity is named that no file defines.

While one is missing, expressions are not looked at: their types would be guesses.

    role: clerk
    may: { cose: [read] }

Right:

    role: clerk
    may: { case: [read] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "entity", CODE)
