"""A row of a life made into a mold: what stays, and what each copy fills in.

Copies are made of what the driver takes, since a million of them go through here: moments and JSON
are text already, the same for SQLite and for PostgreSQL's COPY but for the zone of moments.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from server.storage.columns import Moment

PERSONS = frozenset({"person_id", "started_by", "claimed_by", "completed_by"})
NEVER = frozenset({"not_by", "any_of", "for_id", "due_at", "late_at", "question", "draft"})
"""What no life that is copied has."""
Known = Mapping[tuple[str, int], int]


@dataclass(slots=True)
class Copy:
    """What one copy fills in: its records and runs by those of the life, and when it began."""

    records: dict[tuple[str, int], int]
    begun: datetime
    zone: str
    runs: dict[int, int] = field(default_factory=dict)
    _moments: dict[timedelta, str] = field(default_factory=dict)

    def moment(self, offset: timedelta) -> str:
        found = self._moments.get(offset)
        if found is None:
            at = (self.begun + offset).isoformat(" ", "microseconds").removesuffix("+00:00")
            found = self._moments[offset] = at + self.zone
        return found

    def told(self, offset: timedelta) -> str:
        """The moment as JSON tells it."""
        return (self.begun + offset).isoformat("T", "microseconds").replace("+00:00", "Z")


Fill = Callable[[Copy], Any]


class Numbers:
    """The next id of each table."""

    def __init__(self) -> None:
        self._next: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def next(self, table: str) -> int:
        return next(self._next[table])


class Mold:
    """One row; `copied` gives the values of all columns, in their order."""

    def __init__(
        self, table: sa.Table, row: Mapping[str, Any], begun: datetime, numbers: Numbers
    ) -> None:
        self._row = [row[column.name] for column in table.columns]
        self._fills: list[tuple[int, Fill]] = []
        for place, column in enumerate(table.columns):
            value = row[column.name]
            assert value is None or column.name not in NEVER, (table.name, column.name)
            if value is None:
                continue
            fill = _fill(table, column, value, begun, numbers)
            if fill is not None:
                self._fills.append((place, fill))

    def copied(self, copy: Copy) -> tuple[Any, ...]:
        row = self._row.copy()
        for place, fill in self._fills:
            row[place] = fill(copy)
        return tuple(row)


def _fill(
    table: sa.Table, column: sa.Column[Any], value: Any, begun: datetime, numbers: Numbers
) -> Fill | None:
    """What a copy has in this column; None where it has just what the life has."""
    name = column.name
    if isinstance(column.type, Moment):
        offset = datetime.fromisoformat(value) - begun.replace(tzinfo=None)
        return lambda copy: copy.moment(offset)
    if isinstance(column.type, sa.JSON):
        return _json(json.loads(value), begun)
    if name == "id" and table.name == "procedura_run":
        return lambda copy: copy.runs[value]
    if name == "id":
        return lambda _: numbers.next(table.name)
    if name == "run_id":
        return lambda copy: copy.runs[value]
    if name == "about_id":
        return lambda copy: copy.records["incident_request", value]
    if name == "group_id":
        return lambda copy: copy.records["group", value]
    if name in PERSONS:
        return lambda copy: copy.records["person", value]
    return None


def _json(content: Any, begun: datetime) -> Fill | None:
    """JSON as text in which only what differs is put in."""
    fills: list[Fill] = []
    text = (
        json.dumps(_marked(content, begun, fills, ""))
        .replace("%", "%%")
        .replace('"\\u0000"', "%s")
    )
    if not fills:
        return None
    return lambda copy: text % tuple(fill(copy) for fill in fills)


def _marked(content: Any, begun: datetime, fills: list[Fill], under: str) -> Any:
    """The content with a mark in each place that a copy fills in, told in `fills` in that order."""
    mark = "\x00"
    match content:
        case {"ref": [entity, record]}:
            fills.append(lambda copy: copy.records[entity, record])
            return {"ref": [entity, mark]}
        case {"date_time": str(text)}:
            offset = datetime.fromisoformat(text) - begun
            fills.append(lambda copy: f'"{copy.told(offset)}"')
            return {"date_time": mark}
        case dict():
            return {key: _marked(item, begun, fills, key) for key, item in content.items()}
        case list():
            return [_marked(item, begun, fills, under) for item in content]
        case int() if under in {"run", "after_run"} and not isinstance(content, bool):
            fills.append(lambda copy: copy.runs.get(content, "null"))
            return mark
        case int() if under in {"person", "group"} and not isinstance(content, bool):
            fills.append(lambda copy: copy.records[under, content])
            return mark
        case _:
            return content
