"""The tree of an expression. Every node knows where in the text it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import Protocol

from server.domain.calendar import Calendar
from server.domain.values import RecordRef, Type, Value

Span = tuple[int, int]
"""From, until: offsets into the text of the expression."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, or a bare word that `resolve` has found to be a value of a choice."""

    value: Value
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Path:
    """A name and the fields after it: `incident_request.service.owner`, or just `cost`.

    What follows is known once the expression is resolved: `type`; `optional`, whether the value may
    be null, whatever is tested around it; and `all_of`, the entity whose records the first part
    means, where that is a plural and no name. A path through a list is the list of what its members
    have there.
    """

    parts: tuple[str, ...]
    span: Span
    type: Type | None = None
    optional: bool = False
    all_of: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of what an operand gives: `(requisition.lines where is_open).price`."""

    operand: Node
    parts: tuple[str, ...]
    span: Span
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Joined:
    """`and` / `or` over two or more operands."""

    operator: OneOf["and", "or"]
    operands: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: OneOf["+", "-", "*", "/", "**"]
    left: Node
    right: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: OneOf["=", "!=", "<", "<=", ">", ">="]
    left: Node
    right: Node
    span: Span


@dataclass(frozen=True, slots=True)
class IsNull:
    """`x is null`, or with `negated`, `x is not null`."""

    operand: Node
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Interval:
    """A range such as `[1..5)`; a bound of None is open-ended."""

    low: Node | None
    high: Node | None
    includes_low: bool
    includes_high: bool
    span: Span

    @property
    def bounds(self) -> tuple[tuple[str, Node], ...]:
        """Each bound there is, after the sign by which what lies inside compares with it."""
        signs = (">=" if self.includes_low else ">", "<=" if self.includes_high else "<")
        ends = zip(signs, (self.low, self.high), strict=True)
        return tuple((sign, bound) for sign, bound in ends if bound is not None)


@dataclass(frozen=True, slots=True)
class Membership:
    """`x in [a, b]`, `x in [1..5]`, `x between 1 and 5`, `x in some.list`."""

    operand: Node
    items: tuple[Node | Interval, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if condition then this else that`."""

    condition: Node
    then: Node
    otherwise: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function: count, sum, min, max, contains, distinct, holders, date, duration ..."""

    function: str
    arguments: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Where:
    """`list where condition`; in the condition the member's fields come first.

    Resolved, those paths begin with `name`, which nobody can have written.
    """

    members: Node
    condition: Node
    span: Span
    name: str = ""


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some x in list satisfies condition`, `every x in list satisfies condition`."""

    quantifier: OneOf["some", "every"]
    name: str
    members: Node
    condition: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the command."""

    span: Span


Node = (
    Constant
    | Path
    | Fields
    | Not
    | Negative
    | Joined
    | Arithmetic
    | Comparison
    | IsNull
    | Membership
    | Interval
    | Conditional
    | Call
    | Where
    | Quantified
    | Listing
    | Now
)


@dataclass(frozen=True, slots=True)
class Expression:
    """What was written and what it means. `type` is None until `resolve` has found it sound."""

    text: str
    tree: Node
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an expression is not one, for its author: offsets into the text, a sentence, a hint."""

    message: str
    start: int
    end: int
    hint: str = ""


class Reading(Protocol):
    """Reads records."""

    def field(self, record: RecordRef, name: str) -> Value:
        """The value of a field; of a back reference, the tuple of the records that refer here."""

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        """All records of an entity."""

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """The persons who hold a role, for a record where one is given."""


class World(Reading, Protocol):
    """What is looked at while an expression is evaluated: records, and when people work."""

    @property
    def calendar(self) -> Calendar:
        """What working time is counted by."""


Names = Mapping[str, Value]
