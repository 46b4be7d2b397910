"""PRC044 calls-in-circle: a procedure calls itself, by way of others or not, on the same record.

Whoever calls waits until the other has ended; and of one procedure, one run is open on a record. So
the last of the circle would wait for the first, and both for ever. On another record (`about`) it
is a run of its own, and there is no circle.

    procedure: case-review
    starts:
      - after: case-registration
      - after: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
      - { step: again, call: case-review }

Right:

    procedure: case-review
    starts:
      - after: case-registration
      - after: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
      - { step: again, start: case-review }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.graph import reachable
from server.loading.checks.handover import handovers
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC044"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    calls = [
        link for link in handovers(manuscript) if link.verb == "call" and link.step.about is None
    ]
    ways: dict[str, list[str]] = {}
    for link in calls:
        ways.setdefault(link.giver.key, []).append(link.taker.key)
    for link in calls:
        if link.giver.key in reachable(ways, [link.taker.key]):
            yield Diagnostic(
                CODE,
                link.source.mark(*link.path, "call"),
                f"'{link.taker.key}' comes back to '{link.giver.key}' on the same record, and both "
                "would wait for ever.",
                "Say with 'about' which other record is meant, or 'start' it without waiting.",
            )
