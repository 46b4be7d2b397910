"""The cells of a decision table: what one input must be for a row to hold.

A cell is a value, a list of values, or a test in quotes: `>= 3`, `[1..5)`, `not(a, b)`, `null`. It
becomes an expression over its input, which a person reads as a sentence: `age >= 3`. An input that
is null meets no bound: it lies in no range.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from server.domain.expression.parser import Parser, read
from server.domain.expression.resolving import resolve
from server.domain.expression.spelling import did_you_mean
from server.domain.expression.tree import (
    Comparison,
    Constant,
    Expression,
    Interval,
    IsNull,
    Joined,
    Membership,
    Node,
    Not,
    Path,
    Problem,
    Span,
)
from server.domain.expression.walking import moved, rebuilt
from server.domain.values import YES_NO, Kind, Type, Value, from_json, to_json

ANY = "-"
"""A cell that every value meets."""

_TEST = re.compile(r'\s*(?:[<>\[("]|not\s*\(|null\s*$)')
"""How a test begins that is no plain value of a text or a moment."""
_PLAIN = frozenset({Kind.TEXT, Kind.CHOICE, Kind.YES_NO, Kind.DATE, Kind.DATE_TIME, Kind.DURATION})


def cell(
    written: object,
    name: str,
    typ: Type,
    names: Mapping[str, Type] | None = None,
    *,
    optional: Collection[str] = (),
) -> Expression | Problem:
    """The condition that a cell, as YAML gave it, puts on the input `name`.

    It comes back resolved. `names` are what else a cell may mention, such as settings. A problem's
    offsets are those of the cell where it is text, else zero.
    """
    if written == ANY:
        return Expression("true", Constant(True, YES_NO, (0, 4)), YES_NO)
    if isinstance(written, str) and not _is_plain(written, typ):
        return _tested(written, name, typ, names or {}, optional)
    if isinstance(written, list | tuple):
        return _listed(written, name, typ, names or {}, optional)
    value = _value(written, typ)
    if isinstance(value, Problem):
        return value
    path = Path((name,), (0, len(name)), typ)
    if value is None:
        return _made(f"{name} is null", lambda span: IsNull(path, False, span))
    shown = _shown(value, typ)
    constant = Constant(value, typ, (len(name) + 3, len(name) + 3 + len(shown)))
    return _made(f"{name} = {shown}", lambda span: Comparison("=", path, constant, span))


def conjunction(conditions: Collection[Expression]) -> Expression:
    """All of these at once: a row of cells as one condition. Of none, what always holds."""
    if not conditions:
        return Expression("true", Constant(True, YES_NO, (0, 4)), YES_NO)
    if len(conditions) == 1:
        return next(iter(conditions))
    text = ""
    operands: list[Node] = []
    for condition in conditions:
        loose = isinstance(condition.tree, Joined) and condition.tree.operator == "or"
        text += f"{' and ' if text else ''}{'(' * loose}"
        operands.append(moved(condition.tree, len(text)))
        text += f"{condition.text}{')' * loose}"
    return Expression(text, Joined("and", tuple(operands), (0, len(text))), YES_NO)


def _made(text: str, node: Callable[[Span], Node]) -> Expression:
    return Expression(text, node((0, len(text))), YES_NO)


def _is_plain(written: str, typ: Type) -> bool:
    """Whether a text is the value itself, not a test."""
    if typ.kind is Kind.CHOICE and written in typ.choices:
        return True
    listed = "," in written and typ.kind is not Kind.TEXT
    return typ.kind in _PLAIN and not _TEST.match(written) and not listed


def _value(written: Any, typ: Type) -> Value | Problem:
    if isinstance(written, date) and not isinstance(written, datetime):
        written = written.isoformat()
    try:
        return from_json(typ, written)
    except ValueError as error:
        end = len(written) if isinstance(written, str) else 0
        known = ("yes", "no") if typ.kind is Kind.YES_NO else typ.choices
        hint = did_you_mean(str(written), known)
        return Problem(str(error), 0, end, hint)


def _shown(value: Value, typ: Type) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    plain = typ.kind is Kind.CHOICE and str(value).isidentifier()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return value if plain else f'"{escaped}"'
    if typ.kind in {Kind.DATE, Kind.DATE_TIME, Kind.DURATION}:
        return f'{typ.kind.value}("{to_json(value)}")'
    return str(to_json(value))


def _listed(
    written: list[Any] | tuple[Any, ...],
    name: str,
    typ: Type,
    names: Mapping[str, Type],
    optional: Collection[str],
) -> Expression | Problem:
    """Any of several values and tests."""
    if not written:
        return Problem("An empty list holds nothing.", 0, 0, "Leave the cell out, or write '-'.")
    items: list[Node] = []
    text = f"{name} in ["
    for item in written:
        found = cell(item, name, typ, names, optional=optional)
        if isinstance(found, Problem):
            return replace(found, start=0, end=0)
        text += ", " if items else ""
        for part in _items(found.tree):
            begin, end = part.span
            items.append(moved(part, len(text) - begin))
            text += found.text[begin:end]
    text += "]"
    path = Path((name,), (0, len(name)), typ)
    return _made(text, lambda span: Membership(path, tuple(items), span))


def _items(tree: Node) -> tuple[Node, ...]:
    """What a condition on an input accepts, as members of a list."""
    match tree:
        case Comparison(right=right):
            return (right,)
        case Membership(items=items):
            return items
        case IsNull(negated=False, span=(_, end)):
            return (Constant(None, YES_NO, (end - len("null"), end)),)
        case _:
            return ()


def _tested(
    written: str, name: str, typ: Type, names: Mapping[str, Type], optional: Collection[str]
) -> Expression | Problem:
    """A test in words and signs, read as if the input's name stood before it."""
    prefix = f"{name} {_link(written)}"
    rule = _Cell(name, typ).rule
    found = read(prefix + written, len(prefix), rule)
    if isinstance(found, Problem):
        return _within(found, len(prefix))
    known = {**names, name: typ}
    sound = resolve(found, known, {}, YES_NO, optional={*optional, name}, timeless=True)
    if isinstance(sound, tuple):
        return _within(sound[0], len(prefix))
    return replace(sound, tree=_certain(sound.tree, name, typ))


def _link(written: str) -> str:
    start = written.lstrip()
    if start.startswith(("<", ">")):
        return ""
    if start.startswith(("not", "null")):
        return "is "
    return "in " if start.startswith(("[", "(")) or "," in start else "= "


def _within(problem: Problem, offset: int) -> Problem:
    return replace(problem, start=max(problem.start - offset, 0), end=max(problem.end - offset, 0))


def _certain(node: Node, name: str, typ: Type) -> Node:
    """The input's own paths as cells have them: whether it may be null is told elsewhere."""
    if isinstance(node, Path) and node.parts == (name,):
        return Path(node.parts, node.span, typ)
    return rebuilt(node, lambda part: _certain(part, name, typ))


class _Cell:
    """Reads the unary tests of one cell."""

    def __init__(self, name: str, typ: Type) -> None:
        self._input = Path((name,), (0, len(name)), typ)

    def rule(self, parser: Parser) -> Node:
        negated, items = parser.tests()
        end = max(item.span[1] for item in items)
        node = self._test(items, end)
        return Not(node, (0, end + 1)) if negated else node

    def _test(self, items: tuple[Node, ...], end: int) -> Node:
        if len(items) == 1 and not isinstance(items[0], Interval):
            return Comparison("=", self._input, items[0], (0, end))
        return Membership(self._input, items, (0, end))
