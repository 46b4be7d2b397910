"""PRC062 cut-off: procedures start one another in a circle, and nothing from outside starts any.

Each of them waits for another to hand over to it. Somebody, a record, a moment or a period has to
begin it somewhere.

    procedure: case-registration
    starts: [{ after: case-registration }]
    steps:
      - step: jot
        title: Note what was said
        role: clerk
        do: Write down what was said besides
        instruction: Put it so that whoever judges the case need not ask again. Nothing said, nothing written.
        form: note
        creates: note as remark
      - { step: again, start: case-registration }
      - { step: review, continue_in: case-review }

Right:

    procedure: case-registration
    starts: [{ by: clerk, title: Somebody comes in, form: case-intake }]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.graph import reachable
from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC062"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    ways: dict[str, list[str]] = {key: [] for key in manuscript.procedures}
    for link in handovers(manuscript):
        ways[link.giver.key].append(link.taker.key)
    begun = [
        key
        for key, procedure in manuscript.procedures.items()
        if any(start.after is None for start in procedure.starts)
    ]
    reached = reachable(ways, begun)
    given = {key for followers in ways.values() for key in followers}
    for key in manuscript.procedures:
        if key not in reached and key in given:
            yield Diagnostic(
                CODE,
                manuscript.source("procedure", key).key_mark("starts"),
                f"Nothing from outside ever leads to '{key}'.",
                "Let somebody start it, or one of the procedures before it.",
            )
