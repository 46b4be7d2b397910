"""What people write into forms and records: what the facts say, else something that fits."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from server.domain.definitions import Definitions
from server.domain.expression import Expression
from server.domain.procedure import Procedure
from server.domain.step import Do, Step
from server.domain.values import Kind

SOMEBODY = {
    "assignee": "Quentin Dubois",
    "lead_specialist": "Rosa Silva",
    "person": "Lily Hart",
}
SERVICE = "Workplace"
SOMETHING = {
    "person": SOMEBODY["person"],
    "group": "Network",
    "service": SERVICE,
    "customer": "Fernwick Library",
}
"""What a reference names when it does not matter; records of other entities are made."""
AHEAD = timedelta(days=7)
"""How far ahead people plan."""
SPOKEN = {"yes": True, "no": False}


class Filling:
    """Records that a form has to name are made by whoever administers.

    `service` is what a reference to a service names when it does not matter.
    """

    def __init__(
        self, definitions: Definitions, administrator: Any, clock: Callable[[], datetime]
    ) -> None:
        self.definitions = definitions
        self.administrator = administrator
        self.clock = clock
        self.service: int | str = SERVICE
        self._numbers = itertools.count(1)

    def form(
        self,
        form: Mapping[str, Any],
        procedure: Procedure,
        step: Step,
        outcome: str | None,
        facts: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The answers of a task, as the API gives its form."""
        assert isinstance(step.action, Do)
        needs = step.outcomes[outcome].needs if outcome else ()
        entity = self.definitions.forms[str(step.action.form)].entity
        called = _called(step.action, step.about, procedure)
        answers: dict[str, Any] = {}
        for section in form["sections"]:
            for field in section["fields"]:
                key = field["key"]
                if field["read_only"]:
                    continue
                if field["asked"]:
                    answers[key] = self._answer(step, key, facts)
                elif _told(facts, f"{called}.{key}") or (
                    (field["required"] or key in needs) and field["value"] is None
                ):
                    answers[key] = self.value(entity, key, facts, called)
            if section["rows"] is not None:
                rows = section["rows"]
                answers[rows["key"]] = self._rows(entity, rows, facts, procedure)
        return answers

    def record(self, entity: str, facts: Mapping[str, Any]) -> int:
        """A new record, with what the facts say of it."""
        definition = self.definitions.entities[entity]
        told = {
            path.removeprefix(f"{entity}."): SPOKEN.get(str(value), value)
            for path, value in facts.items()
            if path.startswith(f"{entity}.") and path.count(".") == 1
        }
        later = {key: told.pop(key) for key in ("status",) if key in told}
        needed = {
            field.key: self.value(entity, field.key, facts)
            for field in definition.columns
            if field.required and field.default is None and field.key != "status"
        }
        made = self.administrator("POST", f"/records/{entity}", {"values": {**needed, **told}})
        if later:
            values = {**later, "solution": "Done."}
            self.administrator(
                "PATCH", f"/records/{entity}/{made['id']}", {"values": values}, made["revision"]
            )
        return int(made["id"])

    def value(
        self, entity: str, key: str, facts: Mapping[str, Any], called: str | None = None
    ) -> Any:
        """What to put into a field: the fact if there is one, else something that fits.

        `called` is what the facts call the record, where that is not its entity.
        """
        path = f"{called or entity}.{key}"
        if path in facts:
            return SPOKEN.get(str(facts[path]), facts[path])
        typ = self.definitions.entities[entity].fields[key].type
        if typ.kind is Kind.REF and typ.entity not in SOMETHING:
            inner = {
                f"{typ.entity}.{fact.rpartition('.')[2]}": value
                for fact, value in facts.items()
                if fact.split(".")[-2:-1] == [key]
            }
            return self.record(str(typ.entity), inner)
        return self._any(typ, key)

    def _any(self, typ: Any, key: str) -> Any:
        match typ.kind:
            case Kind.REF if typ.entity == "service":
                return self.service
            case Kind.REF:
                return SOMEBODY.get(key) or SOMETHING[str(typ.entity)]
            case Kind.CHOICE:
                return typ.choices[0]
            case Kind.YES_NO:
                return False
            case Kind.DATE_TIME:
                return (self.clock() + AHEAD).isoformat()
            case Kind.DURATION:
                return "P1D"
            case Kind.TEXT:
                # never the same twice, since names may have to differ
                return f"Something {next(self._numbers)}"
            case _:
                return 1

    def _rows(
        self, entity: str, rows: Mapping[str, Any], facts: Mapping[str, Any], procedure: Procedure
    ) -> list[Any]:
        """The rows that are there, and as many new ones as the facts and the form want."""
        child = self.definitions.entities[entity].fields[rows["key"]].type.item
        assert child is not None
        called = _turn_over(f"{procedure.about}.{rows['key']}", procedure)
        sent = [
            {"id": row["id"], "values": self._row(str(child.entity), row, facts, called)}
            for row in rows["rows"]
        ]
        told = facts.get(f"{entity}.{rows['key']}", ())
        wanted = max(rows["at_least"], len(told)) - len(sent)
        for row in list(told)[-wanted:] if told else [{}] * wanted:
            needed = self._row(str(child.entity), rows["offered"], {}, None)
            sent.append({"values": {**needed, **row}})
        return sent

    def _row(
        self, entity: str, row: Mapping[str, Any], facts: Mapping[str, Any], called: str | None
    ) -> dict[str, Any]:
        """What a row needs, and what the facts say of it by the name of its turn."""
        return {
            field["key"]: self.value(entity, field["key"], facts, called)
            for field in row["fields"]
            if not field["read_only"]
            and (
                (called and _told(facts, f"{called}.{field['key']}"))
                or (field["required"] and field["value"] is None)
            )
        }

    def _answer(self, step: Any, key: str, facts: Mapping[str, Any]) -> Any:
        said = facts.get(f"{step.name}.{key}")
        if said is not None:
            return SPOKEN.get(str(said), said)
        return self._any(step.action.asks[key].type, key)


def _called(action: Do, about: Expression | None, procedure: Procedure) -> str:
    """What facts call the record that a step's form fills."""
    if action.creates is not None:
        return action.creates.name
    return about.text if about is not None else procedure.about


def _turn_over(members: str, procedure: Procedure) -> str | None:
    """What the record of a turn over these is called."""
    turns = (step.each for step in procedure.walk() if step.each is not None)
    return next((each.name for each in turns if each.members.text == members), None)


def _told(facts: Mapping[str, Any], path: str) -> bool:
    """Whether the facts say what is in a field, or something of the record that it names."""
    return any(fact == path or fact.startswith(f"{path}.") for fact in facts)
