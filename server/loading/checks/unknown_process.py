"""REF008 unknown-process: a procedure names a process that no file defines.

Processes hold procedures together; each has a file of its own.

    procedure: case-review
    process: case-managment

Right:

    procedure: case-review
    process: case-management
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF008"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "process", CODE)
