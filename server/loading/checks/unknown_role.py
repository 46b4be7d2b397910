"""REF001 unknown-role: a role is named that no file defines.

Roles are named in lanes, steps, starts, notifications and other roles.

    role: clerk
    fallback: mangaer

Right:

    role: clerk
    fallback: manager
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "role", CODE)
