"""ENT001 dead-status: a status leads nowhere that exists, or nothing leads to it.

A record begins with the first status and moves along `to`. A status that no other leads to is never
reached.

    entity: case
    statuses:
      open: { title: Open, to: [decided] }
      decided: { title: Decided, to: [clsoed] }
      closed: { title: Closed }

Right:

    entity: case
    statuses:
      open: { title: Open, to: [decided] }
      decided: { title: Decided, to: [closed] }
      closed: { title: Closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.loading.checks.graph import reachable
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        for status in entity.statuses.values():
            for index, other in enumerate(status.to):
                if other not in entity.statuses:
                    yield Diagnostic(
                        CODE,
                        source.mark("statuses", status.key, "to", index),
                        f"There is no status '{other}'.",
                        did_you_mean(other, entity.statuses),
                    )
        ways = {status.key: status.to for status in entity.statuses.values()}
        reached = reachable(ways, list(ways)[:1])
        for status_key in ways:
            if status_key not in reached:
                yield Diagnostic(
                    CODE,
                    source.key_mark("statuses", status_key),
                    f"No record ever comes to the status '{status_key}'.",
                    "Add it to what may follow another status, or delete it.",
                )
