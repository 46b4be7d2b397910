"""COR001 same-source: two correlations read what comes in at the same address.

What is posted to `/api/v1/events/<source>` is read by the one correlation of that source.

    correlation: other-sensors
    title: Other sensors
    source: sensors
    creates: note
    identity: [id]
    fields: { text: { from: [text], otherwise: Nothing said } }

Right:

    correlation: other-sensors
    title: Other sensors
    source: meters
    creates: note
    identity: [id]
    fields: { text: { from: [text], otherwise: Nothing said } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "COR001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for key in sorted(manuscript.correlations):
        correlation = manuscript.correlations[key]
        other = seen.setdefault(correlation.source, key)
        if other != key:
            yield Diagnostic(
                CODE,
                manuscript.source("correlation", key).mark("source"),
                f"Correlation '{other}' reads what comes from '{correlation.source}' already.",
                "Give each source an address of its own.",
            )
