"""A procedure: who does what in which order, and what decides the way.

Steps stand in reading order; the next one follows unless an outcome or `then` says otherwise.
`DONE` is the end of the innermost list. One verb a step; the verb and what belongs to it is the
step's `action`. Design: language reference, *Procedure* and *Semantics*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.values import Type

DONE = "done"
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Assignment:
    """`record.field: value`. `record` is an expression for the record that is written."""

    record: Expression
    field: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Outcome:
    """One possible result of a step: a button, a verdict's value, an end of a called procedure.

    `then` None is the next step. `needs` are fields or questions that must be answered to take it.
    """

    key: str
    label: str = ""
    then: str | None = None
    needs: tuple[str, ...] = ()
    set: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of this time round, asked beside the form and kept with the answers of the step."""

    key: str
    text: str
    type: Type
    guideline: str = ""
    required: bool = True
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Creation:
    """A record that the step brings into being and names."""

    entity: str
    name: str


@dataclass(frozen=True, slots=True)
class Do:
    """A person works. `of` overrides who holds the role here; `with_roles` may look and be asked."""

    text: str
    role: str
    instruction: str
    form: str | None = None
    of: Expression | None = None
    with_roles: tuple[str, ...] = ()
    asks: Mapping[str, Question] = field(default_factory=dict)
    creates: Creation | None = None


@dataclass(frozen=True, slots=True)
class Decide:
    """A decision table is asked. `given` maps each of its inputs to an expression."""

    decision: str
    given: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Choose:
    """A gateway. Its conditions are rules of `gateway`, a table made while loading.

    Each rule of `gateway` has the one output `then`, the step that follows; `given` maps its inputs
    to expressions over the run.
    """

    gateway: Decision
    given: Mapping[str, Expression]

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(str(rule.then["then"]) for rule in self.gateway.rules)


@dataclass(frozen=True, slots=True)
class Set:
    """Only the step's `set` happens; the application does it, nobody waits."""


@dataclass(frozen=True, slots=True)
class Create:
    """A record comes into being and is named; the step's `set` fills it."""

    creation: Creation


@dataclass(frozen=True, slots=True)
class Notify:
    """People are told; see `domain.notification`."""

    notification: str


@dataclass(frozen=True, slots=True)
class Start:
    """Another procedure begins, and this one does not wait.

    `enters` names the start of the other procedure, where several are for this one.
    """

    procedure: str
    enters: str | None = None


@dataclass(frozen=True, slots=True)
class ContinueIn:
    """This run ends and another procedure begins, in one command. `enters` as for `Start`."""

    procedure: str
    enters: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Branches that go on side by side. `finish_when` is `all`, `first` or a branch's key."""

    branches: tuple[Branch, ...]
    finish_when: str = "all"


@dataclass(frozen=True, slots=True)
class End:
    name: str


Action = Do | Decide | Choose | Set | Create | Notify | Start | ContinueIn | Together | End


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the diagram. `about` is the record it works on or hands over."""

    key: str
    action: Action
    title: str = ""
    about: Expression | None = None
    set: tuple[Assignment, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    then: str | None = None
    name: str | None = None
    """`as:` what the answers or the verdict are called in expressions from here on."""

    @property
    def is_last(self) -> bool:
        """Nothing in this list follows by itself."""
        return isinstance(self.action, End | ContinueIn)


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way a run begins (YAML: an item of `starts`).

    Just one of `by` (a role's button), `after` (another procedure) and `when` (a new record of this
    entity) is given. With `when` and `by`, the record that starts is called by its entity; `about`
    then finds the run's record from it, else it is the run's record itself. `gateway` holds the
    condition `if:` as a table with the output `then: start | stay`; `given` its inputs.
    """

    key: str
    by: str | None = None
    after: str | None = None
    when: str | None = None
    title: str = ""
    form: str | None = None
    set: tuple[Assignment, ...] = ()
    about: Expression | None = None
    gateway: Decision | None = None
    given: Mapping[str, Expression] = field(default_factory=dict)
    begins_at: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """`lanes` maps each role used, in order, to who holds it in a run; None means anyone.

    `outside`: another organisation or tool runs it; here it is one task for the receiving role,
    closed with a result. `names` gives every name that expressions may use, with its type.
    """

    key: str
    title: str
    process: str
    about: str
    purpose: str
    chapter: int | None
    number: int | None
    lanes: Mapping[str, Expression | None]
    starts: tuple[Beginning, ...]
    steps: tuple[Step, ...]
    stops_when: Decision | None = None
    stops_given: Mapping[str, Expression] = field(default_factory=dict)
    outside: bool = False
    names: Mapping[str, Type] = field(default_factory=dict)

    def step(self, key: str) -> Step:
        """The step of this key, in whichever list it stands.

        Raises:
            KeyError: there is none.
        """
        for step in walk(self.steps):
            if step.key == key:
                return step
        raise KeyError(key)

    def beginning(self, key: str) -> Beginning | None:
        return next((start for start in self.starts if start.key == key), None)

    def gateways(self) -> Iterator[Decision]:
        """The tables that conditions of this procedure were made into while loading."""
        for step in walk(self.steps):
            if isinstance(step.action, Choose):
                yield step.action.gateway
        for start in self.starts:
            if start.gateway is not None:
                yield start.gateway
        if self.stops_when is not None:
            yield self.stops_when


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps, those of inner lists after the step that holds them, in reading order."""
    for step in steps:
        yield step
        if isinstance(step.action, Together):
            for branch in step.action.branches:
                yield from walk(branch.steps)


def followers(step: Step, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys that may come next in `steps`, the list that holds `step`; `DONE` for its end."""
    if step.is_last:
        return ()
    position = next(index for index, other in enumerate(steps) if other.key == step.key)
    following = steps[position + 1].key if position + 1 < len(steps) else DONE
    default = step.then or following
    if isinstance(step.action, Choose):
        targets = step.action.targets
    elif step.outcomes:
        targets = tuple(outcome.then or default for outcome in step.outcomes.values())
    else:
        targets = (default,)
    return tuple(dict.fromkeys(targets))
