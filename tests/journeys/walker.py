"""Walks a way through the API: as whoever may do the task, with the facts that lead on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from server.domain.definitions import Definitions
from server.domain.expression import Expression
from server.domain.procedure import Approve, Do, Procedure
from server.domain.values import Kind
from tests.journeys.ways import Facts, Way

MOST_TASKS = 40
SOMEBODY = {
    "assignee": "Quentin Dubois",
    "lead_specialist": "Rosa Silva",
    "person": "Lily Hart",
}
SOMETHING = {
    "person": SOMEBODY["person"],
    "group": "Network",
    "service": "Workplace",
    "customer": "Fernwick Library",
}
"""What a reference names when it does not matter; records of other entities are made."""
MARKS = {"approved": "approve", "rejected": "reject"}
SPOKEN = {"yes": True, "no": False}


class Lost(Exception):  # noqa: N818  not an error: another way may lead there
    """The way is not taken: the run went elsewhere."""


class Walker:
    """`people` maps persons' ids to a function that asks the API as that person."""

    def __init__(self, definitions: Definitions, facts: Facts, people: Mapping[int, Any]) -> None:
        self.definitions = definitions
        self.facts = facts
        self.people = people
        self.administrator = people[0]
        self._numbers = itertools.count(1)

    def walk(self, way: Way) -> set[tuple[str, str, str]]:
        """Go the way to its last step; the outcomes that were passed: procedure, step, outcome."""
        planned = self._planned(way)
        known = {run["id"] for run in self._runs()}
        self._begin(way, planned)
        for _ in range(MOST_TASKS):
            passed = self._passed(known)
            if (*way.nodes[-1], way.outcomes[way.nodes[-1]]) in passed:
                return passed
            self._complete(self._next(known, way), way, planned)
        raise Lost(f"more than {MOST_TASKS} tasks")

    def _planned(self, way: Way) -> dict[str, dict[str, Any]]:
        """The facts that lead along the way, by procedure."""
        planned: dict[str, dict[str, Any]] = {}
        for node, outcome in way.outcomes.items():
            known = self.facts.get((*node, outcome), {})
            planned.setdefault(node[0], {}).update(known)
        return planned

    # -- beginning ----------------------------------------------------------------------------

    def _begin(self, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> None:
        facts = planned.get(way.procedure.key, {})
        start = way.start
        if start.when is not None:
            self._record(start.when, facts)
            return
        assert start.by is not None
        form = self.definitions.forms[str(start.form)]
        entity = self.definitions.entities[form.entity]
        answers = {
            field.field: self._value(entity.key, field.field, facts)
            for field in form.fields
            if (field.required or entity.fields[field.field].required) and not field.read_only
        }
        holders = self.administrator("GET", f"/records/holder?role={start.by}")["items"]
        person = self.people[holders[-1]["values"]["person"]]
        body = {"start": start.key, "answers": answers}
        person("POST", f"/procedures/{way.procedure.key}/runs", body)

    def _record(self, entity: str, facts: Mapping[str, Any]) -> int:
        """A new record, with what the facts say of it."""
        definition = self.definitions.entities[entity]
        told = {
            path.removeprefix(f"{entity}."): SPOKEN.get(str(value), value)
            for path, value in facts.items()
            if path.startswith(f"{entity}.") and path.count(".") == 1
        }
        later = {key: told.pop(key) for key in ("status",) if key in told}
        needed = {
            field.key: self._value(entity, field.key, facts)
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

    def _value(
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
            return self._record(str(typ.entity), inner)
        return self._any(typ, key)

    def _any(self, typ: Any, key: str) -> Any:
        match typ.kind:
            case Kind.REF:
                return SOMEBODY.get(key) or SOMETHING[str(typ.entity)]
            case Kind.CHOICE:
                return typ.choices[0]
            case Kind.YES_NO:
                return False
            case Kind.DATE_TIME:
                return "2026-12-01T19:00:00+00:00"
            case Kind.TEXT:
                # never the same twice, since names may have to differ
                return f"Something {next(self._numbers)}"
            case _:
                return 1

    # -- going on -----------------------------------------------------------------------------

    def _runs(self) -> list[Any]:
        return list(self.administrator("GET", "/runs?limit=50")["items"])

    def _new(self, known: set[int]) -> list[Any]:
        new = [run["id"] for run in self._runs() if run["id"] not in known]
        return [self.administrator("GET", f"/runs/{run}") for run in sorted(new)]

    def _passed(self, known: set[int]) -> set[tuple[str, str, str]]:
        passed = set()
        for run in self._new(known):
            for line in run["history"]:
                for outcome in outcomes_of(line):
                    passed.add((run["procedure"], line["step"], outcome))
        return passed

    def _next(self, known: set[int], way: Way) -> Any:
        """The open task that the way leads through, or one that the rules have put before it."""
        tasks = [task for run in self._new(known) for task in run["tasks"]]
        waiting = [task for task in tasks if task["state"] == "open"]
        procedures = {procedure for procedure, _ in way.nodes}
        on_the_way = [task for task in waiting if (task["procedure"], task["step"]) in way.nodes]
        beside = [task for task in waiting if task["procedure"] in procedures]
        found = on_the_way or beside
        if not found:
            raise Lost(str([(task["procedure"], task["step"], task["state"]) for task in tasks]))
        return found[-1]

    def _complete(self, line: Any, way: Way, planned: Mapping[str, Mapping[str, Any]]) -> None:
        view = self.administrator("GET", f"/tasks/{line['id']}")
        procedure = self.definitions.procedures[line["procedure"]]
        step = procedure.step(line["step"])
        # what a later procedure wants to know of the record may have to be entered in this one
        later = {
            path: value
            for told in planned.values()
            for path, value in told.items()
            if path.startswith(f"{procedure.about}.") or path.count(".") > 1
        }
        facts = {**later, **planned.get(procedure.key, {})}
        outcome = way.outcomes.get((procedure.key, step.key))
        if step.outcomes and outcome is None:
            outcome = next(iter(step.outcomes))
        known = (one["id"] for one in reversed(view["candidates"]) if one["id"] in self.people)
        who = self.people[next(known)]
        if isinstance(step.action, Approve):
            mark = MARKS[str(outcome)]
            because = {"because": "Something stands against it."} if mark == "reject" else {}
            who("POST", f"/tasks/{line['id']}/complete", {"outcome": mark, "answers": because})
            return
        assert isinstance(step.action, Do)
        needs = step.outcomes[outcome].needs if outcome else ()
        form = self.definitions.forms.get(str(step.action.form))
        called = _called(step.action, step.about, procedure)
        answers = {}
        for section in view["form"]["sections"]:
            for field in section["fields"]:
                key = field["key"]
                if field["read_only"]:
                    continue
                if field["asked"]:
                    answers[key] = self._answer(step, key, facts)
                elif _told(facts, f"{called}.{key}") or (
                    (field["required"] or key in needs) and field["value"] is None
                ):
                    answers[key] = self._value(form.entity, key, facts, called)
            if section["rows"] is not None:
                rows = section["rows"]
                answers[rows["key"]] = self._rows(form.entity, rows, facts)
        who("POST", f"/tasks/{line['id']}/complete", {"outcome": outcome, "answers": answers})

    def _rows(self, entity: str, rows: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Any]:
        """The rows that are there, and as many new ones as the facts and the form want."""
        child = self.definitions.entities[entity].fields[rows["key"]].type.item
        assert child is not None
        sent = [{"id": row["id"]} for row in rows["rows"]]
        told = facts.get(f"{entity}.{rows['key']}", ())
        wanted = max(rows["at_least"], len(told)) - len(sent)
        for row in list(told)[-wanted:] if told else [{}] * wanted:
            needed = {
                field["key"]: self._value(str(child.entity), field["key"], {})
                for field in rows["offered"]["fields"]
                if field["required"] and field["value"] is None
            }
            sent.append({"values": {**needed, **row}})
        return sent

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


def _told(facts: Mapping[str, Any], path: str) -> bool:
    """Whether the facts say what is in a field, or something of the record that it names."""
    return any(fact == path or fact.startswith(f"{path}.") for fact in facts)


def outcomes_of(line: Mapping[str, Any]) -> tuple[str, ...]:
    """What a line of history says came out of its step."""
    facts = line["facts"]
    match line["kind"]:
        case "chosen":
            return (facts["rule"],)
        case "task-completed":
            return (facts["outcome"],) if facts.get("outcome") else ()
        case "round-closed":
            return (facts["result"],)
        case "decided":
            output = facts["output"].get("answers", facts["output"])
            return tuple(
                {True: "yes", False: "no"}.get(value, str(value)) for value in output.values()
            )
        case _:
            return ()
