"""Names found, types checked: what an expression means where it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from server.domain.entity import Entity
from server.domain.expression.functions import (
    CALENDAR,
    FEWEST,
    FUNCTIONS,
    LITERALS,
    UnfitError,
    literal,
)
from server.domain.expression.kinds import ORDERED, comparable, computed, fits, spoken
from server.domain.expression.lexer import MisreadError
from server.domain.expression.naming import Scope
from server.domain.expression.nulls import unsafe
from server.domain.expression.numbers import calculated, negative
from server.domain.expression.spelling import did_you_mean
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Expression,
    Fields,
    Interval,
    IsNull,
    Joined,
    Listing,
    Membership,
    Negative,
    Node,
    Not,
    Now,
    Path,
    Problem,
    Quantified,
    Span,
    Where,
)
from server.domain.expression.types import is_null, joined, type_of
from server.domain.expression.walking import nodes
from server.domain.values import YES_NO, Kind, Type


def resolve(
    expression: Expression,
    names: Mapping[str, Type],
    entities: Mapping[str, Entity],
    expected: Type | None = None,
    *,
    optional: Collection[str] = (),
    nullable: bool | None = None,
    timeless: bool = False,
) -> Expression | tuple[Problem, ...]:
    """The expression with its names found and its types known, or all that is wrong with it.

    `optional` are the names, or members such as `findings.note`, that may be null. `nullable` says
    whether the whole may be: unless told, a yes or no that is expected may not, as it is a
    condition, and anything else may. `timeless` refuses `now` and whatever records hold, for what
    must say the same tomorrow.
    """
    if nullable is None:
        nullable = expected is None or expected.kind is not Kind.YES_NO
    scope = Scope(expression.text, names, entities, frozenset(optional), reads=not timeless)
    resolver = _Resolver(expression.text, scope)
    tree = resolver.whole(expression.tree, expected)
    if tree is None:
        return _in_order(resolver.problems)
    problems = [*unsafe(expression.text, tree, scope.doubts, nullable=nullable)]
    if timeless:
        problems += [found for node in nodes(tree) if (found := _passing(node)) is not None]
    if problems:
        return _in_order(problems)
    return Expression(expression.text, tree, expected or type_of(tree))


def _in_order(problems: Collection[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.start))


def _passing(node: Node) -> Problem | None:
    """What is wrong with a node that may mean something else tomorrow."""
    match node:
        case Now():
            return Problem(
                "A decision does not look at the clock: asked again, it must say the same.",
                *node.span,
                "Give it the moment, or the time that has passed, as an input.",
            )
        case Call(function=function) if function in CALENDAR:
            return Problem(
                "A decision does not look into the calendar: asked again, it must say the same.",
                *node.span,
                "Give it the working time, or the moment, as an input.",
            )
        case Call(function="holders"):
            return Problem(
                "A decision does not look up who holds a role: asked again, it must say the same.",
                *node.span,
                "Give it the holders, or their number, as an input.",
            )
        case _:
            return None


class _ReportedError(Exception):
    """A part is wrong, and its problem is noted already."""


class _Resolver:
    """Goes down the tree; what is expected goes along, what is found comes back."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._scope = scope

    def whole(self, node: Node, expected: Type | None) -> Node | None:
        [found] = self._tried((node, expected))
        if found is None:
            return None
        if expected is not None and not is_null(found) and not fits(type_of(found), expected):
            self.problems.append(
                Problem(
                    f"This is {spoken(type_of(found))}; {spoken(expected)} is needed here.",
                    *node.span,
                )
            )
            return None
        return found

    def _tried(self, *parts: tuple[Node, Type | None]) -> list[Node | None]:
        """Each part resolved, or None and its problem noted: so that all problems are told."""
        found: list[Node | None] = []
        for node, expected in parts:
            try:
                found.append(self._node(node, expected))
            except MisreadError as error:
                self.problems.append(error.problem)
                found.append(None)
            except _ReportedError:
                found.append(None)
        return found

    def _all(self, *parts: tuple[Node, Type | None]) -> list[Node]:
        found = [node for node in self._tried(*parts) if node is not None]
        if len(found) < len(parts):
            raise _ReportedError
        return found

    def _node(self, node: Node, expected: Type | None = None) -> Node:
        match node:
            case Constant():
                return self._constant(node, expected)
            case Path():
                return self._scope.meaning(node, expected)
            case Fields():
                [operand] = self._all((node.operand, None))
                before = node.span[1] - node.span[0] - len(".".join(node.parts))
                typ, _ = self._scope.walk(type_of(operand), [*node.parts], node.span, before)
                return replace(node, operand=operand, type=typ)
            case Not():
                return replace(node, operand=self._condition(node.operand))
            case Negative():
                return self._negative(node)
            case Joined():
                operands = self._all(*((item, YES_NO) for item in node.operands))
                self._conditions(operands)
                return replace(node, operands=tuple(operands))
            case Arithmetic():
                return self._arithmetic(node, expected)
            case Comparison():
                return self._comparison(node)
            case IsNull():
                return self._null_test(replace(node, operand=self._node(node.operand)))
            case Membership():
                return self._membership(node)
            case Conditional():
                return self._conditional(node, expected)
            case Call():
                return self._call(node)
            case Where():
                return self._where(node)
            case Quantified():
                return self._quantified(node)
            case Listing():
                return self._listing(node, expected)
            case Now():
                return node
            case Interval():
                raise MisreadError("A range stands only after 'in'.", *node.span)

    # -- words --------------------------------------------------------------------------------

    def _constant(self, node: Constant, expected: Type | None) -> Node:
        if expected is None or node.type.kind is not Kind.TEXT:
            return node
        if node.value is None:
            return replace(node, type=expected)
        if expected.kind is Kind.CHOICE and isinstance(node.value, str):
            return self._choice(node, node.value, expected)
        return node

    def _choice(self, node: Constant, word: str, expected: Type) -> Node:
        """A text in quotes where a choice is expected: only values no bare word can spell."""
        if word not in expected.choices:
            raise MisreadError(
                f"'{word}' is not a value here.", *node.span, did_you_mean(word, expected.choices)
            )
        quoted = self._text[slice(*node.span)].startswith('"')
        if word.isidentifier() and quoted:
            raise MisreadError(
                "Values of a choice stand without quotes.", *node.span, f"Write {word}."
            )
        return replace(node, type=expected)

    def _is_bare(self, node: Node) -> bool:
        """A word that only the other side of a comparison can give a meaning."""
        match node:
            case Path(parts=(word,)):
                return not self._scope.is_known(word)
            case Constant(value=str() | None, type=Type(kind=Kind.TEXT)):
                return True
            case Listing(items=items):
                return all(self._is_bare(item) for item in items)
            case Conditional(then=then, otherwise=otherwise):
                return self._is_bare(then) or self._is_bare(otherwise)
            case _:
                return False

    def _partners(self, left: Node, right: Node) -> tuple[Node, Node]:
        """Both sides, each read with the other's type in mind."""
        if self._is_bare(left) and not self._is_bare(right):
            [second] = self._all((right, None))
            [first] = self._all((left, type_of(second)))
            return first, second
        found_left, found_right = self._tried((left, None))[0], None
        if found_left is None:
            if not self._is_bare(right):
                self._tried((right, None))
            raise _ReportedError
        [found_right] = self._all((right, type_of(found_left)))
        return found_left, found_right

    # -- conditions ---------------------------------------------------------------------------

    def _condition(self, node: Node) -> Node:
        [found] = self._all((node, YES_NO))
        self._conditions([found])
        return found

    def _conditions(self, found: list[Node]) -> None:
        wrong = [node for node in found if type_of(node).kind is not Kind.YES_NO]
        self.problems.extend(
            Problem(
                f"This is {spoken(type_of(node))}, and a condition is true or false.",
                *node.span,
                "Compare it with something.",
            )
            for node in wrong
        )
        if wrong:
            raise _ReportedError

    def _comparison(self, node: Comparison) -> Node:
        left, right = self._partners(node.left, node.right)
        if is_null(left) or is_null(right):
            if node.operator not in {"=", "!="}:
                raise MisreadError("Null is neither less nor more than anything.", *node.span)
            operand = right if is_null(left) else left
            return self._null_test(IsNull(operand, node.operator == "!=", node.span))
        one, other = type_of(left), type_of(right)
        if not comparable(one, other):
            raise _incomparable(one, other, right, node.span)
        if node.operator not in {"=", "!="} and one.kind not in ORDERED:
            raise MisreadError(
                f"{spoken(one).capitalize()} is neither less nor more than another.",
                *node.span,
                "Numbers, dates, moments and durations have an order.",
            )
        return replace(node, left=left, right=right)

    def _null_test(self, node: IsNull) -> IsNull:
        if not is_null(node.operand) and type_of(node.operand).kind is Kind.LIST:
            raise MisreadError("A list is never null.", *node.span, "Write count(list) = 0.")
        return node

    def _membership(self, node: Membership) -> Node:
        if not node.items:
            raise MisreadError("An empty list holds nothing.", *node.span)
        if self._is_bare(node.operand):
            item = node.items[0]
            bounds = (item.low, item.high) if isinstance(item, Interval) else (item,)
            first = self._node(next(bound for bound in bounds if bound is not None))
            typ = type_of(first)
            operand = self._node(node.operand, typ.item if typ.kind is Kind.LIST else typ)
        else:
            operand = self._node(node.operand)
        typ = type_of(operand)
        items = self._all(*((item, typ) for item in node.items if not isinstance(item, Interval)))
        found = iter(items)
        kept = tuple(
            self._interval(item, typ) if isinstance(item, Interval) else next(found)
            for item in node.items
        )
        for item in items:
            held = type_of(item)
            one = held.item if held.kind is Kind.LIST and held.item is not None else held
            if not is_null(item) and not comparable(typ, one):
                raise _incomparable(typ, one, item, item.span)
        return replace(node, operand=operand, items=kept)

    def _interval(self, node: Interval, typ: Type) -> Interval:
        if typ.kind not in ORDERED:
            raise MisreadError(
                f"{spoken(typ).capitalize()} has no range.",
                *node.span,
                "Numbers, dates, moments and durations have an order.",
            )
        bounds = [bound for bound in (node.low, node.high) if bound is not None]
        found = iter(self._all(*((bound, typ) for bound in bounds)))
        low = None if node.low is None else next(found)
        high = None if node.high is None else next(found)
        for bound in (low, high):
            if bound is not None and not comparable(typ, type_of(bound)):
                raise _incomparable(typ, type_of(bound), bound, bound.span)
        if isinstance(low, Constant) and isinstance(high, Constant):
            _refuse_empty(node, low, high)
        return replace(node, low=low, high=high)

    def _conditional(self, node: Conditional, expected: Type | None) -> Node:
        [condition] = self._all((node.condition, YES_NO))
        self._conditions([condition])
        if expected is not None:
            then, otherwise = self._all((node.then, expected), (node.otherwise, expected))
        else:
            then, otherwise = self._partners(node.then, node.otherwise)
        if joined((then, otherwise)) is None and not (is_null(then) and is_null(otherwise)):
            raise MisreadError(
                f"After 'then' stands {spoken(type_of(then))}, "
                f"after 'else' {spoken(type_of(otherwise))}; both must be of one kind.",
                *node.span,
            )
        return replace(node, condition=condition, then=then, otherwise=otherwise)

    # -- numbers ------------------------------------------------------------------------------

    def _negative(self, node: Negative) -> Node:
        operand = self._node(node.operand)
        typ = type_of(operand)
        if computed("+", typ, typ) is None or typ.kind in {Kind.TEXT, Kind.CHOICE}:
            raise MisreadError(f"{spoken(typ).capitalize()} has no negative.", *node.span)
        if isinstance(operand, Constant):
            return Constant(negative(operand.value), typ, node.span)
        return replace(node, operand=operand)

    def _arithmetic(self, node: Arithmetic, expected: Type | None) -> Node:
        words = self._text[slice(*node.span)]
        if expected is not None and words in expected.choices:
            raise MisreadError(
                "A hyphen is a minus sign here.", *node.span, f'Write it in quotes: "{words}".'
            )
        left, right = self._all((node.left, None), (node.right, None))
        if is_null(left) or is_null(right):
            raise MisreadError("Nothing can be computed from null.", *node.span)
        one, other = type_of(left), type_of(right)
        typ = computed(node.operator, one, other)
        if typ is None:
            raise MisreadError(
                f"{spoken(one).capitalize()} {node.operator} {spoken(other)} means nothing.",
                *node.span,
            )
        if node.operator == "/" and isinstance(right, Constant) and not right.value:
            raise MisreadError("Nothing can be divided by zero.", *node.span)
        if isinstance(left, Constant) and isinstance(right, Constant):
            value = calculated(node.operator, left.value, right.value)
            if value is None:
                raise MisreadError(
                    "This power has no result."
                    if node.operator == "**"
                    else "The result lies too far away.",
                    *node.span,
                )
            return Constant(value, typ, node.span)
        return replace(node, left=left, right=right)

    # -- lists and functions ------------------------------------------------------------------

    def _listing(self, node: Listing, expected: Type | None) -> Node:
        item = expected.item if expected is not None and expected.kind is Kind.LIST else expected
        if not node.items:
            raise MisreadError("An empty list holds nothing.", *node.span)
        items = tuple(self._all(*((member, item) for member in node.items)))
        if joined(items) is None:
            raise MisreadError("The members of a list must be of one kind.", *node.span)
        return replace(node, items=items)

    def _call(self, node: Call) -> Node:
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise MisreadError(
                f"There is no function '{node.function}'.",
                node.span[0],
                node.span[0] + len(node.function),
                did_you_mean(node.function, FUNCTIONS),
            )
        fewest = FEWEST.get(node.function, 1)
        if not fewest <= len(node.arguments) <= function.at_most:
            raise MisreadError(
                f"'{node.function}' is given {len(node.arguments)} things.",
                *node.span,
                f"Write {function.usage}.",
            )
        arguments = self._arguments(node)
        try:
            typ = function.takes(arguments, [type_of(item) for item in arguments])
        except UnfitError as error:
            raise MisreadError(str(error), *node.span, f"Write {function.usage}.") from error
        if node.function in LITERALS and isinstance(arguments[0], Constant):
            return Constant(literal(typ, arguments[0].value), typ, node.span)
        return replace(node, arguments=arguments)

    def _arguments(self, node: Call) -> tuple[Node, ...]:
        if node.function != "contains":
            return tuple(self._all(*((item, None) for item in node.arguments)))
        [where] = self._all((node.arguments[0], None))
        [what] = self._all((node.arguments[1], type_of(where).item))
        return where, what

    def _where(self, node: Where) -> Node:
        members = self._node(node.members)
        with self._scope.member(type_of(members), members.span) as name:
            condition = self._condition(node.condition)
        return replace(node, members=members, condition=condition, name=name)

    def _quantified(self, node: Quantified) -> Node:
        members = self._node(node.members)
        typ = type_of(members)
        if typ.kind is not Kind.LIST or typ.item is None:
            raise MisreadError(
                f"'{node.quantifier}' goes through a list, and this is {spoken(typ)}.",
                *members.span,
            )
        with self._scope.named(node.name, typ.item, node.span):
            condition = self._condition(node.condition)
        return replace(node, members=members, condition=condition)


def _incomparable(one: Type, other: Type, node: Node, span: Span) -> MisreadError:
    hint = ""
    if isinstance(node, Constant) and other.kind is Kind.TEXT:
        function = one.kind.value
        if one.kind in {Kind.DATE, Kind.DATE_TIME, Kind.DURATION}:
            hint = f'Write {function}("{node.value}").'
    elif {one.kind, other.kind} == {Kind.DATE, Kind.DATE_TIME}:
        hint = "Make a date of the moment with date(…)."
    elif one.kind is Kind.CHOICE and other.kind is Kind.CHOICE:
        return MisreadError("These two choices have no value in common.", *span)
    return MisreadError(
        f"{spoken(one).capitalize()} cannot be compared with {spoken(other)}.", *span, hint
    )


def _refuse_empty(node: Interval, low: Constant, high: Constant) -> None:
    if low.value > high.value or (  # type: ignore[operator]
        low.value == high.value and not (node.includes_low and node.includes_high)
    ):
        raise MisreadError("Nothing lies in this range.", *node.span, "The lower end comes first.")
