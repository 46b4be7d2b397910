"""From a DMN model to decisions of ours, as the data that their YAML files hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from server.domain.values import Kind
from server.notation.dmn.elements import UnreadableError
from server.notation.dmn.model import (
    Context,
    Decision,
    Formula,
    Invocation,
    Item,
    Knowledge,
    Logic,
    Model,
    Table,
)
from server.notation.dmn.naming import LONGEST_KEY, LONGEST_NAME, choice, slug
from server.notation.dmn.tables import LISTED, Origin, tabled
from server.notation.dmn.terms import Term
from server.notation.dmn.translating import Function, Known, Translator, carried
from server.notation.dmn.walking import heeded


@dataclass(frozen=True, slots=True)
class Imported:
    """A decision of ours. `data` is its YAML; `inputs` and `outputs` tell where they come from."""

    key: str
    name: str
    data: Mapping[str, Any]
    inputs: Mapping[str, Origin]
    outputs: Mapping[str, Origin]


def imported(model: Model) -> tuple[Imported, ...]:
    """The decisions of the model, in order. One that is an expression for others goes into those.

    Raises:
        UnreadableError: something cannot be carried; the sentence says what.
    """
    importing = _Importing(model)
    needed = {
        required.name
        for item in model.decisions.values()
        for required in item.requires
        if required.is_decision
    }
    found = tuple(
        importing.decision(name)
        for name, item in model.decisions.items()
        if name not in needed or not isinstance(item.logic, Formula)
    )
    keys = [item.key for item in found]
    for item in found:
        if keys.count(item.key) > 1:
            line = model.decisions[item.name].line
            raise UnreadableError(f"Two decisions would be called '{item.key}'.", line)
    return found


class _Importing:
    """All decisions of a model, each made once, whatever needs it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        functions = [item.logic for item in model.knowledge.values()]
        self.heeded = heeded([*(item.logic for item in model.decisions.values()), *functions])
        self._done: dict[str, Imported] = {}
        self._terms: dict[str, tuple[_Reader, Term]] = {}
        self._open: list[str] = []

    def decision(self, name: str) -> Imported:
        if name not in self._done:
            with self._entered(name):
                self._done[name] = _Reader(self, self.model.decisions[name]).imported()
        return self._done[name]

    def formula(self, name: str) -> tuple[_Reader, Term]:
        """The value of a decision that is one expression, and who knows its inputs."""
        if name not in self._terms:
            with self._entered(name):
                reader = _Reader(self, self.model.decisions[name])
                self._terms[name] = (reader, reader.term())
        return self._terms[name]

    @contextmanager
    def _entered(self, name: str) -> Iterator[None]:
        if name in self._open:
            raise UnreadableError(f"'{name}' needs itself.", self.model.decisions[name].line)
        self._open.append(name)
        yield
        self._open.pop()


class _Reader:
    """Makes one decision."""

    def __init__(self, importing: _Importing, decision: Decision) -> None:
        self._importing = importing
        self._decision = decision
        self._inputs: dict[str, dict[str, Any]] = {}
        self._origins: dict[str, Origin] = {}
        self._functions = {
            name: Function(tuple(key for key, _ in item.parameters), item.logic.expression)
            for name, item in importing.model.knowledge.items()
            if isinstance(item.logic, Formula)
        }

    def imported(self) -> Imported:
        decision = self._decision
        data, outputs = self._logic(decision.logic, self.names())
        inputs = {name: item for name, item in self._inputs.items() if _mentions(data, name)}
        key = slug(decision.name, "-", LONGEST_KEY)
        whole = {"decision": key, "title": decision.question[:120], "inputs": inputs, **data}
        origins = {name: self._origins[name] for name in inputs}
        return Imported(key, decision.name, whole, origins, outputs)

    def term(self) -> Term:
        """The value of a decision that is one expression."""
        return self._term(self._decision.logic, self.names())

    def names(self) -> dict[tuple[str, ...], Term]:
        """What the decision may call by name."""
        return dict(self._required())

    def _refusal(self, sentence: str, line: int = 0) -> UnreadableError:
        return UnreadableError(sentence, line or self._decision.line)

    def _translator(self, names: Known, line: int) -> Translator:
        return Translator(names, self._functions, line)

    # -- what goes in -------------------------------------------------------------------------

    def _required(self) -> Iterator[tuple[tuple[str, ...], Term]]:
        for required in self._decision.requires:
            if not required.is_decision:
                yield from self._given((required.name,), required.item, required.is_optional)
                continue
            if isinstance(self._importing.model.decisions[required.name].logic, Formula):
                reader, term = self._importing.formula(required.name)
                self._inputs |= reader._inputs  # noqa: SLF001  another of its kind
                self._origins |= reader._origins  # noqa: SLF001
                yield (required.name,), term
            else:
                yield from self._said(required.name)

    def _said(self, name: str) -> Iterator[tuple[tuple[str, ...], Term]]:
        """What another decision says is an input of this one."""
        other = self._importing.decision(name)
        for key, origin in other.outputs.items():
            parts = (name, *origin.parts)
            ours = slug(" ".join(parts), "_", LONGEST_NAME)
            described = {
                part: value for part, value in other.data["output"][key].items() if part != "is"
            }
            if other.data.get("hits") in LISTED:
                described = {"list_of": {**described}}
            self._inputs[ours] = described
            self._origins[ours] = Origin(parts, origin.values)
            values = {theirs: spelled for spelled, theirs in origin.values.items()}
            kind = Kind(described["type"]) if "type" in described else Kind.CHOICE
            guards = (f"{ours} is null",) if described.get("optional") else ()
            yield parts, Term(ours, kind, guards, values=values)

    def _given(
        self, parts: tuple[str, ...], item: Item, is_optional: bool
    ) -> Iterator[tuple[tuple[str, ...], Term]]:
        if item.members and not item.is_list:
            for name, member in item.members.items():
                yield from self._given((*parts, name), member, is_optional)
            return
        heeds = self._importing.heeded
        column = heeds.columns.get(parts, Item())
        item = replace(item, kind=item.kind or column.kind, values=item.values or column.values)
        ours = slug(" ".join(parts), "_", LONGEST_NAME)
        if ours in self._origins and self._origins[ours].parts != parts:
            raise self._refusal(f"Two inputs would be called '{ours}'.")
        values = {} if parts in heeds.spoken else choice(item.values)
        described: dict[str, Any]
        if values:
            described = {"choice": list(values.values())}
        elif item.members or item.kind is None:
            described = {"type": Kind.TEXT.value} if not item.members else {}
        else:
            described = {"type": item.kind.value}
        if item.is_list:
            described = {"list_of": described}
        optional = (is_optional or parts in heeds.nullable) and not item.is_list
        if optional:
            described["optional"] = "yes"
        self._inputs[ours] = described
        self._origins[ours] = Origin(parts, {spelled: word for word, spelled in values.items()})
        kind = Kind.LIST if item.is_list else Kind.CHOICE if values else item.kind
        yield parts, Term(ours, kind, (f"{ours} is null",) if optional else (), values=values)

    # -- logic --------------------------------------------------------------------------------

    def _logic(
        self, logic: Logic, names: dict[tuple[str, ...], Term]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        """The outputs and rules that come of a logic, and where the outputs come from."""
        match logic:
            case Formula(expression=expression, line=line):
                term = self._translator(names, line).value(expression)
                return self._computed({(): (term, self._decision.item)})
            case Table(line=line):
                translator = self._translator(names, line)
                return tabled(logic, self._decision.name, self._inputs, translator)
            case Context():
                return self._context(logic, names)
            case Invocation():
                return self._invocation(logic, names)

    def _term(self, logic: Logic, names: dict[tuple[str, ...], Term]) -> Term:
        """The value of a logic that has one."""
        if isinstance(logic, Formula):
            return self._translator(names, logic.line).value(logic.expression)
        raise self._refusal(
            "A table within a context, or in the place of a value, cannot be carried. "
            "Make a decision of its own of it.",
            logic.line,
        )

    def _context(
        self, context: Context, names: dict[tuple[str, ...], Term]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        told: dict[tuple[str, ...], tuple[Term, Item]] = {}
        for name, item, logic in context.entries:
            term = self._term(logic, names)
            names[name,] = term
            told[name,] = (term, item)
        if context.result is not None:
            return self._logic(context.result, names)
        return self._computed(told)

    def _invocation(
        self, invocation: Invocation, names: dict[tuple[str, ...], Term]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        knowledge = self._importing.model.knowledge.get(invocation.function)
        if knowledge is None:
            raise self._refusal(
                f"There is no function '{invocation.function}' in this file.", invocation.line
            )
        return self._logic(knowledge.logic, self._bound(knowledge, invocation, names))

    def _bound(
        self, knowledge: Knowledge, invocation: Invocation, names: dict[tuple[str, ...], Term]
    ) -> dict[tuple[str, ...], Term]:
        missing = [name for name, _ in knowledge.parameters if name not in invocation.bindings]
        if missing:
            raise self._refusal(
                f"The call of '{knowledge.name}' says nothing for {', '.join(missing)}.",
                invocation.line,
            )
        return {
            (name,): self._term(invocation.bindings[name], names)
            for name, _ in knowledge.parameters
        }

    def _computed(
        self, told: Mapping[tuple[str, ...], tuple[Term, Item]]
    ) -> tuple[dict[str, Any], dict[str, Origin]]:
        outputs: dict[str, Any] = {}
        origins: dict[str, Origin] = {}
        for parts, (term, item) in told.items():
            name = slug(" ".join(parts) or self._decision.name, "_", LONGEST_NAME)
            kind = term.kind or item.kind or Kind.TEXT
            if term.values:
                described: dict[str, Any] = {"choice": list(term.values.values())}
            else:
                described = {"type": kind.value}
            if term.guards or term.constant == (None,):
                described["optional"] = "yes"
            outputs[name] = {**described, "is": carried(term.whole, self._decision.line)}
            values = {spelled: word for word, spelled in term.values.items()}
            origins[name] = Origin(parts, values)
        return {"output": outputs}, origins


def _mentions(data: Mapping[str, Any], name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", str(data)) is not None
