"""What a DMN file says, as far as it can become decisions of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.values import Kind
from server.notation.dmn.feel import Feel, Tests, Value


@dataclass(frozen=True, slots=True)
class Item:
    """A type. `kind` is None where it is not told; `members` belong to a structure.

    `values` are those that are allowed, in order, where they are listed one by one.
    """

    kind: Kind | None = None
    values: tuple[Value, ...] = ()
    members: Mapping[str, Item] = field(default_factory=dict)
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a table: what is looked at, and its type."""

    expression: Feel
    item: Item


@dataclass(frozen=True, slots=True)
class Output:
    """`name` is empty where a table has just one. `default` is what it says when no rule holds."""

    name: str
    item: Item
    default: Feel | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule, with its label, and a reason for people."""

    label: str
    because: str
    cells: tuple[Tests, ...]
    outputs: tuple[Feel, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """`policy` is DMN's hit policy, with its aggregation after a blank: `COLLECT SUM`."""

    policy: str
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Formula:
    expression: Feel
    line: int


@dataclass(frozen=True, slots=True)
class Context:
    """Named entries, each of which may use those before it; `result` is what it all gives."""

    entries: tuple[tuple[str, Item, Logic], ...]
    result: Logic | None
    line: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function called with a logic for each of its parameters."""

    function: str
    bindings: Mapping[str, Logic]
    line: int


Logic = Table | Formula | Context | Invocation


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A function: a business knowledge model."""

    name: str
    parameters: tuple[tuple[str, Item], ...]
    logic: Logic


@dataclass(frozen=True, slots=True)
class Required:
    """What goes into a decision: data, or what another decision says.

    `is_optional` where the file, which is then one of ours, says that it may be null.
    """

    name: str
    item: Item
    is_decision: bool
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `question` is what it answers, where the file says so."""

    name: str
    question: str
    item: Item
    requires: tuple[Required, ...]
    logic: Logic
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """All decisions of a file by name, in order, and the functions that they call."""

    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge]
