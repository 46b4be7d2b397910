"""REF012 unknown-kpi: a KPI is named that no file defines.

Processes name the KPIs by which one sees how well they work.

    process: case-management
    kpis: [swift-casse]

Right:

    process: case-management
    kpis: [swift-cases]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF012"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "kpi", CODE, "KPI")
