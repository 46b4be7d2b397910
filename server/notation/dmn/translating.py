"""From FEEL to our expressions, which have the same value whatever is null.

FEEL has three truth values, and null runs through arithmetic; ours has two, and null is tested
before. So what is translated comes with its guards: the conditions under which it is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from server.domain.expression import Problem, parse
from server.domain.expression.numbers import calculated
from server.domain.values import Kind
from server.notation.dmn.elements import UnreadableError
from server.notation.dmn.feel import Call, Feel, If, In, Literal, Name, Operation, Range, Tests
from server.notation.dmn.terms import (
    ATOM,
    COMPARED,
    LOOSE,
    NEITHER,
    NOTHING,
    POWER,
    PRODUCT,
    SUM,
    TRUTHS,
    Constant,
    Term,
    Truth,
    as_term,
    compared_constants,
    constant,
    either,
    is_number,
    joined,
    kind_of,
    loose,
    once,
)

_TIGHTNESS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_ARITHMETIC = frozenset(_TIGHTNESS)
_FUNCTIONS = {"count": "count", "sum": "sum", "min": "min", "max": "max"}
_LITERALS = {"date": Kind.DATE, "date and time": Kind.DATE_TIME, "duration": Kind.DURATION}
DEEPEST = 60
MOST = 2_000
"""Parts of an expression, those of the functions that it calls included."""


@dataclass(frozen=True, slots=True)
class Function:
    parameters: tuple[str, ...]
    body: Feel


@dataclass(slots=True)
class Spent:
    """How far the translation of one expression has gone."""

    depth: int = 0
    parts: int = 0


Known = Mapping[tuple[str, ...], Term]


class Translator:
    """Translates the expressions of one decision. `names` are what they may call by name."""

    def __init__(
        self,
        names: Known,
        functions: Mapping[str, Function],
        line: int,
        spent: Spent | None = None,
    ) -> None:
        self._names = names
        self._functions = functions
        self._line = line
        self._spent = spent or Spent()

    def value(self, node: Feel) -> Term:
        """The value of an expression.

        Raises:
            UnreadableError: our expressions cannot say it.
        """
        spent = self._spent
        if spent.depth == 0:
            spent.parts = 0
        spent.depth += 1
        spent.parts += 1
        if spent.depth > DEEPEST:
            raise self._refusal("An expression is nested too deep, or a function calls itself")
        if spent.parts > MOST:
            raise self._refusal("An expression is too large, with all the functions that it calls")
        found = self._value(node)
        spent.depth -= 1
        return found

    def _value(self, node: Feel) -> Term:
        match node:
            case Literal(value=value):
                return constant(value)
            case Name(parts=parts):
                return self._named(parts)
            case Operation(operator="-1", operands=(operand,)):
                return self._negative(self.value(operand))
            case Operation(operator=sign, operands=(left, right)) if sign in _ARITHMETIC:
                return self._calculated(sign, self.value(left), self.value(right))
            case Operation() | In():
                return as_term(self.truth(node))
            case If(condition=condition, then=then, otherwise=otherwise):
                return self._conditional(condition, then, otherwise)
            case Call(function=function, arguments=arguments):
                return self._call(function, arguments)

    def _refusal(self, sentence: str) -> UnreadableError:
        return UnreadableError(f"{sentence}.", self._line)

    def _named(self, parts: tuple[str, ...]) -> Term:
        found = self._names.get(parts)
        if found is None:
            raise self._refusal(f"Nothing that goes into this decision is '{'.'.join(parts)}'")
        return found

    # -- values -------------------------------------------------------------------------------

    def _negative(self, operand: Term) -> Term:
        return self._calculated("-", constant(Decimal(0)), operand)

    def _calculated(self, sign: str, left: Term, right: Term) -> Term:
        constants = (left.constant, right.constant)
        if (None,) in constants:
            return NOTHING
        if left.constant is not None and right.constant is not None:
            return self._folded(sign, left.constant[0], right.constant[0])
        if left.values or right.values:
            raise self._refusal("A choice cannot be computed with")
        guards = [*left.guards, *right.guards]
        if sign == "/" and right.constant is not None and right.constant[0] == 0:
            return NOTHING
        if sign == "-" and left.constant == (0,):
            text, tightness = f"-{right.within(ATOM)}", POWER
        else:
            tightness = _TIGHTNESS[sign]
            one = left.within(tightness if sign != "**" else ATOM)
            other = right.within(tightness - (sign in {"-", "/"}) if sign != "**" else ATOM)
            text = f"{one} {sign} {other}"
        if sign == "/" and right.constant is None:
            guards.append(f"{right.within(SUM)} = 0")
        if sign == "**":
            guards.append(f"{text} is null")
        return Term(text, kind_of(sign, left.kind, right.kind), once(guards), tightness)

    def _folded(self, sign: str, left: Constant, right: Constant) -> Term:
        if isinstance(left, str) and isinstance(right, str):
            return constant(left + right) if sign == "+" else NOTHING
        if not (is_number(left) and is_number(right)):
            return NOTHING
        found = calculated(sign, left, right)
        return NOTHING if found is None else constant(found)  # type: ignore[arg-type]

    def _conditional(self, condition: Feel, then: Feel, otherwise: Feel) -> Term:
        test, one, other = self.truth(condition), self.value(then), self.value(otherwise)
        if test.true in {"true", "false"}:
            return one if test.true == "true" else other
        if one == other:
            return one
        text = f"if {test.true} then {one.whole} else {other.whole}"
        nullable = one.guards or other.guards or (None,) in {one.constant, other.constant}
        guards = (f"({text}) is null",) if nullable else ()
        return Term(text, one.kind or other.kind, guards, LOOSE, values=one.values or other.values)

    def _call(self, name: str, arguments: Sequence[Feel]) -> Term:
        function = self._functions.get(name)
        if function is not None:
            return self._called(name, function, [self.value(item) for item in arguments])
        match arguments:
            case [Literal(value=str() as text)] if name in _LITERALS:
                kind = _LITERALS[name]
                return Term(f'{kind.value}("{text}")', kind)
        if name not in _FUNCTIONS:
            raise self._refusal(f"The function '{name}' cannot be carried")
        parts = [self.value(item) for item in arguments]
        guards = [guard for part in parts for guard in part.guards]
        text = f"{_FUNCTIONS[name]}({', '.join(part.text for part in parts)})"
        is_least = name in {"min", "max"} and len(parts) == 1
        if is_least:
            guards.append(f"{text} is null")
        return Term(text, Kind.NUMBER, once(guards))

    def _called(self, name: str, function: Function, arguments: Sequence[Term]) -> Term:
        """The body of a function with these in the places of its parameters."""
        if len(arguments) != len(function.parameters):
            raise self._refusal(
                f"'{name}' takes {len(function.parameters)} values and is given {len(arguments)}"
            )
        names: dict[tuple[str, ...], Term] = {
            (parameter,): argument
            for parameter, argument in zip(function.parameters, arguments, strict=True)
        }
        return Translator(names, self._functions, self._line, self._spent).value(function.body)

    # -- truth --------------------------------------------------------------------------------

    def truth(self, node: Feel) -> Truth:
        """When an expression is true, when false, and when neither."""
        match node:
            case Operation(operator="not", operands=(operand,)):
                inner = self.truth(operand)
                return Truth(inner.false, inner.true, inner.neither)
            case Operation(operator="and" | "or" as word, operands=(left, right)):
                return joined(word, self.truth(left), self.truth(right))
            case Operation(operator=sign, operands=(left, right)) if sign in _OPPOSITE:
                return self._compared(sign, left, right)
            case In(operand=operand, tests=tests):
                return self.met(self.value(operand), Tests(tests))
            case _:
                return self._told(self.value(node))

    def _told(self, term: Term) -> Truth:
        if term.constant is not None:
            [value] = term.constant
            return TRUTHS[value] if isinstance(value, bool) else NEITHER
        if term.kind not in {Kind.YES_NO, None}:
            raise self._refusal(f"'{term.text}' is neither true nor false")
        if not term.guards:
            return Truth(term.within(COMPARED), f"not {term.within(ATOM)}")
        whole = term.text if term.tightness == ATOM else f"({term.whole})"
        return Truth(f"{whole} = true", f"{whole} = false", f"{whole} is null")

    def _compared(self, sign: str, left: Feel, right: Feel) -> Truth:
        one, other = self._pair(self.value(left), self.value(right))
        if one.constant is not None and other.constant is not None:
            return compared_constants(sign, one.constant[0], other.constant[0])
        if sign in {"=", "!="}:
            texts = [loose(item) for item in (one, other)]
            return Truth(f" {sign} ".join(texts), f" {_OPPOSITE[sign]} ".join(texts))
        if (None,) in {one.constant, other.constant}:
            return NEITHER
        guards = once([*one.guards, *other.guards])
        texts = [item.within(SUM) for item in (one, other)]
        true, false = f" {sign} ".join(texts), f" {_OPPOSITE[sign]} ".join(texts)
        if not guards:
            return Truth(true, false)
        known = " and ".join(f"not ({guard})" for guard in guards)
        return Truth(f"{known} and {true}", f"{known} and {false}", either(guards))

    def _pair(self, left: Term, right: Term) -> tuple[Term, Term]:
        """Both sides, with the words of a choice in our spelling."""
        if left.values:
            return left, self._spelled(right, left.values)
        if right.values:
            return self._spelled(left, right.values), right
        return left, right

    def _spelled(self, term: Term, values: Mapping[str, str]) -> Term:
        match term.constant:
            case (str() as word,) if values:
                if word not in values:
                    raise self._refusal(f"'{word}' is none of the values that are allowed here")
                spelled = values[word]
                text = spelled if spelled.isidentifier() else f'"{spelled}"'
                return replace(term, text=text, kind=Kind.CHOICE)
            case _:
                return term

    # -- cells --------------------------------------------------------------------------------

    def met(self, operand: Term, tests: Tests) -> Truth:
        """Whether a value meets a cell. What is null lies in no range."""
        if not tests.tests:
            return Truth("true", "false")
        if operand.constant is not None:
            return self._met_always(operand.constant[0], tests)
        items = [self.item(operand, test) for test in tests.tests]
        if items == ["true"] and not operand.guards:
            text = operand.within(COMPARED)
        elif len(items) == 1 and isinstance(tests.tests[0], Literal):
            text = f"{loose(operand)} = {items[0]}"
        elif len(items) == 1 and items[0].startswith(("[", "(")):
            text = f"{loose(operand)} in {items[0]}"
        else:
            text = f"{loose(operand)} in [{', '.join(items)}]"
        opposite = f"not ({text})"
        return Truth(opposite, text) if tests.is_negated else Truth(text, opposite)

    def _met_always(self, value: Constant, tests: Tests) -> Truth:
        """Whether a value that is always the same meets a cell."""
        found = False
        for test in tests.tests:
            parts = (test.low, test.high) if isinstance(test, Range) else (test,)
            ends = [None if part is None else self.value(part).constant for part in parts]
            if any(
                end is None and part is not None for end, part in zip(ends, parts, strict=True)
            ):
                raise self._refusal("A cell compares a constant with what is none")
            if isinstance(test, Range):
                signs = (">=" if test.includes_low else ">", "<=" if test.includes_high else "<")
                found = found or all(
                    end is None or compared_constants(sign, value, end[0]).true == "true"
                    for sign, end in zip(signs, ends, strict=True)
                )
            else:
                found = found or (value,) == ends[0]
        return TRUTHS[found is not tests.is_negated]

    def item(self, operand: Term, test: Feel | Range) -> str:
        """A value or a range, as it stands in a list of them."""
        if not isinstance(test, Range):
            found = self._spelled(self.value(test), operand.values)
            if found.guards:
                raise self._refusal("A cell compares with what may be null")
            return found.text
        bounds = [None if bound is None else self.value(bound) for bound in (test.low, test.high)]
        if any(bound is not None and bound.guards for bound in bounds):
            raise self._refusal("A cell compares with what may be null")
        low, high = (None if bound is None else bound.within(SUM) for bound in bounds)
        if low is None:
            return f"<{'=' * test.includes_high} {high}"
        if high is None:
            return f">{'=' * test.includes_low} {low}"
        opening, closing = "[" if test.includes_low else "(", "]" if test.includes_high else ")"
        return f"{opening}{low}..{high}{closing}"


def carried(text: str, line: int) -> str:
    """The expression, if ours may be that large.

    Raises:
        UnreadableError: it is too long, or too deep.
    """
    found = parse(text)
    if isinstance(found, Problem):
        raise UnreadableError(f"What comes of an expression cannot be read: {found.message}", line)
    return text
