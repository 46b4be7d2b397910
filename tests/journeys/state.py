"""What a server has kept, told so that two of them can be compared.

Moments are left out, and ids are counted anew: a command that was killed may leave a gap in the
numbers of PostgreSQL, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from server.domain.words import in_words
from tests.journeys.town import Town

ENTITIES = (
    "contact",
    "event",
    "incident_request",
    "escalation",
    "solution",
    "change",
    "change_task",
    "request_for_change",
    "production_test",
    "software_release",
    "test_result",
    "planned_event",
)
MOMENTS = frozenset({"at", "started_at", "ended_at", "opened_at", "created_at", "updated_at"})
NUMBER = re.compile(r"\b[A-Z]{3}\d{12}\b")
TITLED = re.compile(r"\b[A-Z][a-z]+(?: [a-z]+)* \d+\b")
"""How a sentence calls a record of an entity without numbers: "Production test 2"."""
RUN = re.compile(r"\brun (\d+)\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?")


def kept(town: Town, by: str = "alex") -> dict[str, Any]:
    """Runs with their history, tasks and verdicts; records with their audit."""
    records = {entity: _oldest_first(town, by, f"/records/{entity}") for entity in ENTITIES}
    lines = _oldest_first(town, by, "/runs")
    runs = [town.read(by, f"/runs/{line['id']}") for line in lines]
    names = _Names()
    for entity, found in records.items():
        names.count(entity, found)
    names.count("run", runs)
    names.count("task", sorted((t for run in runs for t in run["tasks"]), key=_id))
    names.count("verdict", sorted((v for run in runs for v in run["verdicts"]), key=_id))
    changes = {
        entity: [
            _oldest_first(town, by, f"/records/{entity}/{record['id']}/history")
            for record in found
        ]
        for entity, found in records.items()
    }
    return {
        "runs": [names.told(run, "run") for run in runs],
        "records": {
            entity: [
                names.told({"id": record["id"], "shown": record["shown"]}, entity)
                for record in found
            ]
            for entity, found in records.items()
        },
        "changes": {
            entity: [[_change(line) for line in lines] for lines in found]
            for entity, found in changes.items()
        },
    }


def _change(line: dict[str, Any]) -> tuple[Any, ...]:
    return (line["who"], line["field"], line["step"], line["rule"])


def _oldest_first(town: Town, by: str, path: str) -> list[Any]:
    return sorted(town.every(by, path), key=_id)


def _id(item: dict[str, Any]) -> int:
    return int(item["id"])


class _Names:
    """What each id is called: which one of its kind it is."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, int], str] = {}
        self._by_number: dict[str, str] = {}

    def count(self, kind: str, items: Iterable[dict[str, Any]]) -> None:
        for place, item in enumerate(items, start=1):
            name = f"{kind} {place}"
            self._by_id[kind, item["id"]] = name
            if "number" in item:
                self._by_number[item["number"]] = name
            self._by_number[f"{in_words(kind)} {item['id']}"] = name

    def told(self, item: Any, kind: str | None = None) -> Any:
        match item:
            case {"ref": [str(entity), int(number)]}:
                return self._by_id.get((entity, number), (entity, number))
            case dict():
                kind = item.get("entity", kind)
                return {
                    key: self._field(key, value, kind)
                    for key, value in item.items()
                    if key not in MOMENTS
                }
            case list():
                return [self.told(one, kind) for one in item]
            case str():
                text = NUMBER.sub(lambda found: self._by_number.get(found[0], found[0]), item)
                text = TITLED.sub(lambda found: self._by_number.get(found[0], found[0]), text)
                text = RUN.sub(
                    lambda found: self._by_id.get(("run", int(found[1])), found[0]), text
                )
                return MOMENT.sub("then", text)
            case _:
                return item

    def _field(self, key: str, value: Any, kind: str | None) -> Any:
        inner = {"tasks": "task", "verdicts": "verdict"}.get(key)
        if key == "number" and isinstance(value, str) and value.isdigit() and kind is not None:
            return self._by_id.get((kind, int(value)), value)  # of an entity without numbers
        if key == "id" and kind is not None:
            return self._by_id.get((kind, value), value)
        if key in {"run", "run_id", "after_run"} and isinstance(value, int):
            return self._by_id.get(("run", value), value)
        return self.told(value, inner)
