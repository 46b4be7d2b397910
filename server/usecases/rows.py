"""Rows of a form as people send them: read, and held against what others have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.domain.values import RecordRef, Value
from server.engine.rows import Row, RowSheet, Written
from server.storage import changes
from server.usecases import meanwhile
from server.usecases.reading import Problems
from server.usecases.running import Running

ROWS_LIMIT = 500
"""So many rows are taken at once."""
_KEYS = frozenset({"id", "revision", "remove", "values"})


def read(
    running: Running, sheets: Iterable[RowSheet], raw: Mapping[str, Any]
) -> tuple[Written, Problems]:
    """What is to be done to the rows of a form, and what is wrong with those that were sent."""
    written: dict[str, tuple[RowSheet, tuple[Row, ...]]] = {}
    problems: Problems = {}
    for sheet in sheets:
        key = sheet.rows.field
        sent = raw.get(key)
        found: list[Row] | None = None
        unread: Problems = {}
        if sent is not None:
            found, unread = _rows(running, sheet, sent)
        problems |= unread or sheet.problems(found)
        written[key] = (sheet, () if unread else sheet.written(found))
    return written, problems


def _rows(running: Running, sheet: RowSheet, raw: Any) -> tuple[list[Row], Problems]:
    key = sheet.rows.field
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        return [], {key: "Send a list of rows, each with its values."}
    if len(raw) > ROWS_LIMIT:
        return [], {key: f"At most {ROWS_LIMIT} rows are taken at once."}
    types = {place.field.key: place.field.type for place in sheet.places}
    rows: list[Row] = []
    problems: Problems = {}
    for number, item in enumerate(raw):
        here = f"{key}.{number}"
        values = item.get("values") or {}
        row_id = item.get("id")
        strange = sorted(item.keys() - _KEYS)
        if strange or not isinstance(values, Mapping) or not _is_id(row_id):
            problems[here] = "A row has an id (none when it is new), a revision and its values."
            continue
        there = (*sheet.standing(), sheet.offered())
        present = (value for row in there for value in row.values.values())
        read, unread = running.read(types, values, present)
        unread |= {name: "This row has no such field." for name in values if name not in types}
        problems |= {f"{here}.values.{name}": sentence for name, sentence in unread.items()}
        record = None if row_id is None else RecordRef(sheet.rows.entity, row_id)
        rows.append(Row(record, read, item.get("remove") is True))
    return rows, problems


def _is_id(raw: Any) -> bool:
    return raw is None or (isinstance(raw, int) and not isinstance(raw, bool) and raw > 0)


def unchanged_since(running: Running, written: Written, raw: Mapping[str, Any]) -> None:
    """Make sure that no row is written over, or removed, that somebody else has changed.

    Rows that were sent with the revision that was seen are looked at.

    Raises:
        Conflict: one has changed; `fields` tells the present values.
    """
    differing: dict[str, changes.Since] = {}
    now: dict[str, Value] = {}
    for key in written:
        for number, item in enumerate(raw.get(key) or ()):
            record = item.get("id") and RecordRef(written[key][0].rows.entity, item["id"])
            row = running.records.row(record) if record else None
            if row is None or item.get("revision") in {None, row["revision"]}:
                continue
            changed = changes.fields_since(running.connection, record, item["revision"])
            sent = written[key][1][number]
            for name, since in changed.items():
                if name not in row:
                    continue
                if sent.remove or (name in sent.values and row[name] != sent.values[name]):
                    here = f"{key}.{number}.values.{name}"
                    differing[here], now[here] = since, row[name]
    if differing:
        what = "a row that you are about to write or remove"
        raise meanwhile.conflict(running, what, differing, now)
