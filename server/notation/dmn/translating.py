"""From FEEL to our expressions, which have the same value whatever is null.

FEEL has three truth values, and null runs through arithmetic; ours has two, and null is tested
before. So what is translated comes with its guards: the conditions under which it is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from server.domain.expression import Problem, parse
from server.domain.expression.numbers import calculated
from server.domain.values import DECIMAL_PLACES, Kind
from server.notation.dmn.elements import UnreadableError
from server.notation.dmn.feel import Call, Feel, If, In, Literal, Name, Operation, Range, Tests

Constant = None | bool | str | Decimal | Fraction

_ATOM, _POWER, _PRODUCT, _SUM, _COMPARED, _LOOSE = range(6)
"""How tightly the parts of a text hold together."""
_TIGHTNESS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
_ARITHMETIC = frozenset(_TIGHTNESS)
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_FUNCTIONS = {"count": "count", "sum": "sum", "min": "min", "max": "max"}
_LITERALS = {"date": Kind.DATE, "date and time": Kind.DATE_TIME, "duration": Kind.DURATION}
DEEPEST = 60
MOST = 2_000
"""Parts of an expression, those of the functions that it calls included."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value. Where one of the `guards` holds it is null; else `text` gives it.

    `values` maps the words of DMN to those of a choice of ours, where this is one.
    """

    text: str
    kind: Kind | None = None
    guards: tuple[str, ...] = ()
    tightness: int = _ATOM
    constant: tuple[Constant] | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The value, null and all."""
        if not self.guards or self.guards == (f"{self.within(_ATOM)} is null",):
            return self.text
        return f"if {' or '.join(self.guards)} then null else {self.text}"

    def within(self, tightness: int) -> str:
        """The text as a part of something that holds so tightly."""
        return self.text if self.tightness <= tightness else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Truth:
    """When something is true, when it is false, and when it is neither; conditions of ours."""

    true: str
    false: str
    neither: str = ""


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

NOTHING = Term("null", constant=(None,))


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
                return _term(self.truth(node))
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
            text, tightness = f"-{right.within(_ATOM)}", _POWER
        else:
            tightness = _TIGHTNESS[sign]
            one = left.within(tightness if sign != "**" else _ATOM)
            other = right.within(tightness - (sign in {"-", "/"}) if sign != "**" else _ATOM)
            text = f"{one} {sign} {other}"
        if sign == "/" and right.constant is None:
            guards.append(f"{right.within(_SUM)} = 0")
        if sign == "**":
            guards.append(f"{text} is null")
        return Term(text, _kind(sign, left.kind, right.kind), _once(guards), tightness)

    def _folded(self, sign: str, left: Constant, right: Constant) -> Term:
        if isinstance(left, str) and isinstance(right, str):
            return constant(left + right) if sign == "+" else NOTHING
        if not (_is_number(left) and _is_number(right)):
            return NOTHING
        found = calculated(sign, left, right)
        return NOTHING if found is None else constant(found)  # type: ignore[arg-type]

    def _conditional(self, condition: Feel, then: Feel, otherwise: Feel) -> Term:
        test, one, other = self.truth(condition), self.value(then), self.value(otherwise)
        if test.true in {"true", "false"}:
            return one if test.true == "true" else other
        text = f"if {test.true} then {one.whole} else {other.whole}"
        nullable = one.guards or other.guards or (None,) in {one.constant, other.constant}
        guards = (f"({text}) is null",) if nullable else ()
        return Term(
            text, one.kind or other.kind, guards, _LOOSE, values=one.values or other.values
        )

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
        return Term(text, Kind.NUMBER, _once(guards))

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
                return _joined(word, self.truth(left), self.truth(right))
            case Operation(operator=sign, operands=(left, right)) if sign in _OPPOSITE:
                return self._compared(sign, left, right)
            case In(operand=operand, tests=tests):
                return self.met(self.value(operand), Tests(tests))
            case _:
                return self._told(self.value(node))

    def _told(self, term: Term) -> Truth:
        if term.constant is not None:
            [value] = term.constant
            return _TRUTHS[value] if isinstance(value, bool) else _NEITHER
        if term.kind not in {Kind.YES_NO, None}:
            raise self._refusal(f"'{term.text}' is neither true nor false")
        if not term.guards:
            return Truth(term.within(_COMPARED), f"not {term.within(_ATOM)}")
        whole = term.text if term.tightness == _ATOM else f"({term.whole})"
        return Truth(f"{whole} = true", f"{whole} = false", f"{whole} is null")

    def _compared(self, sign: str, left: Feel, right: Feel) -> Truth:
        one, other = self._pair(self.value(left), self.value(right))
        if one.constant is not None and other.constant is not None:
            return _compared_constants(sign, one.constant[0], other.constant[0])
        if sign in {"=", "!="}:
            texts = [_loose(item) for item in (one, other)]
            return Truth(f" {sign} ".join(texts), f" {_OPPOSITE[sign]} ".join(texts))
        if (None,) in {one.constant, other.constant}:
            return _NEITHER
        guards = _once([*one.guards, *other.guards])
        texts = [item.within(_SUM) for item in (one, other)]
        true, false = f" {sign} ".join(texts), f" {_OPPOSITE[sign]} ".join(texts)
        if not guards:
            return Truth(true, false)
        known = " and ".join(f"not ({guard})" for guard in guards)
        return Truth(f"{known} and {true}", f"{known} and {false}", _either(guards))

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
            text = operand.within(_COMPARED)
        elif len(items) == 1 and isinstance(tests.tests[0], Literal):
            text = f"{_loose(operand)} = {items[0]}"
        elif len(items) == 1 and items[0].startswith(("[", "(")):
            text = f"{_loose(operand)} in {items[0]}"
        else:
            text = f"{_loose(operand)} in [{', '.join(items)}]"
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
                    end is None or _compared_constants(sign, value, end[0]).true == "true"
                    for sign, end in zip(signs, ends, strict=True)
                )
            else:
                found = found or (value,) == ends[0]
        return _TRUTHS[found is not tests.is_negated]

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
        low, high = (None if bound is None else bound.within(_SUM) for bound in bounds)
        if low is None:
            return f"<{'=' * test.includes_high} {high}"
        if high is None:
            return f">{'=' * test.includes_low} {low}"
        opening, closing = "[" if test.includes_low else "(", "]" if test.includes_high else ")"
        return f"{opening}{low}..{high}{closing}"


_NEITHER = Truth("false", "false", "true")
_TRUTHS: Mapping[bool, Truth] = {
    True: Truth("true", "false"),
    False: Truth("false", "true"),
}


def constant(value: Constant) -> Term:
    """A constant, as our expressions write it."""
    match value:
        case None:
            return NOTHING
        case bool():
            return Term(str(value).lower(), Kind.YES_NO, constant=(value,))
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            escaped = escaped.replace("\n", "\\n").replace("\t", "\\t")
            return Term(f'"{escaped}"', Kind.TEXT, constant=(value,))
        case _:
            text = number_text(Fraction(value))
            tightness = _PRODUCT if "/" in text else _POWER if text.startswith("-") else _ATOM
            kind = Kind.FRACTION if "/" in text else Kind.NUMBER
            return Term(text, kind, tightness=tightness, constant=(value,))


def carried(text: str, line: int) -> str:
    """The expression, if ours may be that large.

    Raises:
        UnreadableError: it is too long, or too deep.
    """
    found = parse(text)
    if isinstance(found, Problem):
        raise UnreadableError(f"What comes of an expression cannot be read: {found.message}", line)
    return text


def number_text(number: Fraction) -> str:
    """A number as it is written: with a point where that is exact, else as a fraction."""
    scaled = number * 10**DECIMAL_PLACES
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    return format(Decimal(scaled.numerator).scaleb(-DECIMAL_PLACES).normalize(), "f")


def _is_number(value: Constant) -> bool:
    return isinstance(value, Decimal | Fraction)


def _kind(sign: str, left: Kind | None, right: Kind | None) -> Kind | None:
    if left is Kind.TEXT and right is Kind.TEXT:
        return Kind.TEXT
    if sign in {"/", "**"} or Kind.FRACTION in {left, right}:
        return Kind.FRACTION if left in {Kind.NUMBER, Kind.FRACTION} else left
    return left if right is Kind.NUMBER else right if left is Kind.NUMBER else left


def _once(guards: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(guards))


def _either(guards: Sequence[str]) -> str:
    return " or ".join(guards)


def _loose(term: Term) -> str:
    """A value with null and all, as one side of a comparison."""
    return term.within(_SUM) if term.whole == term.text else f"({term.whole})"


def _bracketed(condition: str) -> str:
    return condition if condition in {"true", "false"} else f"({condition})"


def _joined(word: str, left: Truth, right: Truth) -> Truth:
    other = "or" if word == "and" else "and"
    true = f"{_bracketed(left.true)} {word} {_bracketed(right.true)}"
    false = f"{_bracketed(left.false)} {other} {_bracketed(right.false)}"
    doubts = [_bracketed(item.neither) for item in (left, right) if item.neither]
    if not doubts:
        return Truth(true, false)
    settled = false if word == "and" else true
    return Truth(true, false, f"({_either(doubts)}) and not ({settled})")


def _term(truth: Truth) -> Term:
    if truth.neither == "true":
        return NOTHING
    if not truth.neither and truth.true in {"true", "false"}:
        return constant(truth.true == "true")
    guards = (truth.neither,) if truth.neither else ()
    return Term(truth.true, Kind.YES_NO, guards, _LOOSE)


def _compared_constants(sign: str, left: Constant, right: Constant) -> Truth:
    if sign in {"=", "!="}:
        return _TRUTHS[(left == right) is (sign == "=")]
    if not (_is_number(left) and _is_number(right)):
        return _NEITHER
    one, other = Fraction(left), Fraction(right)  # type: ignore[arg-type]
    return _TRUTHS[
        {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]
    ]
