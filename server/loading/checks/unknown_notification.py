"""REF006 unknown-notification: a notification is named that no file defines.

Notifications are named in steps that tell somebody something.

    procedure: case-review
    steps:
      - { step: tell, notify: case-desided }

Right:

    procedure: case-review
    steps:
      - { step: tell, notify: case-decided }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF006"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "notification", CODE)
