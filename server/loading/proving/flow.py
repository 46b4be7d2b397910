"""What is known of a run at each step of a list, as far as conditions on the way have said it.

Answers and verdicts stay as they are until they are given anew. A field may be changed by anybody
while a run rests, so what a condition has said of one holds only until the next step that somebody
acts in, or that sets anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from server.domain.decision import Decision
from server.domain.expression import Expression, evaluate
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.tree import Constant, Node, Path
from server.domain.expression.walking import free_paths, identity, rebuilt
from server.domain.procedure import Procedure
from server.domain.step import (
    Choose,
    ContinueIn,
    Decide,
    Do,
    End,
    Notify,
    Start,
    Step,
)
from server.domain.step import Set as SetStep
from server.domain.values import TEXT, Kind, Type, Value
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


@dataclass(frozen=True, slots=True)
class Unkept:
    """A step asks a decision, of which the assumption of this number may be broken by `example`."""

    step: Step
    number: int
    example: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class _Breaking:
    """What has been found is tried: the decision is given it, and its assumption does not hold."""

    action: Decide
    decision: Decision
    assumption: Expression

    def inputs(self, found: Mapping[str, Value]) -> Mapping[str, Value]:
        """The inputs that the assumption reads."""
        read = {path.parts[0] for path in free_paths(self.assumption.tree)}
        return {
            name: item.tree.value
            if isinstance(item.tree, Constant)
            else found[identity(item.tree)]
            for name, item in self.action.given.items()
            if name in read
        }

    def is_shown_by(self, found: Mapping[str, Value]) -> bool:
        inputs = self.inputs(found)
        if not all(_fits(value, self.decision.inputs[name]) for name, value in inputs.items()):
            return False
        settings = {name: item.value for name, item in self.decision.settings.items()}
        return evaluate(self.assumption, {**settings, **inputs}, NOWHERE, EPOCH) is False


def _fits(value: Value, typ: Type) -> bool:
    """Whether the decision takes it at all; else it says so, whatever it assumes."""
    if isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool):
        low, high = typ.at_least, typ.at_most
        return (low is None or value >= low) and (high is None or value <= high)
    return typ.kind is not Kind.CHOICE or value is None or value in typ.choices


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
        conditions = self._conditions()
        space, known = self._known(entries, conditions, ())
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

    def unkept(
        self, entries: Iterable[str], decisions: Mapping[str, Decision]
    ) -> Iterator[Unkept]:
        """What decisions assume that nothing on the way to them sees to, where that can be shown.

        Only what is given as it was read or answered is looked into. What is counted or computed
        is not: of that nothing can be claimed here.
        """
        asked: list[tuple[Step, Decision, int, Formula]] = []
        for step in self.steps:
            decision = decisions.get(step.key)
            for number, item in enumerate(decision.assuming if decision is not None else ()):
                told = self._assumed(step, decision, item) if decision is not None else None
                if decision is not None and told is not None:
                    asked.append((step, decision, number, told))
        if not asked:
            return
        space, known = self._known(entries, self._conditions(), [item[-1] for item in asked])
        for step, decision, number, told in asked:
            before = known.get(step.key)
            if before is None:
                continue
            assert isinstance(step.action, Decide)
            breaks = _Breaking(step.action, decision, decision.assuming[number])
            search = Search(space, Rows(space, []), breaks.is_shown_by)
            example = search.first([before, space.negated(told)])
            if example is not None:
                yield Unkept(step, number, breaks.inputs(example.given))

    def _conditions(self) -> Mapping[str, Sequence[Formula]]:
        return {
            step.key: list(self._rows(step))
            for step in self.steps
            if isinstance(step.action, Choose)
        }

    def _known(
        self,
        entries: Iterable[str],
        conditions: Mapping[str, Sequence[Formula]],
        further: Iterable[Formula],
    ) -> tuple[Space, Mapping[str, Statement]]:
        """What is known on coming to each step, in a space that tells `further` apart too."""
        edges = {step.key: list(self._edges(step, conditions)) for step in self.steps}
        formulas = [edge.known for found in edges.values() for edge in found]
        space = Space.over(self._reading().variables, [*formulas, *further])
        return space, self._spread(space, edges, entries)

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

    def _assumed(self, step: Step, decision: Decision, item: Expression) -> Formula | None:
        """What a decision assumes, over what it is given; None where that is not looked into."""
        action = step.action
        assert isinstance(action, Decide)
        names = {path.parts[0] for path in free_paths(item.tree)}
        if not names <= action.given.keys() | decision.settings.keys():
            return None
        given = {name: action.given[name] for name in names & action.given.keys()}
        if not all(isinstance(each.tree, Path | Constant) for each in given.values()):
            return None

        def renamed(node: Node) -> Node:
            if not isinstance(node, Path):
                return rebuilt(node, renamed)
            if node.parts[0] in decision.settings:
                setting = decision.settings[node.parts[0]]
                return Constant(setting.value, setting.type, node.span)
            read = given[node.parts[0]].tree
            if isinstance(read, Constant):
                return read
            optional = node.parts[0] in decision.optional
            assert isinstance(read, Path)
            typ = read.type or decision.inputs[node.parts[0]]
            name = self._variable(read, typ, optional=optional)
            return Path((name,), node.span, node.type)

        found = renamed(item.tree)
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
