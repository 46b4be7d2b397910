"""S-FEEL, the expressions and cells of DMN, read into a tree.

Names may have blanks and signs in them, so a reader has to be told which names there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from server.notation.dmn.elements import UnreadableError

Value = None | bool | str | Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """`Loan.amount`, as its parts."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`operator` is + - * / **, a comparison, `and`, `or`, `not`, or `-1` for a sign."""

    operator: str
    operands: tuple[Feel, ...]


@dataclass(frozen=True, slots=True)
class If:
    condition: Feel
    then: Feel
    otherwise: Feel


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Feel, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """`[1..5)`; a bound of None is open."""

    low: Feel | None
    high: Feel | None
    includes_low: bool = True
    includes_high: bool = True


@dataclass(frozen=True, slots=True)
class In:
    """Whether the operand is one of these values, or lies in one of these ranges."""

    operand: Feel
    tests: tuple[Feel | Range, ...]


@dataclass(frozen=True, slots=True)
class Tests:
    """A cell of a table. Without `tests`, every value meets it."""

    tests: tuple[Feel | Range, ...] = ()
    is_negated: bool = False


Feel = Literal | Name | Operation | If | Call | In

DEEPEST = 100
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
KEYWORDS = frozenset({"and", "or", "if", "then", "else", "in", "between"})
FUNCTIONS = frozenset({"date and time", "years and months duration", "string length"})
"""Functions of FEEL with blanks in their names that are met in tables."""
_TOKEN = re.compile(
    r"""(?P<number>\d+(?:\.\d+)?|\.\d+)
      | (?P<text>"(?:\\.|[^"\\])*")
      | (?P<sign>\*\*|\.\.|<=|>=|!=|[-+*/<>=()\[\],.])
      | (?P<name>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(["\\nrt\']))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def expression(text: str, names: Collection[str], line: int) -> Feel:
    """An expression.

    Raises:
        UnreadableError: it is none that is known here.
    """
    reader = _Reader(text, names, line)
    found = reader.expression()
    reader.finish()
    return found


def cell(text: str, names: Collection[str], line: int) -> Tests:
    """A cell of a table, or a list of allowed values.

    Raises:
        UnreadableError: it is none that is known here.
    """
    if text.strip() in {"", "-"}:
        return Tests()
    reader = _Reader(text, names, line)
    found = reader.tests()
    reader.finish()
    return found


class _Reader:
    def __init__(self, text: str, names: Collection[str], line: int) -> None:
        self._text = " ".join(text.split())
        self._line = line
        self._names = sorted({*names, *FUNCTIONS}, key=len, reverse=True)
        self._tokens = self._tokenized(text)
        self._at = 0
        self._level = 0

    def _tokenized(self, text: str) -> list[_Token]:
        found: list[_Token] = []
        at = 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            name = next((name for name in self._names if _stands(name, text, at)), None)
            if name is not None:
                found.append(_Token("name", name))
                at += len(name)
                continue
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._refusal(f"'{text[at]}' belongs to no expression that is known here")
            found.append(_Token(str(match.lastgroup), match.group()))
            at = match.end()
        return [*found, _Token("end", "")]

    def _refusal(self, what: str) -> UnreadableError:
        return UnreadableError(f"{what}: {self._text}", self._line)

    # -- words --------------------------------------------------------------------------------

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        if token.kind != "end":
            self._at += 1
        return token

    def _sees(self, *words: str) -> bool:
        return self._next.kind in {"sign", "name"} and self._next.text in words

    def _pass(self, *words: str) -> bool:
        found = self._sees(*words)
        self._at += found
        return found

    def _expect(self, *words: str) -> str:
        if not self._sees(*words):
            raise self._refusal(f"'{' or '.join(words)}' is missing in this expression")
        return self._take().text

    def finish(self) -> None:
        if self._next.kind != "end":
            raise self._refusal(f"'{self._next.text}' does not fit into this expression")

    # -- phrases ------------------------------------------------------------------------------

    def expression(self) -> Feel:
        self._level += 1
        if self._level > DEEPEST:
            raise self._refusal("This expression is nested too deep")
        if self._pass("if"):
            condition = self.expression()
            self._expect("then")
            then = self.expression()
            self._expect("else")
            found: Feel = If(condition, then, self.expression())
        else:
            found = self._disjunction()
        self._level -= 1
        return found

    def _disjunction(self) -> Feel:
        found = self._conjunction()
        while self._pass("or"):
            found = Operation("or", (found, self._conjunction()))
        return found

    def _conjunction(self) -> Feel:
        found = self._comparison()
        while self._pass("and"):
            found = Operation("and", (found, self._comparison()))
        return found

    def _comparison(self) -> Feel:
        left = self._sum()
        if self._sees(*COMPARISONS):
            return Operation(self._take().text, (left, self._sum()))
        if self._pass("between"):
            low = self._sum()
            self._expect("and")
            return In(left, (Range(low, self._sum()),))
        if self._pass("in"):
            return In(left, self._members())
        return left

    def _members(self) -> tuple[Feel | Range, ...]:
        if self._sees("(", "[") and not self._is_range():
            closing = ")" if self._take().text == "(" else "]"
            found = self._several()
            self._expect(closing)
            return found
        return (self._test(),)

    def _sum(self) -> Feel:
        found = self._product()
        while self._sees("+", "-"):
            found = Operation(self._take().text, (found, self._product()))
        return found

    def _product(self) -> Feel:
        found = self._power()
        while self._sees("*", "/"):
            found = Operation(self._take().text, (found, self._power()))
        return found

    def _power(self) -> Feel:
        found = self._signed()
        while self._pass("**"):
            found = Operation("**", (found, self._signed()))
        return found

    def _signed(self) -> Feel:
        if not self._pass("-"):
            return self._primary()
        self._level += 1
        if self._level > DEEPEST:
            raise self._refusal("This expression is nested too deep")
        operand = self._signed()
        self._level -= 1
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(-operand.value)
        return Operation("-1", (operand,))

    def _primary(self) -> Feel:
        token = self._take()
        if token.kind == "number":
            return Literal(Decimal(token.text))
        if token.kind == "text":
            return Literal(_unescaped(token.text))
        if token.kind == "name" and token.text not in KEYWORDS:
            return self._named(token.text)
        if token.text == "(":
            found = self.expression()
            self._expect(")")
            return found
        raise self._refusal(f"'{token.text or 'the end'}' does not fit into this expression")

    def _named(self, word: str) -> Feel:
        constants: dict[str, Value] = {"true": True, "false": False, "null": None}
        if word in constants and word not in self._names:
            return Literal(constants[word])
        if self._pass("("):
            arguments = []
            if not self._sees(")"):
                arguments.append(self.expression())
                while self._pass(","):
                    arguments.append(self.expression())
            self._expect(")")
            if word == "not" and len(arguments) == 1:
                return Operation("not", tuple(arguments))
            return Call(word, tuple(arguments))
        parts = [word]
        while self._pass("."):
            parts.append(self._take().text)
        return Name(tuple(parts))

    # -- cells --------------------------------------------------------------------------------

    def tests(self) -> Tests:
        start = self._at
        if self._pass("not") and self._pass("("):
            found = self._several()
            self._expect(")")
            if self._next.kind == "end":
                return Tests(found, is_negated=True)
        self._at = start
        return Tests(self._several())

    def _several(self) -> tuple[Feel | Range, ...]:
        found = [self._test()]
        while self._pass(","):
            found.append(self._test())
        return tuple(found)

    def _test(self) -> Feel | Range:
        if self._sees("<", "<=", ">", ">="):
            sign = self._take().text
            bound = self._sum()
            included = sign.endswith("=")
            if sign.startswith("<"):
                return Range(None, bound, includes_high=included)
            return Range(bound, None, includes_low=included)
        if self._sees("[", "]", "(") and self._is_range():
            opening = self._take().text
            low = self._sum()
            self._expect("..")
            high = self._sum()
            closing = self._expect("]", "[", ")")
            return Range(low, high, opening == "[", closing == "]")
        return self.expression()

    def _is_range(self) -> bool:
        """Whether two dots follow, before the bracket that opens here is closed."""
        level = 0
        for token in self._tokens[self._at + 1 :]:
            if token.kind == "sign":
                if token.text == ".." and level == 0:
                    return True
                if token.text in ")]" and level == 0:
                    return False
                level += (token.text in "([") - (token.text in ")]")
        return False


def _stands(name: str, text: str, at: int) -> bool:
    """Whether the name stands here, and is no part of a longer word."""
    if not text.startswith(name, at):
        return False
    after = text[at + len(name) : at + len(name) + 1]
    return not (after and (after.isalnum() or after == "_") and (name[-1].isalnum()))


def _unescaped(quoted: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        return chr(int(code, 16)) if code else _ESCAPED.get(match.group(3), match.group(3))

    return _ESCAPE.sub(plain, quoted[1:-1])
