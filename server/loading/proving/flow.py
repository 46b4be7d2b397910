"""What is known of a run at each step of a list, as far as conditions on the way have said it.

Answers and verdicts stay as they are until they are given anew. A field may be changed by anybody
while a run rests, so what a condition has said of one holds only until the next step that somebody
acts in, or that sets anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.decision import Decision
from server.domain.expression.tree import Node, Path
from server.domain.expression.walking import identity, rebuilt
from server.domain.procedure import (
    Choose,
    ContinueIn,
    Decide,
    Do,
    End,
    Notify,
    Procedure,
    Start,
    Step,
)
from server.domain.procedure import Set as SetStep
from server.domain.values import TEXT, Kind, Type
from server.loading.proving.claims import Formula, OneOf, every, opposite
from server.loading.proving.reading import Reading
from server.loading.proving.searching import Rows, Search
from server.loading.proving.space import Space, Statement

ROUNDS = 6
"""Times that what is known at a step may change, before nothing is taken as known there."""
_AUTOMATIC = (Choose, Decide, Notify, Start, SetStep, End, ContinueIn)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A way on: the step that follows, and what is known on it."""

    target: str
    known: Formula


@dataclass(slots=True)
class Facts:
    """Goes through one list of steps of a procedure."""

    procedure: Procedure
    steps: Sequence[Step]
    _inputs: dict[str, Type] = field(default_factory=dict)
    _optional: set[str] = field(default_factory=set)
    _lasting: dict[str, str | None] = field(default_factory=dict)
    """For each variable the answer or verdict that it is all about; None for what can change."""

    def never_taken(self, entries: Iterable[str]) -> Iterator[tuple[Step, int]]:
        """The rows of gateways that no run takes, by the step and the number of the row."""
        gateways = [step for step in self.steps if isinstance(step.action, Choose)]
        if len(gateways) + sum(bool(step.name) for step in self.steps) < 2:  # noqa: PLR2004  a way needs two
            return
        conditions = {step.key: list(self._rows(step)) for step in gateways}
        edges = {step.key: list(self._edges(step, conditions)) for step in self.steps}
        formulas = [edge.known for found in edges.values() for edge in found]
        reading = self._reading()
        space = Space.over(reading.variables, formulas)
        known = self._spread(space, edges, entries)
        rows = Rows(space, [])
        for step in gateways:
            before = known.get(step.key)
            if before is None or before is True:
                continue
            for number, row in enumerate(conditions[step.key]):
                search = Search(space, rows, lambda _given: True)
                alone = Search(space, rows, lambda _given: True)
                told = space.statement(row)
                if alone.first([told]) is None or search.first([before, told]) is not None:
                    continue
                if not search.is_open:
                    yield step, number

    def _spread(
        self, space: Space, edges: Mapping[str, Sequence[_Edge]], entries: Iterable[str]
    ) -> Mapping[str, Statement]:
        """What is known on coming to each step."""
        steps = {step.key: step for step in self.steps}
        known: dict[str, Statement] = dict.fromkeys(entries, True)
        rounds: dict[str, int] = {}
        waiting = deque(known)
        while waiting:
            key = waiting.popleft()
            step = steps[key]
            kept = self._forgotten(space, known[key], step)
            for edge in edges[key]:
                if edge.target not in steps:
                    continue
                arriving = space.joined(True, [kept, space.statement(edge.known)])
                before = known.get(edge.target)
                after = arriving if before is None else space.joined(False, [before, arriving])
                if after == before or arriving is False:
                    continue
                rounds[edge.target] = rounds.get(edge.target, 0) + 1
                known[edge.target] = after if rounds[edge.target] <= ROUNDS else True
                if before is not True:
                    waiting.append(edge.target)
        return known

    def _forgotten(self, space: Space, known: Statement, step: Step) -> Statement:
        """What is left of it after a step, which may have changed some of it."""
        rests = not isinstance(step.action, _AUTOMATIC) or step.each is not None
        changes = rests or bool(step.set) or any(item.set for item in step.outcomes.values())
        for at, variable in enumerate(space.variables):
            name = self._lasting.get(variable.name)
            if (name is None and changes) or (name is not None and name == step.name):
                known = space.joined(
                    False,
                    [space.restricted(known, at, piece) for piece in range(len(space.pieces[at]))],
                )
        if rests or changes:
            # claims over several variables are not followed further
            for index in range(len(space.wide)):
                at = len(space.variables) + index
                parts = [space.restricted(known, at, piece) for piece in range(2)]
                known = space.joined(False, parts)
        return known

    # -- the ways on --------------------------------------------------------------------------

    def _edges(self, step: Step, conditions: Mapping[str, Sequence[Formula]]) -> Iterator[_Edge]:
        if step.is_last:
            return
        position = next(index for index, item in enumerate(self.steps) if item.key == step.key)
        following = self.steps[position + 1].key if position + 1 < len(self.steps) else ""
        default = step.then or following
        if isinstance(step.action, Choose):
            for target, row in zip(step.action.targets, conditions[step.key], strict=True):
                yield _Edge(target, row)
        elif step.outcomes and step.each is None:
            for key, outcome in step.outcomes.items():
                yield _Edge(outcome.then or default, self._outcome(step, key))
        else:
            yield _Edge(default, True)

    def _outcome(self, step: Step, key: str) -> Formula:
        """What an outcome says of the answers or the verdict that the step is known by."""
        typ = self.procedure.names.get(step.name or "")
        if step.name is None or typ is None or typ.kind is not Kind.ANSWERS:
            return True
        member = "outcome" if isinstance(step.action, Do) else next(iter(typ.members), "")
        found = typ.members.get(member)
        if (
            found is None
            or found.kind is not Kind.CHOICE
            or len(typ.members) > 1 + isinstance(step.action, Do) * len(typ.members)
        ):
            return True
        name = self._variable(Path((step.name, member), (0, 0), found), found, optional=False)
        return OneOf(name, (key,))

    def _rows(self, step: Step) -> Iterator[Formula]:
        """For each row of a gateway, that it is the one taken."""
        action = step.action
        assert isinstance(action, Choose)
        before: list[Formula] = []
        for rule in action.gateway.rules:
            if rule.condition is None:
                yield every(before)
                continue
            told = self._told(rule.condition.tree, action)
            yield every([*before, told])
            before.append(opposite(told))

    def _told(self, tree: Node, action: Choose) -> Formula:
        """A condition over variables that mean the same in the whole procedure."""

        def renamed(node: Node) -> Node:
            if isinstance(node, Path) and node.parts[0] in action.given:
                given = action.given[node.parts[0]]
                optional = node.parts[0] in action.gateway.optional
                typ = action.gateway.inputs[node.parts[0]]
                name = self._variable(given.tree, typ, optional=optional)
                return Path((name,), node.span, node.type)
            return rebuilt(node, renamed)

        found = renamed(tree)
        return self._reading().condition(found)

    def _variable(self, tree: Node, typ: Type, *, optional: bool) -> str:
        name = identity(tree)
        self._inputs.setdefault(name, typ)
        if optional:
            self._optional.add(name)
        if name not in self._lasting:
            self._lasting[name] = self._answer(tree)
        return name

    def _answer(self, tree: Node) -> str | None:
        """The answers or the verdict that an expression is all about."""
        if not isinstance(tree, Path) or tree.all_of is not None:
            return None
        typ = self.procedure.names.get(tree.parts[0])
        return tree.parts[0] if typ is not None and typ.kind is Kind.ANSWERS else None

    def _reading(self) -> Reading:
        table = Decision(
            "", "", dict(self._inputs), {"then": TEXT}, (), optional=frozenset(self._optional)
        )
        return Reading(table)
