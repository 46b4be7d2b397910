"""From a condition to what it claims: settings put in, computed values written out, choices split.

`if … then … else` in a computation becomes one case for each way; a computation over several
variables becomes a sum of them, where it is one. What is neither is left opaque.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from server.domain.decision import Decision
from server.domain.expression.numbers import ticks
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Interval,
    IsNull,
    Membership,
    Negative,
    Node,
    Path,
)
from server.domain.expression.tree import Joined as JoinedNode
from server.domain.expression.tree import Not as NotNode
from server.domain.expression.types import type_of
from server.domain.expression.walking import free_paths, identity
from server.domain.values import NUMERIC, WHOLE_NUMBER, Kind, Type, Value
from server.loading.proving.claims import (
    Compared,
    Formula,
    Linear,
    OneOf,
    Opaque,
    every,
    opposite,
    some,
)
from server.loading.proving.variables import MEASURED, Variable

MOST_CASES = 300
"""Ways through a computation that are looked at; beyond them it stays opaque."""
DAY = Fraction(24 * 60 * 60 * 1_000_000)
_NOTHING: Mapping[str, Fraction] = {}


class _TooManyCases(Exception):  # noqa: N818  the comparison is left opaque
    pass


@dataclass(frozen=True, slots=True)
class _Sum:
    """Variables, each times its factor, and a constant. Unknown where one of `needs` is."""

    parts: Mapping[str, Fraction]
    constant: Fraction
    needs: frozenset[str] = frozenset()


_Case = tuple[Formula, _Sum | None]
"""When a computation gives this sum; None for null."""
_Term = Constant | Variable | Formula
"""What stands beside an equals sign and is not measured. A formula is true or false."""


@dataclass(slots=True)
class Reading:
    """Reads the conditions of one decision. `variables` are its inputs, and parts met on the way."""

    decision: Decision
    variables: dict[str, Variable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, typ in self.decision.inputs.items():
            self.variables[name] = Variable(name, typ, name in self.decision.optional)
        for name, setting in self.decision.settings.items():
            if setting.type.kind is Kind.YES_NO:
                self.variables[name] = Variable(name, setting.type)

    def switched(self) -> Formula:
        """That the settings of yes and no are as they are.

        They are switches: what is turned off today is not there in vain.
        """
        return every(
            OneOf(name, (setting.value,))
            for name, setting in self.decision.settings.items()
            if name in self.variables
        )

    # -- conditions ---------------------------------------------------------------------------

    def condition(self, node: Node) -> Formula:
        """What a condition claims."""
        match node:
            case Constant(value=value):
                return bool(value)
            case NotNode(operand=operand):
                return opposite(self.condition(operand))
            case JoinedNode(operator=operator, operands=operands):
                parts = (self.condition(item) for item in operands)
                return every(parts) if operator == "and" else some(parts)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                asked = self.condition(condition)
                return some(
                    [
                        every([asked, self.condition(then)]),
                        every([opposite(asked), self.condition(otherwise)]),
                    ]
                )
            case IsNull(operand=operand, negated=negated):
                found = self._null(operand)
                return opposite(found) if negated else found
            case Comparison(operator=operator, left=left, right=right):
                return self._comparison(node, operator, left, right)
            case Membership(operand=operand, items=items):
                return some([self._belongs(node, operand, item) for item in items])
            case Path(parts=(name,)):
                return self._named(name)
            case _:
                return self._opaque(node)

    def _named(self, name: str) -> Formula:
        if name in self.decision.computed:
            return self.condition(self.decision.computed[name].tree)
        return OneOf(name, (True,))

    def _belongs(self, node: Membership, operand: Node, item: Node) -> Formula:
        if not isinstance(item, Interval):
            if type_of(item).kind is Kind.LIST:
                return self._opaque(Membership(operand, (item,), node.span))
            return self._comparison(Membership(operand, (item,), node.span), "=", operand, item)
        parts: list[Formula] = []
        for operator, bound in item.bounds:
            whole = Membership(operand, (item,), node.span)
            parts.append(self._comparison(whole, operator, operand, bound))
        return every(parts)

    def _comparison(self, node: Node, operator: str, left: Node, right: Node) -> Formula:
        if operator == "!=":
            return opposite(self._comparison(node, "=", left, right))
        kinds = {type_of(item).kind for item in (left, right) if not _is_null(item)}
        try:
            if kinds and kinds <= MEASURED:
                return self._measured(operator, left, right)
            if kinds <= {Kind.CHOICE, Kind.TEXT, Kind.YES_NO, Kind.REF}:
                return self._equal(node, left, right)
        except _TooManyCases:
            pass
        return self._opaque(node)

    def _opaque(self, node: Node) -> Formula:
        return Opaque(identity(node), node, tuple(sorted(self._read(node))))

    def _read(self, node: Node) -> set[str]:
        """The inputs that something reads, also by way of computed values."""
        found: set[str] = set()
        for path in free_paths(node):
            name = path.parts[0]
            if name in self.decision.computed:
                found |= self._read(self.decision.computed[name].tree)
            elif name in self.variables:
                found.add(name)
        return found

    def _null(self, node: Node) -> Formula:
        """That something is unknown."""
        kind = type_of(node).kind
        try:
            if _is_null(node):
                return True
            if kind in MEASURED:
                return some(
                    every([when, self._is_unknown(found)]) for when, found in self._sums(node)
                )
            if kind in {Kind.CHOICE, Kind.TEXT, Kind.YES_NO, Kind.REF}:
                return some(
                    every([when, self._same(node, term, _NULL)])
                    for when, term in self._terms(node)
                )
        except _TooManyCases:
            pass
        if isinstance(node, Path) and len(node.parts) == 1 and node.parts[0] in self.variables:
            return OneOf(node.parts[0], (None,))
        return self._opaque(IsNull(node, False, node.span))

    # -- what is measured ---------------------------------------------------------------------

    def _measured(self, operator: str, left: Node, right: Node) -> Formula:
        found = [
            every([when, also, self._compared(operator, one, other)])
            for when, one in self._sums(left)
            for also, other in self._sums(right)
        ]
        return some(found)

    def _compared(self, operator: str, one: _Sum | None, other: _Sum | None) -> Formula:
        if one is None or other is None:
            if operator != "=":
                return False
            return every([self._is_unknown(one), self._is_unknown(other)])
        names = one.parts.keys() | other.parts.keys()
        parts = {
            name: factor
            for name in sorted(names)
            if (factor := one.parts.get(name, Fraction(0)) - other.parts.get(name, Fraction(0)))
        }
        difference = _Sum(parts, one.constant - other.constant)
        known = [self._is_known(name) for name in sorted(one.needs | other.needs)]
        compared = every([*known, _to_zero(operator, difference)])
        if operator != "=" or not (one.needs and other.needs):
            return compared
        return some([compared, every([self._is_unknown(one), self._is_unknown(other)])])

    def _is_known(self, name: str) -> Formula:
        return opposite(OneOf(name, (None,)))

    def _is_unknown(self, found: _Sum | None) -> Formula:
        if found is None:
            return True
        return some(OneOf(name, (None,)) for name in sorted(found.needs))

    def _sums(self, node: Node) -> list[_Case]:
        """The ways through a computation, each with the sum that it gives."""
        found = list(self._cases(node))
        if len(found) > MOST_CASES:
            raise _TooManyCases
        return found

    def _cases(self, node: Node) -> Iterator[_Case]:
        match node:
            case Constant(value=value):
                yield True, _constant(value)
            case Path(parts=(name,)) if name in self.decision.settings:
                yield True, _constant(self.decision.settings[name].value)
            case Path(parts=(name,)) if name in self.decision.computed:
                yield from self._sums(self.decision.computed[name].tree)
            case Path(parts=(name,)) if name in self.variables:
                yield True, self._variable(self.variables[name])
            case Negative(operand=operand):
                for when, inner in self._sums(operand):
                    yield when, None if inner is None else _times(inner, Fraction(-1))
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                asked = self.condition(condition)
                for way, part in ((asked, then), (opposite(asked), otherwise)):
                    for when, inner in self._sums(part):
                        if (both := every([way, when])) is not False:
                            yield both, inner
            case Arithmetic(left=left, right=right):
                yield from self._computed(node, self._sums(left), self._sums(right))
            case _:
                yield True, self._variable(self._part(node))

    def _computed(
        self, node: Arithmetic, lefts: list[_Case], rights: list[_Case]
    ) -> Iterator[_Case]:
        if len(lefts) * len(rights) > MOST_CASES:
            raise _TooManyCases
        for when, one in lefts:
            for also, other in rights:
                both = every([when, also])
                if both is False:
                    continue
                if one is None or other is None:
                    yield both, None
                    continue
                found = _calculated(node, one, other)
                if found is None and (one.parts or other.parts):
                    found = self._variable(self._part(node))
                yield both, found

    def _variable(self, variable: Variable) -> _Sum:
        needs = frozenset({variable.name}) if variable.optional else frozenset()
        return _Sum({variable.name: Fraction(1)}, Fraction(0), needs)

    def _part(self, node: Node) -> Variable:
        """A part that is reckoned with as a variable; the same part again is the same one."""
        name = f"={identity(node)}"
        if name not in self.variables:
            typ, optional = type_of(node), True
            if isinstance(node, Call) and node.function == "count":
                typ, optional = _COUNT, False
            reads = tuple(sorted(self._read(node)))
            self.variables[name] = Variable(name, typ, optional, node, reads)
        return self.variables[name]

    # -- what is not measured -----------------------------------------------------------------

    def _equal(self, node: Node, left: Node, right: Node) -> Formula:
        lefts, rights = list(self._terms(left)), list(self._terms(right))
        if len(lefts) * len(rights) > MOST_CASES:
            raise _TooManyCases
        return some(
            every([when, also, self._same(node, one, other)])
            for when, one in lefts
            for also, other in rights
        )

    def _terms(self, node: Node) -> Iterator[tuple[Formula, _Term]]:
        match node:
            case Constant():
                yield True, node
            case Path(parts=(name,)) if (
                name in self.decision.settings and name not in self.variables
            ):
                setting = self.decision.settings[name]
                yield True, Constant(setting.value, setting.type, node.span)
            case Path(parts=(name,)) if name in self.decision.computed:
                yield from self._terms(self.decision.computed[name].tree)
            case Path(parts=(name,)) if name in self.variables:
                yield True, self.variables[name]
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                asked = self.condition(condition)
                for way, part in ((asked, then), (opposite(asked), otherwise)):
                    for when, term in self._terms(part):
                        yield every([way, when]), term
            case _ if type_of(node).kind is Kind.YES_NO and not isinstance(node, Path):
                yield True, self.condition(node)
            case _:
                raise _TooManyCases

    def _same(self, node: Node, one: _Term, other: _Term) -> Formula:
        match one, other:
            case Constant(), Constant():
                return one.value == other.value
            case (Variable(), Constant()) | (Constant(), Variable()):
                variable, constant = (one, other) if isinstance(one, Variable) else (other, one)
                assert isinstance(variable, Variable)
                assert isinstance(constant, Constant)
                if constant.value is None and not variable.optional:
                    return False
                return OneOf(variable.name, (constant.value,))
            case Variable(), Variable():
                return self._both(node, one, other)
            case Variable(), _:
                return self._agrees(one, other)
            case _, Variable():
                return self._agrees(other, one)
            case Constant(value=value), _:
                return _is_so(other, value)
            case _, Constant(value=value):
                return _is_so(one, value)
        assert not isinstance(one, Constant | Variable)
        assert not isinstance(other, Constant | Variable)
        return some([every([one, other]), every([opposite(one), opposite(other)])])

    def _agrees(self, variable: Variable, formula: _Term) -> Formula:
        return some(
            every([OneOf(variable.name, (value,)), _is_so(formula, value)])
            for value in (True, False)
        )

    def _both(self, node: Node, one: Variable, other: Variable) -> Formula:
        """That two variables are equal."""
        if one.name == other.name:
            return True
        if one.domain is None or other.domain is None:
            return self._opaque(node)
        values: list[Value] = [value for value in one.domain if value in other.domain]
        if one.optional and other.optional:
            values.append(None)
        return some(
            every([OneOf(one.name, (value,)), OneOf(other.name, (value,))]) for value in values
        )


_COUNT = Type(Kind.WHOLE_NUMBER, at_least=Decimal(0))
_NULL = Constant(None, WHOLE_NUMBER, (0, 0))


def _is_null(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def _is_so(formula: _Term, value: Value) -> Formula:
    """That what is true or false is this value."""
    assert not isinstance(formula, Constant | Variable)
    if value is None:
        return False
    return formula if value else opposite(formula)


def _constant(value: Value) -> _Sum | None:
    return None if value is None else _Sum(_NOTHING, ticks(value))


def _times(found: _Sum, factor: Fraction) -> _Sum:
    parts = {name: part * factor for name, part in found.parts.items()}
    return _Sum(parts, found.constant * factor, found.needs)


def _plus(one: _Sum, other: _Sum) -> _Sum:
    names = one.parts.keys() | other.parts.keys()
    parts = {
        name: one.parts.get(name, Fraction(0)) + other.parts.get(name, Fraction(0))
        for name in names
    }
    return _Sum(parts, one.constant + other.constant, one.needs | other.needs)


def _calculated(node: Arithmetic, one: _Sum, other: _Sum) -> _Sum | None:
    """The sum that a computation over two sums is; None where it is none."""
    left, right = type_of(node.left).kind, type_of(node.right).kind
    if node.operator in "+-":
        return _added(node.operator, left, right, one, other)
    if not one.parts and not other.parts:
        rounded = Kind.DURATION in {left, right} and not (node.operator == "/" and left is right)
        return _constants(node.operator, one, other, rounded=rounded)
    if node.operator == "*":
        factor, scaled, kind = (one, other, right) if not one.parts else (other, one, left)
        if factor.parts or (
            # a share of a duration is rounded to whole microseconds
            Kind.DURATION in {left, right}
            and (kind is not Kind.DURATION or factor.constant.denominator != 1)
        ):
            return None
        return _needing(_times(scaled, factor.constant), factor)
    if other.parts or other.constant == 0 or (left is Kind.DURATION and right in NUMERIC):
        return None
    return _needing(_times(one, 1 / other.constant), other)


def _needing(found: _Sum, other: _Sum) -> _Sum:
    return _Sum(found.parts, found.constant, found.needs | other.needs)


def _constants(operator: str, one: _Sum, other: _Sum, *, rounded: bool) -> _Sum | None:
    """Two constants multiplied or divided. Durations are rounded, as `numbers` does."""
    if operator == "*":
        found = one.constant * other.constant
    elif other.constant == 0:
        return None
    else:
        found = one.constant / other.constant
    return _Sum(_NOTHING, Fraction(round(found)) if rounded else found)


def _added(operator: str, left: Kind, right: Kind, one: _Sum, other: _Sum) -> _Sum | None:
    sign = Fraction(1 if operator == "+" else -1)
    if {left, right} == {Kind.DATE, Kind.DURATION}:
        date, duration = (one, other) if left is Kind.DATE else (other, one)
        if duration.parts:
            return None
        days = Fraction((duration.constant / DAY).__floor__())  # what is left of a day is dropped
        return _needing(_plus(date, _Sum(_NOTHING, days * sign)), duration)
    found = _plus(one, _times(other, sign))
    return _times(found, DAY) if left is right is Kind.DATE else found


def _to_zero(operator: str, found: _Sum) -> Formula:
    """That a sum stands so to zero, as a claim."""
    if not found.parts:
        value = found.constant
        return {
            "<": value < 0,
            "<=": value <= 0,
            "=": value == 0,
            ">=": value >= 0,
            ">": value > 0,
        }[operator]
    names = sorted(found.parts)
    lead = found.parts[names[0]]
    parts = tuple((name, found.parts[name] / lead) for name in names)
    constant = found.constant / lead
    told = operator if lead > 0 else _MIRRORED[operator]
    if told in {">", ">="}:
        return opposite(_claim(parts, constant, "<=" if told == ">" else "<"))
    return _claim(parts, constant, told)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}


def _claim(parts: tuple[tuple[str, Fraction], ...], constant: Fraction, operator: str) -> Formula:
    told: Literal["<", "<=", "="] = "<" if operator == "<" else "<=" if operator == "<=" else "="
    if len(parts) == 1:
        return Compared(parts[0][0], told, -constant)
    return Linear(parts, constant, told)
