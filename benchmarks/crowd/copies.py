"""Copies of lives: each with people, moments and words of its own; the same ones every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.crowd import words
from benchmarks.crowd.lives import KEPT, REQUEST, Life, Lives
from benchmarks.crowd.molds import Copy, Mold, Numbers
from benchmarks.crowd.organisation import Organisation
from benchmarks.crowd.words import Zipf
from server.domain.definitions import Definitions
from server.rules import Rules
from server.storage import tables
from server.storage.models import Models

Batch = dict[str, list[tuple[Any, ...]]]
"""Rows by table, each with the values of all its columns."""
LEVELS = ("critical", "high", "medium", "low")
IMPACTS = ("minor", "moderate", "significant", "extensive")


class Maker:
    """Makes copies of lives, always the same ones in the same order."""

    def __init__(
        self,
        models: Models,
        definitions: Definitions,
        found: Lives,
        entered: Organisation,
        zone: str,
    ) -> None:
        self._chance = Random("crowd")
        self._zone = zone
        self._numbers = Numbers()
        self._lives, self._entered, self._cast = found, entered, found.cast
        self._columns = [column.name for column in models.tables[REQUEST].columns]
        self._molds = {
            id(life): {
                table.name: [
                    Mold(table, row, _begun(life), self._numbers) for row in life.rows[table.name]
                ]
                for table in KEPT
            }
            for life in (*(item for item, _ in found.going_on), found.closed)
        }
        self._going_on = [life for life, weight in found.going_on for _ in range(weight)]
        self._priority = _priorities(definitions)
        self._services = Zipf(entered.services)
        self._requesters = Zipf(entered.requesters)
        self._specialists = {key: Zipf(keys) for key, keys in entered.specialists.items()}
        self._impacts = Zipf(IMPACTS)

    def going_on(self) -> Life:
        return self._chance.choice(self._going_on)

    def copy(self, rows: Batch, number: int, at: datetime, life: Life | None) -> None:
        """Add a request and what is told of it; without a life, nothing but that it was closed."""
        chance, entered = self._chance, self._entered
        of = life or self._lives.closed
        service = self._services.draw(chance)
        group = entered.group_of[service]
        people = {
            "analyst": chance.choice(entered.analysts),
            "manager": entered.managers[0],
            "coordinator": entered.coordinators[group],
            "specialist": self._specialists[group].draw(chance),
            "requester": self._requesters.draw(chance),
        }
        copy = Copy(self._records(of, number, service, group, people), at, self._zone)
        rows[REQUEST].append(self._record(of, copy, number))
        rows[tables.change.name].append(self._change(copy, number, people["requester"], of))
        if life is None:
            return
        for row in life.rows[tables.run.name]:
            copy.runs[row["id"]] = self._numbers.next(tables.run.name)
        for table, molds in self._molds[id(life)].items():
            rows[table] += [mold.copied(copy) for mold in molds]

    def _records(
        self, life: Life, number: int, service: int, group: int, people: Mapping[str, int]
    ) -> dict[tuple[str, int], int]:
        """The records of a copy by those of the life."""
        cast = self._cast
        return {
            (REQUEST, life.record["id"]): number,
            ("service", 1): service,
            ("group", 1): group,
            ("person", cast.analysts[0]): people["analyst"],
            ("person", cast.managers[0]): people["manager"],
            ("person", cast.managers[1]): people["manager"],
            ("person", cast.coordinators[1]): people["coordinator"],
            ("person", cast.specialists[1][0]): people["specialist"],
            ("person", cast.requesters[0]): people["requester"],
        }

    def _record(self, life: Life, copy: Copy, number: int) -> tuple[Any, ...]:
        chance, kept = self._chance, life.record
        impact, urgency = self._impacts.draw(chance), chance.choice(LEVELS)
        own: dict[str, Any] = {
            "id": number,
            "summary": words.summary(chance),
            "description": words.description(chance, number),
            "impact": impact,
            "urgency": urgency,
            "priority": self._priority[impact, urgency],
        }
        if kept["solution"] is not None:
            own["solution"] = chance.choice(words.SENTENCES)
        for key, entity in (
            ("requester", "person"),
            ("assignee", "person"),
            ("service", "service"),
            ("assigned_group", "group"),
        ):
            if kept[key] is not None:
                own[key] = copy.records[entity, kept[key]]
        begun = _begun(life).replace(tzinfo=None)
        for key in ("created_at", "updated_at", "resolved_at", "closed_at"):
            if kept[key] is not None:
                own[key] = copy.moment(datetime.fromisoformat(kept[key]) - begun)
        return tuple(own.get(name, kept[name]) for name in self._columns)

    def _change(self, copy: Copy, number: int, person: int, life: Life) -> tuple[Any, ...]:
        """The line of the audit that says who has entered the request."""
        own = {
            "id": number,
            "entity": REQUEST,
            "record_id": number,
            "revision": 1,
            "at": copy.moment(timedelta()),
            "person_id": person,
            "field": "status",
            "new": json.dumps(life.record["status"]),
        }
        return tuple(own.get(column.name) for column in tables.change.columns)


def _begun(life: Life) -> datetime:
    return datetime.fromisoformat(life.record["created_at"]).replace(tzinfo=UTC)


def _priorities(definitions: Definitions) -> dict[tuple[str, str], str]:
    decision = definitions.decisions["incident-priority"]
    rules = Rules(definitions.decisions)
    return {
        (impact, urgency): rules.decide(decision, {"impact": impact, "urgency": urgency}).output[
            "priority"
        ]
        for impact in IMPACTS
        for urgency in LEVELS
    }
