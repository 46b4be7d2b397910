"""REF011 unknown-calendar: the model or a service target names a calendar that no file defines.

    # model.yaml
    calendar: ofice
    # calendars/office.yaml
    calendar: office
    title: Office hours
    zone: UTC
    week: { monday: 8:00-17:00 }

Right:

    # model.yaml
    calendar: office
    # calendars/office.yaml
    calendar: office
    title: Office hours
    zone: UTC
    week: { monday: 8:00-17:00 }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF011"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "calendar", CODE)
