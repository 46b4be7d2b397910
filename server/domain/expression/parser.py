"""Text to tree. What it means, and whether it means anything, is found by `resolve`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal as OneOf
from typing import cast

from server.domain.expression.kinds import DURATION
from server.domain.expression.lexer import KEYWORDS, MisreadError, Token, tokens, unquoted
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
    Where,
)
from server.domain.expression.walking import depth
from server.domain.values import (
    DECIMAL_PLACES,
    NUMBER,
    NUMBER_LIMIT,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    Type,
    Value,
)

DEPTH_LIMIT = 40
"""Levels that an expression may be nested."""

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_UNIT_WORDS = {**UNITS, **{f"{unit}s": length for unit, length in UNITS.items()}}
_WORKING_UNITS = frozenset({"day", "days", "minute", "minutes", "hour", "hours"})
_VAGUE_UNITS = frozenset({"month", "months", "year", "years"})


def _meant_unit(word: str) -> str:
    """The hint with the unit of working time that was meant, where one comes near."""
    hint = did_you_mean(word, _WORKING_UNITS)
    return hint if hint.startswith("Did") and word not in _UNIT_WORDS else ""


def parse(text: str) -> Expression | Problem:
    """The tree of an expression, or why it is none."""
    return read(text, 0, Parser.expression)


def read(text: str, begin: int, rule: Callable[[Parser], Node]) -> Expression | Problem:
    """The expression that `rule` finds in the text from `begin` to its end."""
    try:
        parser = Parser(text, begin)
        tree = rule(parser)
        parser.finish()
        levels = depth(tree)
        if levels > DEPTH_LIMIT:
            raise _too_deep(0, len(text))
    except MisreadError as error:
        return error.problem
    return Expression(text, tree)


class Parser:
    """Reads words from left to right. Each method reads one kind of phrase."""

    def __init__(self, text: str, begin: int = 0) -> None:
        self._tokens = tuple(token for token in tokens(text) if token.start >= begin)
        self._at = 0
        self._level = 0

    # -- words --------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._at += 1
        return token

    def _sees(self, *words: str) -> bool:
        return self._next.kind in {"sign", "word"} and self._next.text in words

    def _sees_after(self, *words: str) -> bool:
        """Whether one of these follows the next word."""
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return after.kind in {"sign", "word"} and after.text in words

    def _pass(self, *words: str) -> bool:
        if self._sees(*words):
            self._at += 1
            return True
        return False

    def _expect(self, word: str, where: str) -> Token:
        if not self._sees(word):
            found = f", not {self._next.text!r}" if self._next.text else ""
            raise MisreadError(
                f"'{word}' belongs {where}{found}.", self._next.start, self._next.end
            )
        return self._take()

    def _span(self, start: int) -> tuple[int, int]:
        return (start, self._tokens[self._at - 1].end if self._at else start)

    def finish(self) -> None:
        """Nothing may follow."""
        token = self._next
        if token.kind != "end":
            hint = ""
            if token.text == "where":
                hint = "Put what 'where' filters into brackets: count(lines where open) > 1."
            elif token.text in COMPARISONS:
                hint = "Compare two things at a time; for a range write 'x between 1 and 5'."
            raise MisreadError(
                f"{token.text!r} does not fit here; the expression was complete before it.",
                token.start,
                token.end,
                hint,
            )

    def _descend(self) -> None:
        """One level deeper; whoever calls this comes up again by `_level`."""
        self._level += 1
        if self._level > DEPTH_LIMIT:
            raise _too_deep(self._next.start, self._next.end)

    # -- phrases, the loosest first -----------------------------------------------------------

    def expression(self) -> Node:
        start = self._next.start
        self._descend()
        if self._sees("if"):
            node = self._conditional(start)
        elif self._sees("some", "every"):
            node = self._quantified(start)
        else:
            node = self._disjunction()
            if self._pass("where"):
                condition = self.expression()
                node = Where(node, condition, self._span(start))
        self._level -= 1
        return node

    def _conditional(self, start: int) -> Node:
        self._take()
        condition = self.expression()
        self._expect("then", "after the condition of 'if'")
        then = self.expression()
        self._expect("else", "after what follows 'then'")
        return Conditional(condition, then, self.expression(), self._span(start))

    def _quantified(self, start: int) -> Node:
        quantifier = cast("OneOf['some', 'every']", self._take().text)
        name = self._take()
        if name.kind != "word" or name.text in KEYWORDS:
            raise MisreadError(
                f"After '{quantifier}' comes a name for a member of the list.",
                name.start,
                name.end,
                f"{quantifier} line in order.lines satisfies line.is_open",
            )
        self._expect("in", f"after '{quantifier} {name.text}'")
        members = self.expression()
        self._expect("satisfies", f"after the list of '{quantifier}'")
        condition = self.expression()
        return Quantified(quantifier, name.text, members, condition, self._span(start))

    def _disjunction(self) -> Node:
        return self._joined("or", self._conjunction)

    def _conjunction(self) -> Node:
        return self._joined("and", self._negation)

    def _joined(self, operator: OneOf["and", "or"], operand: Callable[[], Node]) -> Node:
        start = self._next.start
        operands = [operand()]
        while self._pass(operator):
            operands.append(operand())
        if len(operands) == 1:
            return operands[0]
        return Joined(operator, tuple(operands), self._span(start))

    def _negation(self) -> Node:
        start = self._next.start
        if self._sees("if", "some", "every"):
            return self.expression()
        if not self._pass("not"):
            return self._comparison()
        self._descend()
        operand = self._negation()
        self._level -= 1
        return Not(operand, self._span(start))

    def _comparison(self) -> Node:
        start = self._next.start
        left = self._sum()
        if self._sees(*COMPARISONS):
            operator = cast("OneOf['=', '!=', '<', '<=', '>', '>=']", self._take().text)
            right = self._sum()
            return Comparison(operator, left, right, self._span(start))
        if self._pass("is"):
            negated = self._pass("not")
            self._expect("null", "after 'is'")
            return IsNull(left, negated, self._span(start))
        negated = self._sees("not") and self._sees_after("in", "between") and self._pass("not")
        node = left
        if self._pass("in"):
            node = Membership(left, self.members(), self._span(start))
        elif self._pass("between"):
            low = self._sum()
            self._expect("and", "between the two ends of 'between'")
            high = self._sum()
            span = (_start(low), self._span(start)[1])
            node = Membership(left, (Interval(low, high, True, True, span),), self._span(start))
        elif self._pass("contains"):
            return Call("contains", (left, self._sum()), self._span(start))
        return Not(node, self._span(start)) if negated else node

    def members(self) -> tuple[Node, ...]:
        """What follows `in`: a list in brackets, a range, or a path to a list."""
        if not self._sees("[", "("):
            start = self._next.start
            low = self._sum()
            if self._pass(".."):
                return (Interval(low, self._sum(), True, True, self._span(start)),)
            return (low,)
        opening = self._take()
        if self._pass("]", ")"):
            return ()
        items = [self.test()]
        if self._pass(".."):
            return (self._interval(opening, items[0]),)
        while self._pass(","):
            items.append(self.test())
        self._expect("]" if opening.text == "[" else ")", "at the end of the list")
        return tuple(items)

    def test(self) -> Node:
        """A member of a list, or of a cell: a value, a range, or what is beyond one end."""
        start = self._next.start
        if self._sees("<", "<=", ">", ">="):
            operator = self._take().text
            bound = self._sum()
            included = operator.endswith("=")
            if operator.startswith("<"):
                return Interval(None, bound, False, included, self._span(start))
            return Interval(bound, None, included, False, self._span(start))
        if self._sees("[") or (self._sees("(") and self._is_range()):
            opening = self._take()
            low = self._sum()
            self._expect("..", "between the two ends of a range")
            return self._interval(opening, low)
        return self._sum()

    def tests(self) -> tuple[bool, tuple[Node, ...]]:
        """A whole cell: whether it says `not(…)`, and the values and ranges that it names."""
        negated = self._sees("not") and self._sees_after("(")
        if negated:
            self._take()
            self._take()
        items = [self.test()]
        while self._pass(","):
            items.append(self.test())
        if negated:
            self._expect(")", "where 'not' closes")
        return negated, tuple(items)

    def _is_range(self) -> bool:
        """Whether the bracket that comes next is the open end of a range: `(1..5]`."""
        level = 0
        for token in self._tokens[self._at :]:
            if token.kind != "sign":
                continue
            level += (token.text in "([") - (token.text in ")]")
            if level == 1 and token.text == "..":
                return True
            if level == 0:
                return False
        return False

    def _interval(self, opening: Token, low: Node) -> Interval:
        high = self._sum()
        if not self._sees("]", ")"):
            raise MisreadError(
                "A range ends with ']' (the end belongs to it) or ')' (it does not).",
                self._next.start,
                self._next.end,
            )
        closing = self._take()
        span = self._span(opening.start)
        return Interval(low, high, opening.text == "[", closing.text == "]", span)

    def _sum(self) -> Node:
        start = self._next.start
        node = self._product()
        while self._sees("+", "-"):
            operator = cast("OneOf['+', '-']", self._take().text)
            if operator == "+" and self._is_working():
                node = self._after_working(node, start)
            else:
                node = Arithmetic(operator, node, self._product(), self._span(start))
        return node

    def _is_working(self) -> bool:
        return self._next.kind == "number" and self._sees_after("working")

    def _after_working(self, moment: Node, start: int) -> Node:
        """`moment + 3 working days`: a function of the calendar, though it reads as a sum."""
        number = self._take()
        self._take()
        unit = self._take()
        span = (number.start, unit.end)
        if unit.text in {"day", "days"} and number.text.isdigit():
            count = Constant(int(number.text), WHOLE_NUMBER, span)
            return Call("after_working_days", (moment, count), self._span(start))
        if unit.text not in _WORKING_UNITS - {"day", "days"}:
            raise MisreadError(
                "Working time is counted in minutes, hours and whole days.",
                *span,
                _meant_unit(unit.text) or "Write 3 working days, or 4 working hours.",
            )
        length = Fraction(number.text) * int(_UNIT_WORDS[unit.text] / timedelta(microseconds=1))
        amount = timedelta(microseconds=round(length))
        return Call("after_working", (moment, Constant(amount, DURATION, span)), self._span(start))

    def _product(self) -> Node:
        start = self._next.start
        node = self._power()
        while self._sees("*", "/"):
            operator = cast("OneOf['*', '/']", self._take().text)
            node = Arithmetic(operator, node, self._power(), self._span(start))
        return node

    def _power(self) -> Node:
        start = self._next.start
        is_negative = self._sees("-")
        node = self._unary()
        if not self._sees("**"):
            return node
        sign = self._take()
        if is_negative:
            raise MisreadError(
                "It is not clear what is raised to this power.",
                sign.start,
                sign.end,
                "Write -(x ** 2), or (-x) ** 2.",
            )
        return Arithmetic("**", node, self._unary(), self._span(start))

    def _unary(self) -> Node:
        start = self._next.start
        if not self._pass("-"):
            return self._primary()
        self._descend()
        operand = self._unary()
        self._level -= 1
        return Negative(operand, self._span(start))

    # -- the innermost ------------------------------------------------------------------------

    def _primary(self) -> Node:
        token = self._take()
        span = (token.start, token.end)
        if token.kind == "number":
            return self._number(token)
        if token.kind == "text":
            return Constant(unquoted(token), TEXT, span)
        if token.kind == "word":
            return self._word(token)
        if token.text == "(":
            inner = self.expression()
            self._expect(")", "where this bracket closes")
            parts = self._parts()
            return Fields(inner, parts, self._span(token.start)) if parts else inner
        if token.text == "[":
            return self._listing(token)
        if token.kind == "end":
            raise MisreadError(
                "The expression is empty." if self._at == 0 else "The expression stops too early.",
                *span,
            )
        raise MisreadError(f"{token.text!r} does not fit here.", *span)

    def _word(self, token: Token) -> Node:
        span = (token.start, token.end)
        match token.text:
            case "true" | "false":
                return Constant(token.text == "true", YES_NO, span)
            case "null":
                return Constant(None, TEXT, span)
            case "now":
                return Now(span)
            case "contains" if self._sees("("):
                return self._call(token)
            case word if word in KEYWORDS:
                raise MisreadError(f"'{word}' does not fit here.", *span)
        if self._sees("("):
            return self._call(token)
        return Path((token.text, *self._parts()), self._span(token.start))

    def _parts(self) -> tuple[str, ...]:
        parts = []
        while self._pass("."):
            token = self._take()
            if token.kind != "word":
                raise MisreadError(
                    "After a dot comes the name of a field.", token.start, token.end
                )
            parts.append(token.text)
        return tuple(parts)

    def _call(self, token: Token) -> Node:
        self._take()
        arguments = []
        if not self._sees(")"):
            arguments.append(self.expression())
            while self._pass(","):
                arguments.append(self.expression())
        self._expect(")", f"after what '{token.text}' is given")
        call = Call(token.text, tuple(arguments), self._span(token.start))
        parts = self._parts()
        return Fields(call, parts, self._span(token.start)) if parts else call

    def _listing(self, opening: Token) -> Node:
        self._descend()
        items = []
        if not self._sees("]"):
            items.append(self._sum())
            while self._pass(","):
                items.append(self._sum())
        if self._sees(".."):
            raise MisreadError(
                "A range stands only after 'in'.", self._next.start, self._next.end, "x in [1..5]"
            )
        self._expect("]", "at the end of the list")
        self._level -= 1
        return Listing(tuple(items), self._span(opening.start))

    def _number(self, token: Token) -> Node:
        whole, _, places = token.text.partition(".")
        if len(whole) > len(str(NUMBER_LIMIT)) or int(whole) >= NUMBER_LIMIT:
            raise MisreadError(f"Numbers stay below {NUMBER_LIMIT}.", token.start, token.end)
        if len(places) > DECIMAL_PLACES:
            raise MisreadError(
                f"Numbers have at most {DECIMAL_PLACES} decimal places.", token.start, token.end
            )
        if self._next.kind == "word" and self._next.text not in KEYWORDS:
            return self._duration(token)
        value: Value = Decimal(token.text) if places else int(whole)
        typ: Type = NUMBER if places else WHOLE_NUMBER
        return Constant(value, typ, (token.start, token.end))

    def _duration(self, number: Token) -> Node:
        unit = self._take()
        if unit.text in _UNIT_WORDS:
            length = _UNIT_WORDS[unit.text] / timedelta(microseconds=1)
            microseconds = Fraction(number.text) * int(length)
            try:
                value = timedelta(microseconds=round(microseconds))
            except OverflowError:
                raise MisreadError("No duration is that long.", number.start, unit.end) from None
            return Constant(value, DURATION, (number.start, unit.end))
        if unit.text in {"working", "business"}:
            raise MisreadError(
                "Working time is added to a moment.",
                number.start,
                unit.end,
                f"Write now + {number.text} working days, or elapsed time, such as {number.text} days.",
            )
        hint = did_you_mean(unit.text, _UNIT_WORDS, also=("working",))
        if unit.text in _VAGUE_UNITS:
            hint = "Months and years differ in length: write days or weeks."
        raise MisreadError(f"'{unit.text}' is no unit of time.", unit.start, unit.end, hint)


def _start(node: Node) -> int:
    return node.span[0]


def _too_deep(start: int, end: int) -> MisreadError:
    return MisreadError(
        f"The expression is nested deeper than {DEPTH_LIMIT} levels.",
        start,
        end,
        "Let a decision, or a named computed value, say a part of it.",
    )
