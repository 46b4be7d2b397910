"""REF002 unknown-form: a form is named that no file defines.

Forms are named in steps and starts.

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intaek }

Right:

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "form", CODE)
