"""Verdicts as they were given: inputs, hits, output and the hash of the table that was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.decision import Verdict
from server.domain.values import RecordRef, freeze, thaw
from server.storage.prepared import Prepared, insertion
from server.storage.tables import verdict


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict with where it was asked for."""

    verdict: Verdict
    about: RecordRef | None
    run_id: int | None = None
    step: str | None = None
    id: int = 0
    at: datetime | None = None


_INSERT = insertion(verdict)
_OF_RUN = Prepared(
    sa.select(verdict).where(verdict.c.run_id == sa.bindparam("of_run")).order_by(verdict.c.id)
)


def append(connection: sa.Connection, given: Sequence[KeptVerdict], at: datetime) -> None:
    """Keep verdicts; replaying each gives the same output."""
    if not given:
        return
    _INSERT.many(
        connection,
        [
            {
                "decision": item.verdict.decision,
                "definition": item.verdict.definition,
                "run_id": item.run_id,
                "step": item.step,
                "about_entity": item.about.entity if item.about else None,
                "about_id": item.about.id if item.about else None,
                "at": at,
                "inputs": {name: freeze(value) for name, value in item.verdict.inputs.items()},
                "hits": list(item.verdict.hits),
                "output": {name: freeze(value) for name, value in item.verdict.output.items()},
                "because": list(item.verdict.because),
                "evaluator": item.verdict.evaluator,
            }
            for item in given
        ],
    )


def of_run(connection: sa.Connection, run_id: int) -> tuple[KeptVerdict, ...]:
    """The verdicts of a run, oldest first."""
    return tuple(_kept(row) for row in _OF_RUN.all(connection, {"of_run": run_id}))


def page(
    connection: sa.Connection, *, after: int = 0, limit: int = 1000
) -> tuple[KeptVerdict, ...]:
    """All verdicts in the order given, from the one after `after` on."""
    statement = sa.select(verdict).where(verdict.c.id > after).order_by(verdict.c.id).limit(limit)
    return tuple(_kept(row) for row in connection.execute(statement))


def _kept(row: Any) -> KeptVerdict:
    about = None if row.about_id is None else RecordRef(row.about_entity, row.about_id)
    value = Verdict(
        row.decision,
        row.definition,
        {name: thaw(raw) for name, raw in row.inputs.items()},
        tuple(row.hits),
        {name: thaw(raw) for name, raw in row.output.items()},
        tuple(row.because),
        row.evaluator,
    )
    return KeptVerdict(value, about, row.run_id, row.step, row.id, row.at)
