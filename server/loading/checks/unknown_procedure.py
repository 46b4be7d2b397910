"""REF007 unknown-procedure: a procedure is named that no file defines.

Work that another organisation or tool does is a procedure too: one that says `outside: yes`.

    process: case-management
    procedures: [case-registration, case-review, case-reopening, case-appeal]

Right:

    process: case-management
    procedures: [case-registration, case-review, case-reopening]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "procedure", CODE)
