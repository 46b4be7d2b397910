"""PRC015 illegal-move: a step sets a status that the record cannot have come to there.

The moves between statuses are the entity's. A status that no other leads to can never be set; and
where the run has just set one status, only those that may follow it can be set next.

    procedure: case-review
    steps:
      - step: close
        set: { case.status: decided }
      - step: reopen
        set: { case.status: open }

Right:

    procedure: case-review
    steps:
      - step: close
        set: { case.status: decided }
      - step: reopen
        set: { case.status: closed }
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.domain.entity import Entity
from server.loading.checks.statuses import Written, constant, written
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC015"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for found in written(manuscript):
        status = constant(found.item)
        if status not in found.entity.statuses or _is_legal(found, str(status)):
            continue
        yield Diagnostic(
            CODE,
            found.source.mark(*found.path, "set", found.item.place),
            _sentence(found.entity, str(status), sorted(found.before or ())),
            f"Allow the move in the statuses of '{found.entity.key}', or set another one.",
        )


def _is_legal(found: Written, status: str) -> bool:
    statuses = found.entity.statuses
    leading = {key for key, other in statuses.items() if status in other.to}
    if found.before is None:
        return bool(leading) or status == found.entity.first_status
    return status in found.before or bool(leading & found.before)


def _sentence(entity: Entity, status: str, possible: Sequence[str]) -> str:
    if not possible:
        return f"No status of {entity.title.lower()} leads to '{status}'."
    return f"{entity.title} is {' or '.join(possible)} here and cannot become '{status}'."
