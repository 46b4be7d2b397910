"""A decision: a table of rules from typed inputs to typed outputs, and the verdict it gives."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.expression import Expression
from server.domain.values import Type, Value


class Hits(enum.StrEnum):
    """What happens when several rules hold (DMN's hit policies, in plain words)."""

    EXACTLY_ONE = "exactly-one"
    FIRST = "first"
    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a decision that an organisation may override; `origin` is where it was written."""

    key: str
    type: Type
    value: Value
    why: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` is one boolean expression over inputs, computed values and settings.

    A row of cells in YAML has become their conjunction. `condition` is None for `otherwise`, which
    holds when no other rule does.
    """

    key: str
    then: Mapping[str, Value]
    condition: Expression | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A test of a decision, played by `procedura check` and `procedura test`."""

    given: Mapping[str, Value]
    expect: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Decision:
    """A table. `computed` are named expressions over inputs and settings that rules may use."""

    key: str
    title: str
    inputs: Mapping[str, Type]
    outputs: Mapping[str, Type]
    rules: tuple[Rule, ...]
    hits: Hits = Hits.FIRST
    assuming: tuple[Expression, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    computed: Mapping[str, Expression] = field(default_factory=dict)
    tests: tuple[Example, ...] = ()
    optional: frozenset[str] = frozenset()
    """Inputs that may be unknown (null)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decision said, and everything needed to say it again.

    `definition` is the content hash of the table that was asked; `hits` are the keys of all rules
    that held, in the order written, of which the hit policy made `output`. With `all`, `output`
    maps each name to a tuple. `evaluator` is `durable-rules` or `python`.
    """

    decision: str
    definition: str
    inputs: Mapping[str, Value]
    hits: tuple[str, ...]
    output: Mapping[str, Value]
    because: tuple[str, ...] = ()
    evaluator: str = ""

    @property
    def value(self) -> Value:
        """The one output, where the decision has just one."""
        [only] = self.output.values()
        return only


class NoVerdict(Exception):  # noqa: N818  what the rules say, told to people as a failure of the run
    """No rule held, or more held than the hit policy allows, or an input is unfit.

    The text is a sentence that names the decision and what to change.
    """
