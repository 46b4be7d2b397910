"""A step of a procedure: one verb, what belongs to it, and what follows.

One verb a step; the verb and what belongs to it is the step's `action`. Design: language reference,
*Procedure* and *Semantics*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from server.domain.ballot import Mark, Quota, Result, Thresholds
from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.values import Kind, Type


@dataclass(frozen=True, slots=True)
class Assignment:
    """`record.field: value`. `record` is an expression for the record that is written."""

    record: Expression
    field: str
    value: Expression

    @property
    def place(self) -> str:
        """As it is written, `record.field`."""
        return f"{self.record.text}.{self.field}"


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
class Due:
    """By when a person should be done: `within` is a duration from when the task opened.

    Of working time it is the moment when it is over, where `now` is when the task opened. `late` is the role that is told when that has passed; None tells nobody.
    """

    within: Expression
    late: str | None = None


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
    due: Due | None = None


LATE = "late"
"""The outcome of what was waited for, or asked to be signed, until `at_latest`."""
BECAUSE = "because"
"""What the reason of a signature is called among the answers of its task."""
REASON_LENGTH = Decimal(2000)
_WHY = "Whoever rejects says why, so that it can be put right. Otherwise it may be left empty."


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the holders of `role`, a seat for each record of `of` it is held for.

    `of` overrides the procedure's lane. `condition` says whether the signer is needed at all; its
    table has the output `then: asked | left-out`, and `given` its inputs.
    """

    role: str
    of: Expression | None = None
    condition: Decision | None = None
    given: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approve:
    """People sign, or vote on, a record or a fact; the outcome follows from how many did.

    `item` is what they sign, else the step's record; `text` says in a line what is asked of them.
    It passes when `passes` of the seats approve and fails when `fails` reject (None: as many as keep
    it from passing), as soon as neither can change. `again` says who signs when the step is entered again: all, or those who refused.
    `ballot` gives the words for approve, reject and abstain; abstaining is possible where it is
    listed. `at_latest` is a moment, or a duration from when the round opened. `requesters_sign`
    says that it is no approval, so that whoever asked for the record has a say too. Outcomes:
    approved, rejected, undecided, late; just those that are possible.
    """

    item: Expression | None
    text: str
    instruction: str
    signers: tuple[Signer, ...]
    passes: Quota = "all"
    fails: Quota | None = None
    again: str = "all"
    at_latest: Expression | None = None
    ballot: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    asks: Mapping[str, Question] = field(default_factory=dict)
    due: Due | None = None
    requesters_sign: bool = False

    @property
    def questions(self) -> Mapping[str, Question]:
        """What each signer is asked besides the form; the reason last."""
        why = Question(BECAUSE, "Why?", Type(Kind.TEXT, at_most=REASON_LENGTH), _WHY, False)
        return {**self.asks, BECAUSE: why}

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.passes, self.fails, three_way=Mark.ABSTAIN in self.ballot)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What a signer may say."""
        two = (Mark.APPROVE, Mark.REJECT)
        return (*two, Mark.ABSTAIN) if Mark.ABSTAIN in self.ballot else two

    def label(self, mark: Mark) -> str:
        """The word on the button."""
        return self.ballot.get(mark) or mark.value.capitalize()


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
class Call:
    """Another procedure is carried out, and this one waits for it.

    Outcomes are the ends of the called run, and `stopped` where that is listed. A run that is open
    on the record already is waited for. `enters` as for `Start`.
    """

    procedure: str
    enters: str | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Nobody does anything until a moment comes or a condition holds: just one of the two is given.

    `condition` is a table with the output `then: come | go-on`, `given` its inputs. An unknown
    moment is waited for until it is known and has come. `at_latest`, a moment or a duration from
    arrival, gives the outcome `late`.
    """

    moment: Expression | None = None
    condition: Decision | None = None
    given: Mapping[str, Expression] = field(default_factory=dict)
    at_latest: Expression | None = None


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """A list of steps that people may begin whenever they need it, as often as they like.

    It is offered as a button, for the role of its first step, while what holds it is open.
    """

    key: str
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that belong together (YAML: `steps`)."""

    steps: tuple[Step, ...]
    as_needed: tuple[AsNeeded, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Branches that go on side by side. `finish_when` is `all`, `first` or a branch's key."""

    branches: tuple[Branch, ...]
    finish_when: str = "all"
    as_needed: tuple[AsNeeded, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    name: str


Action = (
    Do
    | Approve
    | Decide
    | Choose
    | Set
    | Create
    | Notify
    | Call
    | Start
    | ContinueIn
    | WaitUntil
    | Together
    | Group
    | End
)


@dataclass(frozen=True, slots=True)
class Turns:
    """The step is done for each record of a list (YAML: `for_each: x in members`).

    `name` is what the record of a turn is called in it. One turn after the other in the order of
    the list, or `all_at_once`. Records that are added later get a turn too. They are done when no
    turn is open or due; or when `finish_when` turns are: one, a number, or a fraction of the
    members; or, given `condition` (a table with the output `then: over | go-on`, `given` its
    inputs), exactly when that holds. What is open then is withdrawn.
    """

    name: str
    members: Expression
    all_at_once: bool = False
    finish_when: Quota = "all"
    condition: Decision | None = None
    given: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the diagram. `about` is the record it works on or hands over.

    With `each`, all but `then` belongs to each turn: its outcomes, what it sets, how it is named.
    """

    key: str
    action: Action
    title: str = ""
    about: Expression | None = None
    set: tuple[Assignment, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    then: str | None = None
    name: str | None = None
    """`as:` what the answers or the verdict are called in expressions from here on."""
    each: Turns | None = None

    @property
    def is_last(self) -> bool:
        """Nothing in this list follows by itself."""
        return isinstance(self.action, End | ContinueIn)


def said(step: Step, mark: Mark) -> Outcome:
    """What saying this at a seat of the step is: a button that needs what its result needs."""
    action = step.action
    assert isinstance(action, Approve)
    result = step.outcomes.get(RESULTS.get(mark, ""))
    needs = result.needs if result is not None else ()
    if mark is Mark.REJECT:
        needs = (*needs, BECAUSE)
    return Outcome(mark.value, action.label(mark), needs=needs)


RESULTS = {Mark.APPROVE: Result.APPROVED.value, Mark.REJECT: Result.REJECTED.value}
"""The outcome that each mark works towards."""
