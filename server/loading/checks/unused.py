"""REF009 unused: nothing uses a form, a decision, a notification or a KPI.

It may be waiting for its procedure, or its process; more often what named it has gone, or names another.

    notification: case-forgotten
    title: Nobody is told this
    about: case
    to: [{ role: clerk }]
    subject: Forgotten
    text: This is never sent.

Right:

    notification: case-decided
    title: The case is decided
    about: case
    to: [{ role: clerk }]
    subject: Decided
    text: This is sent by the review of the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "REF009"
KINDS = ("form", "decision", "notification", "kpi")
CALLED = {"kpi": "KPI"}
"""How people say a kind, where it is not the word itself."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if any(kind in {"procedure", "entity", "process"} for kind, _ in manuscript.broken):
        return  # who uses what cannot be seen
    used = {(reference.kind, reference.key) for reference in manuscript.references}
    for kind in KINDS:
        for source in manuscript.of_kind(kind):
            if (kind, source.key) not in used:
                yield Diagnostic(
                    CODE,
                    source.mark(kind),
                    f"Nothing uses the {CALLED.get(kind, kind)} '{source.key}'.",
                    "Name it where it belongs, or delete the file.",
                    Severity.WARNING,
                )
