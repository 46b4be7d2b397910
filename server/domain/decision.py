"""A decision: a table of rules from typed inputs to typed outputs, and the verdict it gives."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from server.domain.expression import Expression
from server.domain.values import Kind, Type, Value


class Hits(enum.StrEnum):
    """What happens when several rules hold (DMN's hit policies, in plain words)."""

    EXACTLY_ONE = "exactly-one"
    FIRST = "first"
    ANY = "any"
    PRIORITY = "priority"
    ALL = "all"
    OUTPUT_ORDER = "output-order"
    COLLECT_SUM = "collect-sum"
    COLLECT_MIN = "collect-min"
    COLLECT_MAX = "collect-max"
    COLLECT_COUNT = "collect-count"


LISTING = frozenset({Hits.ALL, Hits.OUTPUT_ORDER})
"""Policies by which a verdict has a list for each output: what every rule that holds says."""
RANKING = frozenset({Hits.PRIORITY, Hits.OUTPUT_ORDER})
"""Policies that go by the order in which the values of the outputs are listed, the first on top."""
COLLECTING = frozenset({Hits.COLLECT_SUM, Hits.COLLECT_MIN, Hits.COLLECT_MAX, Hits.COLLECT_COUNT})
"""Policies that make one value of what all rules that hold say."""


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
    """A test of a decision, played by `procedura check` and `procedura test`.

    `expect` is None where there must be no verdict: something given is out of its bounds, against
    what is assumed, or no rule holds.
    """

    given: Mapping[str, Value]
    expect: Mapping[str, Value] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A table. `computed` are named expressions over inputs and settings that rules may use.

    `assuming` are conditions that inputs always meet: axioms for who proves something about the
    table, and no verdict is given where one is broken.
    """

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
    nullable: frozenset[str] = frozenset()
    """Outputs that may be null."""
    derived: Mapping[str, Expression] = field(default_factory=dict)
    """Outputs that are computed: no rule says them. A decision of nothing else has no rules."""

    @property
    def says(self) -> Mapping[str, Type]:
        """The types of what a verdict holds: lists, a sum or a count where several rules count."""
        return {
            name: typ if name in self.derived else _collected(self.hits, typ)
            for name, typ in self.outputs.items()
        }


def _collected(hits: Hits, typ: Type) -> Type:
    if hits in LISTING:
        return Type(Kind.LIST, item=typ)
    if hits is Hits.COLLECT_COUNT:
        return Type(Kind.WHOLE_NUMBER, at_least=Decimal(0))
    if hits is Hits.COLLECT_SUM:
        return replace(typ, at_least=None, at_most=None)
    return typ


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decision said, and everything needed to say it again.

    `definition` is the content hash of the table that was asked. `hits` are the keys of the rules
    of which the hit policy made `output`: with `first` and `priority` the one that decided, else all
    that held, in the order written, or in that of the output. With `all` and `output-order`,
    `output` maps each name to a tuple. `evaluator` is `durable-rules` or `python`.
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


def ranks(decision: Decision) -> tuple[tuple[int, ...], ...]:
    """For each rule, the places of its outputs in the lists of their values; the first is highest.

    The first output counts most. A value that has no place, such as null, is lowest.
    """
    choices = {name: typ.choices for name, typ in decision.outputs.items()}
    return tuple(
        tuple(_place(rule.then.get(name), listed) for name, listed in choices.items())
        for rule in decision.rules
    )


def _place(value: Value, listed: tuple[str, ...]) -> int:
    return listed.index(value) if isinstance(value, str) and value in listed else len(listed)


class NoVerdict(Exception):  # noqa: N818  what the rules say, told to people as a failure of the run
    """No rule held, or more held than the hit policy allows, or an input is unfit.

    The text is a sentence that names the decision and what to change.
    """
