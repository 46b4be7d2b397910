"""Procedures drawn by hand, and an office in memory that carries out commands on them.

Expressions are written as text and read as in YAML. The office does what use cases do with a
database: it gives ids, keeps runs, and keeps their history as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from server.domain.ballot import Mark, Quota
from server.domain.beginning import Beginning
from server.domain.change import RecordChange
from server.domain.decision import Decision, NoVerdict, Rule, Verdict
from server.domain.definitions import Book
from server.domain.entity import Entity
from server.domain.expression import Expression, evaluate, parse, resolve
from server.domain.gateway import gateway
from server.domain.notification import Notification
from server.domain.procedure import Procedure
from server.domain.refusals import NotFound
from server.domain.role import Role
from server.domain.run import Run, Scope
from server.domain.step import (
    Action,
    Approve,
    AsNeeded,
    Assignment,
    Branch,
    Call,
    Choose,
    ContinueIn,
    Create,
    Creation,
    Decide,
    Do,
    Due,
    End,
    Group,
    Notify,
    Outcome,
    Question,
    Set,
    Signer,
    Start,
    Step,
    Together,
    Turns,
    WaitUntil,
)
from server.domain.values import TEXT, WHOLE_NUMBER, YES_NO, Kind, RecordRef, Type, Value
from server.domain.ways import walk
from server.engine import settled
from server.engine.advance import Machine
from server.engine.apply import replay
from server.engine.draft import Draft
from server.engine.events import Event, RunStarted
from server.engine.history import event_of, facts, kind
from server.engine.signing import Signature
from server.engine.walk import Walk
from server.engine.watching import touched, watches, watches_anything
from tests.builders import AT, ENTITIES, ROLES, a_field, an_entity, back, choice, ref, statuses

Result = TypeVar("Result")
Names = dict[str, Type]

CHANGE = an_entity(
    "change",
    a_field("title", required=True),
    a_field("incident_request", ref("incident_request")),
    a_field("risk", "whole_number"),
    a_field("begins_at", "date_time"),
    a_field("assignee", ref("person")),
    statuses=statuses(draft="planned", planned="done", done=""),
)
EVENT = an_entity(
    "event",
    a_field("summary"),
    a_field("severity", choice("warning", "critical")),
    a_field("incident_request", ref("incident_request")),
)
REQUEST = replace(
    ENTITIES["incident_request"],
    fields={
        **ENTITIES["incident_request"].fields,
        "changes": back("changes", "change", "incident_request"),
        "note": a_field("note"),
    },
)
WORLD = {**ENTITIES, "change": CHANGE, "event": EVENT, "incident_request": REQUEST}


# -- expressions ----------------------------------------------------------------------------------


def expression(text: str, names: Mapping[str, Type], expected: Type | None = None) -> Expression:
    """An expression over these names, as YAML would have it."""
    read = parse(text)
    assert isinstance(read, Expression), read
    found = resolve(read, names, WORLD, expected)
    assert isinstance(found, Expression), found
    return found


def assignments(texts: Mapping[str, str], names: Names) -> tuple[Assignment, ...]:
    made = []
    for target, text in texts.items():
        path, _, key = target.rpartition(".")
        record = expression(path, names)
        assert record.type is not None
        assert record.type.entity is not None
        wanted = WORLD[record.type.entity].fields[key].type
        made.append(Assignment(record, key, expression(text, names, wanted)))
    return tuple(made)


# -- steps ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A step on paper: `names` are born in it; `made` gives its action once all are known."""

    key: str
    made: Callable[[Names], Action]
    names: Mapping[str, Type] = field(default_factory=dict)
    inner: tuple[Drawn, ...] = ()
    about: str | None = None
    set: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    then: str | None = None
    name: str | None = None
    each: Each | None = None

    def step(self, names: Names) -> Step:
        each = self.each.turns(names) if self.each else None
        if each is not None and each.members.type is not None:
            names = {**names, each.name: each.members.type.item or TEXT}
        return Step(
            self.key,
            self.made(names),
            title=self.key.replace("-", " ").capitalize(),
            about=expression(self.about, names) if self.about else None,
            set=assignments(self.set, names),
            outcomes={key: _outcome(key, item, names) for key, item in self.outcomes.items()},
            then=self.then,
            name=self.name,
            each=each,
        )


@dataclass(frozen=True)
class Each:
    """`for_each` on paper: `name` in `members`; `until` is a condition."""

    name: str
    members: str
    at_once: bool = False
    finish_when: Any = "all"
    until: str | None = None

    def turns(self, names: Names) -> Turns:
        table, given = None, {}
        if self.until:
            rows = [
                ("holds", expression(self.until, names, YES_NO), "over"),
                ("no", None, "go-on"),
            ]
            table, given = gateway(f"until-{self.name}", self.until, rows)
        members = expression(self.members, names)
        return Turns(self.name, members, self.at_once, self.finish_when, table, given)


def _outcome(key: str, drawn: str | Mapping[str, Any] | None, names: Names) -> Outcome:
    parts = {"then": drawn} if drawn is None or isinstance(drawn, str) else drawn
    return Outcome(
        key,
        key.capitalize(),
        parts.get("then"),
        tuple(parts.get("needs", ())),
        assignments(parts.get("set", {}), names),
    )


def do(
    key: str,
    role: str = "specialist",
    *,
    asks: Mapping[str, Type] | None = None,
    creates: tuple[str, str] | None = None,
    of: str | None = None,
    form: str | None = None,
    name: str | None = None,
    due: tuple[str, str] | None = None,
    with_roles: Sequence[str] = (),
    outcomes: Mapping[str, Any] | None = None,
    **over: Any,
) -> Drawn:
    """`due` is how long people have, and the role that is told when it is late."""
    questions = {item: Question(item, f"{item}?", typ) for item, typ in (asks or {}).items()}
    born: Names = {}
    if creates:
        born[creates[1]] = ref(creates[0])
    if name:
        members = {**(asks or {}), "outcome": choice(*(outcomes or {"done": None}))}
        born[name] = Type(Kind.ANSWERS, members=members)

    def made(names: Names) -> Do:
        return Do(
            "Work",
            role,
            "How to work",
            form=form,
            of=expression(of, names) if of else None,
            asks=questions,
            creates=Creation(*creates) if creates else None,
            with_roles=tuple(with_roles),
            due=_due(due, names),
        )

    return Drawn(key, made, born, outcomes=outcomes or {}, name=name, **over)


def _due(due: tuple[str, str] | None, names: Names) -> Due | None:
    return None if due is None else Due(expression(due[0], names), due[1])


def approve(
    key: str,
    *signers: tuple[str, str] | tuple[str, str, str],
    passes: Quota = "all",
    fails: Quota | None = None,
    again: str = "all",
    item: str | None = None,
    at_latest: str | None = None,
    ballot: Mapping[str, str] | None = None,
    name: str | None = None,
    due: tuple[str, str] | None = None,
    requesters_sign: bool = False,
    outcomes: Mapping[str, Any] | None = None,
    **over: Any,
) -> Drawn:
    """Signers are (role, of), with an empty `of` for the lane's; a third part is a condition."""
    born: Names = {}
    if name:
        counts = dict.fromkeys(("seats", "approvals", "rejections", "abstentions"), WHOLE_NUMBER)
        born[name] = Type(Kind.ANSWERS, members={**counts, "outcome": TEXT})

    def signer(number: int, names: Names, role: str, of: str, condition: str = "") -> Signer:
        table, given = None, {}
        if condition:
            rows = [
                ("needed", expression(condition, names, YES_NO), "asked"),
                ("else", None, "left-out"),
            ]
            table, given = gateway(f"{key}-{number}", key, rows)
        return Signer(role, expression(of, names) if of else None, table, given)

    def made(names: Names) -> Approve:
        return Approve(
            expression(item, names) if item else None,
            "Sign",
            "How to sign",
            tuple(signer(number, names, *each) for number, each in enumerate(signers)),
            passes,
            fails,
            again,
            expression(at_latest, names) if at_latest else None,
            ballot or {},
            due=_due(due, names),
            requesters_sign=requesters_sign,
        )

    return Drawn(key, made, born, outcomes=outcomes or {}, name=name, **over)


def decide(
    key: str,
    table: Decision,
    given: Mapping[str, str],
    outcomes: Mapping[str, Any] | None = None,
    **over: Any,
) -> Drawn:
    name = over.get("name")
    born = {name: Type(Kind.ANSWERS, members=table.outputs)} if name else {}

    def made(names: Names) -> Decide:
        read = {item: expression(text, names, table.inputs[item]) for item, text in given.items()}
        return Decide(table.key, read)

    return Drawn(key, made, born, outcomes=outcomes or {}, **over)


def choose(key: str, *rows: tuple[str, str], otherwise: str | None = None, **over: Any) -> Drawn:
    """`choose("which", ("a.b = 1", "next-step"), otherwise="done")`"""

    def made(names: Names) -> Choose:
        table = [
            (f"{key}-{number}", expression(text, names, YES_NO), target)
            for number, (text, target) in enumerate(rows, start=1)
        ]
        last = [("otherwise", None, otherwise)] if otherwise else []
        return Choose(*gateway(key, key, [*table, *last]))

    return Drawn(key, made, **over)


def call(
    key: str,
    procedure: str,
    enters: str | None = None,
    outcomes: Mapping[str, Any] | None = None,
    **over: Any,
) -> Drawn:
    return Drawn(key, lambda _: Call(procedure, enters), outcomes=outcomes or {}, **over)


def wait_until(
    key: str,
    moment: str | None = None,
    *,
    condition: str | None = None,
    at_latest: str | None = None,
    **over: Any,
) -> Drawn:
    """A wait for a moment, or for a condition."""

    def made(names: Names) -> WaitUntil:
        table, given = None, {}
        if condition:
            rows = [("holds", expression(condition, names, YES_NO), "come"), ("no", None, "go-on")]
            table, given = gateway(key, condition, rows)
        return WaitUntil(
            expression(moment, names) if moment else None,
            table,
            given,
            expression(at_latest, names) if at_latest else None,
        )

    return Drawn(key, made, **over)


def group(
    key: str, *steps: Drawn, as_needed: Mapping[str, Sequence[Drawn]] | None = None, **over: Any
) -> Drawn:
    needed = as_needed or {}

    def made(names: Names) -> Group:
        return Group(tuple(step.step(names) for step in steps), offered(needed, names))

    inner = (*steps, *(step for drawn in needed.values() for step in drawn))
    return Drawn(key, made, inner=inner, **over)


def offered(needed: Mapping[str, Sequence[Drawn]], names: Names) -> tuple[AsNeeded, ...]:
    return tuple(
        AsNeeded(key, key.capitalize(), tuple(step.step(names) for step in steps))
        for key, steps in needed.items()
    )


def put(key: str, texts: Mapping[str, str], **over: Any) -> Drawn:
    return Drawn(key, lambda _: Set(), set=texts, **over)


def create(key: str, entity: str, name: str, **over: Any) -> Drawn:
    creation = Creation(entity, name)
    return Drawn(key, lambda _: Create(creation), {name: ref(entity)}, **over)


def tell(key: str, notification: str, **over: Any) -> Drawn:
    return Drawn(key, lambda _: Notify(notification), **over)


def start(key: str, procedure: str, enters: str | None = None, **over: Any) -> Drawn:
    return Drawn(key, lambda _: Start(procedure, enters), **over)


def continue_in(key: str, procedure: str, enters: str | None = None, **over: Any) -> Drawn:
    return Drawn(key, lambda _: ContinueIn(procedure, enters), **over)


def end(key: str, name: str | None = None, **over: Any) -> Drawn:
    return Drawn(key, lambda _: End(name or key), **over)


def together(
    key: str,
    branches: Mapping[str, Sequence[Drawn]],
    finish_when: str = "all",
    *,
    as_needed: Mapping[str, Sequence[Drawn]] | None = None,
    **over: Any,
) -> Drawn:
    needed = as_needed or {}
    inner = tuple(step for steps in (*branches.values(), *needed.values()) for step in steps)

    def made(names: Names) -> Together:
        return Together(
            tuple(
                Branch(item, tuple(step.step(names) for step in steps))
                for item, steps in branches.items()
            ),
            finish_when,
            offered(needed, names),
        )

    return Drawn(key, made, inner=inner, **over)


def _born(steps: Sequence[Drawn]) -> Names:
    names: Names = {}
    for step in steps:
        names |= {**step.names, **_born(step.inner)}
    return names


# -- procedures and tables ------------------------------------------------------------------------


def by_hand(key: str = "by-hand", role: str = "specialist", **over: Any) -> Beginning:
    return Beginning(key, by=role, **over)


def after(procedure: str, key: str | None = None, **over: Any) -> Beginning:
    return Beginning(key or f"after-{procedure}", after=procedure, **over)


def when_new(entity: str, about: str | None = None, condition: str | None = None) -> Beginning:
    """A start by a new record; `about` and `condition` may read it."""
    names = {entity: ref(entity)}
    table, given = None, {}
    if condition:
        rows = [("matches", expression(condition, names, YES_NO), "start"), ("stay", None, "stay")]
        table, given = gateway(f"when-new-{entity}", "When", rows)
    found = expression(about, names) if about else None
    return Beginning(f"when-new-{entity}", when=entity, about=found, gateway=table, given=given)


def a_procedure(
    key: str,
    *steps: Drawn,
    about: str = "incident_request",
    lanes: Mapping[str, str] | None = None,
    starts: Sequence[Beginning] = (),
    stops_when: str | None = None,
    as_needed: Mapping[str, Sequence[Drawn]] | None = None,
) -> Procedure:
    """Steps in reading order. Without `starts`, it is begun by hand."""
    names: Names = {about: ref(about), **_born(steps)}
    names |= {item.when: ref(item.when) for item in starts if item.when}
    made = tuple(step.step(names) for step in steps)
    needed = tuple(step.step(names) for steps in (as_needed or {}).values() for step in steps)
    used = [step.action.role for step in walk((*made, *needed)) if isinstance(step.action, Do)]
    for step in walk((*made, *needed)):
        if isinstance(step.action, Approve):
            used += [signer.role for signer in step.action.signers]
    held = {lane: expression(text, names) for lane, text in (lanes or {}).items()}
    table, given = None, {}
    if stops_when:
        rows = [
            ("stops", expression(stops_when, names, YES_NO), "stop"),
            ("goes-on", None, "stay"),
        ]
        table, given = gateway(f"{key}-stops", stops_when, rows)
    return Procedure(
        key,
        key.capitalize(),
        "tests",
        about,
        "",
        None,
        None,
        {role: held.get(role) for role in dict.fromkeys([*held, *used])},
        tuple(starts) or (by_hand(),),
        made,
        stops_when=table,
        stops_given=given,
        names=names,
        as_needed=offered(as_needed or {}, names),
    )


def a_table(
    key: str,
    inputs: Mapping[str, Type],
    output: Type,
    rows: Sequence[tuple[str, str | None, Value]],
    *,
    optional: frozenset[str] = frozenset(),
) -> Decision:
    """The first row that holds says what `then` is; a row is (rule, condition, value)."""
    rules = tuple(
        Rule(
            rule,
            {"then": value},
            None if text is None else _condition(text, inputs, optional),
            f"because of {rule}",
        )
        for rule, text, value in rows
    )
    return Decision(key, key, inputs, {"then": output}, rules, optional=optional)


def _condition(text: str, inputs: Mapping[str, Type], optional: frozenset[str]) -> Expression:
    read = parse(text)
    assert isinstance(read, Expression), read
    found = resolve(read, inputs, WORLD, YES_NO, optional=optional)
    assert isinstance(found, Expression), found
    return found


# -- the office -----------------------------------------------------------------------------------


@dataclass
class Records:
    """Records and people, in memory."""

    entities: Mapping[str, Entity]
    rows: dict[RecordRef, dict[str, Value]] = field(default_factory=dict)
    held: list[tuple[RecordRef, str, RecordRef | None]] = field(default_factory=list)
    joined: list[tuple[RecordRef, RecordRef]] = field(default_factory=list)
    away: set[RecordRef] = field(default_factory=set)
    named: list[tuple[RecordRef, str, RecordRef]] = field(default_factory=list)
    """Who acts for a holder of a role: (holder, role, delegate)."""

    def field(self, record: RecordRef, name: str) -> Value:
        found = self.entities[record.entity].fields[name].back
        if found is None:
            return self.rows[record].get(name)
        entity, key = found
        return tuple(ref for ref in self.all(entity) if self.rows[ref].get(key) == record)

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return tuple(sorted(ref for ref in self.rows if ref.entity == entity))

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        return tuple(who for who, what, record in self.held if what == role and record == of)

    def every_holder(self, role: str) -> tuple[RecordRef, ...]:
        return tuple(dict.fromkeys(who for who, what, _ in self.held if what == role))

    def members(self, group: RecordRef) -> tuple[RecordRef, ...]:
        return tuple(who for who, where in self.joined if where == group)

    def delegates(self, role: str, person: RecordRef) -> tuple[RecordRef, ...]:
        return tuple(who for holder, what, who in self.named if (holder, what) == (person, role))

    def is_away(self, person: RecordRef) -> bool:
        return person in self.away

    def keep(self, changes: Sequence[RecordChange]) -> dict[RecordRef, RecordRef]:
        """Give new records their ids, and keep all that changed."""
        known = {
            change.record: RecordRef(change.record.entity, len(self.rows) + number)
            for number, change in enumerate((item for item in changes if item.is_new), start=1)
        }
        for change in changes:
            row = self.rows.setdefault(known.get(change.record, change.record), {})
            row.update(settled.names(change.new, known))
        return known


class Office:
    """Carries out commands: all of one is kept, or nothing."""

    def __init__(
        self,
        *procedures: Procedure,
        decisions: Sequence[Decision] = (),
        notifications: Sequence[Notification] = (),
        entities: Mapping[str, Entity] = WORLD,
        roles: Mapping[str, Role] = ROLES,
    ) -> None:
        self.records = Records(entities)
        self.roles = roles
        self.decisions = {table.key: table for table in decisions}
        told = {item.key: item for item in notifications}
        self.books = {
            item.key: Book(f"hash of {item.key}", item, self.decisions, {}, told)
            for item in procedures
        }
        self.now = AT
        self.runs: dict[int, Run] = {}
        self.histories: dict[int, list[str]] = {}
        self.ids: dict[int, int] = {}
        self.changes: tuple[RecordChange, ...] = ()
        self.verdicts: list[tuple[str | None, Verdict]] = []

    # -- who and what is there

    def record(self, entity: str, **values: Value) -> RecordRef:
        """A record with its defaults and first status, without further ado."""
        draft = Draft(self.records, self.records.entities, self.decisions, table_says, self.now)
        draft.create(entity, values)
        [known] = self.records.keep(draft.finish()).values()
        return known

    def person(
        self, name: str, *roles: str, of: RecordRef | None = None, group: RecordRef | None = None
    ) -> RecordRef:
        who = self.record("person", name=name)
        self.records.held += [(who, role, of) for role in roles]
        if group:
            self.records.joined.append((who, group))
        return who

    # -- the machine's library

    def book(self, procedure: str) -> Book:
        if procedure not in self.books:
            raise NotFound(f"There is no procedure '{procedure}'.")
        return self.books[procedure]

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        for run in self.runs.values():
            if run.is_open and run.procedure == procedure and run.about == about:
                return run, self.books[procedure]
        return None

    # -- commands

    def command(
        self,
        act: Callable[[Machine], Result],
        *,
        by: RecordRef | None = None,
        at: datetime | None = None,
    ) -> Result:
        """Load, think, save: nothing is kept when anything is raised."""
        entities = self.records.entities
        draft = Draft(self.records, entities, self.decisions, table_says, at or self.now)
        machine = Machine(draft, self.records, self.roles, table_says, self, by)
        result = act(machine)
        seen: dict[RecordRef, int] = {}
        while fresh := [ref for ref in draft.touched if draft.writes(ref) != seen.get(ref)]:
            seen |= {ref: draft.writes(ref) for ref in fresh}
            changed = touched(draft, entities, fresh)
            for run in self.runs.values():
                stored = Walk(run, self.books[run.procedure], run)
                watched = watches(stored, self.records, entities, self.now)
                if run.is_open and (run.about in fresh or watched & changed):
                    machine.walk(run, self.books[run.procedure])
            for item in tuple(machine.walks.values()):
                if item.run.about in fresh or watches_anything(item) or item.run.id > 0:
                    machine.recheck(item)
        self._keep(draft.finish(), [item for item in machine.walks.values() if item.events])
        return result

    def wait(self, length: timedelta) -> None:
        """Let time pass, and let go on what it lets go on."""
        self.now += length
        for run in tuple(self.runs.values()):
            moments = [run.wakes_at(number) for number in run.scopes]
            if run.is_open and any(at is not None and at <= self.now for at in moments):
                book = self.books[run.procedure]
                self.command(
                    lambda machine, run=run, book=book: machine.recheck(machine.walk(run, book))
                )

    def as_needed(self, run_id: int, key: str, scope: int | None = None) -> int:
        """Begin what is offered as needed; the number of its list."""
        run = self.runs[run_id]
        book = self.books[run.procedure]
        return self.command(
            lambda machine: machine.begin_as_needed(machine.walk(run, book), key, scope)
        )

    def offered(self, run_id: int) -> list[str]:
        """What may be begun as needed."""
        run = self.runs[run_id]
        book = self.books[run.procedure]
        return self.command(
            lambda machine: [offer.key for offer in machine.offers(machine.walk(run, book))]
        )

    def stop(self, run_id: int, reason: str = "Enough") -> None:
        run = self.runs[run_id]
        book = self.books[run.procedure]
        self.command(lambda machine: machine.stop(machine.walk(run, book), reason))

    def begin(
        self,
        procedure: str,
        about: RecordRef,
        key: str | None = None,
        *,
        by: RecordRef | None = None,
    ) -> int:
        """Begin a run; its id."""
        book = self.books[procedure]
        beginning = book.procedure.beginning(key) if key else book.procedure.starts[0]
        assert beginning is not None
        begun = self.command(lambda machine: machine.begin(book, beginning, about), by=by)
        assert begun is not None
        return self.ids.get(begun.run.id, begun.run.id)

    def complete(
        self,
        run_id: int,
        step: str,
        outcome: str | None = None,
        *,
        answers: Mapping[str, Value] | None = None,
        by: RecordRef | None = None,
        **values: Value,
    ) -> Run:
        """Complete the open task of this step; the run as it is then."""
        run = self.runs[run_id]
        [task] = [task for task in run.open_tasks if task.step == step]
        book = self.books[run.procedure]
        chosen = book.procedure.step(step).outcomes[outcome] if outcome else None
        self.command(
            lambda machine: machine.complete(
                machine.walk(run, book), task.number, chosen, values, answers or {}
            ),
            by=by,
        )
        return self.runs[run_id]

    def sign(
        self,
        run_id: int,
        number: int,
        mark: Mark,
        because: str | None = None,
        *,
        by: RecordRef | None = None,
    ) -> Run:
        """Sign at the seat of the task with this number; the run as it is then."""
        run = self.runs[run_id]
        said = Signature(mark, because, by, 7)
        answers = {"because": because} if because else {}
        self.command(
            lambda machine: machine.sign(
                machine.walk(run, self.books[run.procedure]), number, said, {}, answers
            )
        )
        return self.runs[run_id]

    def look_again(self, run_id: int, *, at: datetime | None = None) -> Run:
        """Look at what a run rests at, at a moment."""
        run = self.runs[run_id]
        self.command(
            lambda machine: machine.recheck(machine.walk(run, self.books[run.procedure])), at=at
        )
        return self.runs[run_id]

    def change(self, record: RecordRef, **values: Value) -> None:
        """Change a record by hand."""
        self.command(lambda machine: machine.draft.change(record, values))

    # -- looking

    def waiting(self, run_id: int) -> list[str]:
        """The steps at which the run waits for somebody."""
        return sorted(task.step for task in self.runs[run_id].open_tasks)

    def history(self, run_id: int) -> list[Event]:
        """What happened to a run, read back from JSON."""
        lines = [json.loads(line) for line in self.histories[run_id]]
        return [event_of(line["kind"], line["step"], line["facts"]) for line in lines]

    def told(self, run_id: int) -> list[str]:
        """The history in short: `task-opened review`."""
        events = self.history(run_id)
        return [f"{kind(event)} {event.step}" if event.step else kind(event) for event in events]

    def callers(self, run_id: int) -> tuple[tuple[Run, Book], ...]:
        return tuple(
            (run, self.books[run.procedure])
            for run in self.runs.values()
            if run.is_open and any(s.wait and s.wait.run == run_id for s in run.scopes.values())
        )

    def called(self, run_id: int) -> tuple[Run, Book] | None:
        run = self.runs[run_id]
        began = self.history(run_id)[0]
        was_called = isinstance(began, RunStarted) and began.called
        return (run, self.books[run.procedure]) if run.is_open and was_called else None

    def replayed(self, run_id: int) -> Run:
        run = self.runs[run_id]
        fresh = Run(
            run.id,
            run.procedure,
            run.definition,
            run.about,
            {0: Scope(0, None)},
            started_by=run.started_by,
        )
        return replay(fresh, self.history(run_id))

    def _keep(self, changes: tuple[RecordChange, ...], walks: Sequence[Walk]) -> None:
        self.changes = changes
        known = self.records.keep(changes)
        ids = self.ids = {}
        for item in walks:
            if item.run.id < 0:
                ids[item.run.id] = len(self.runs) + len(ids) + 1
        for item in walks:
            run_id = ids.get(item.run.id, item.run.id)
            run = replace(settled.run(settled.awaiting(item.run, ids), known), id=run_id)
            opened = {task.number: task for task in run.open_tasks}
            self.runs[run_id] = replace(run, tasks=opened)
            events = [settled.event(event, known, ids) for event in item.events]
            self.histories.setdefault(run_id, []).extend(
                json.dumps({"kind": kind(event), "step": event.step, "facts": facts(event)})
                for event in events
            )
            self.verdicts += item.verdicts


def table_says(table: Decision, inputs: Mapping[str, Value]) -> Verdict:
    """A table read line by line: what a rules engine must say, in the fewest words."""
    world = Records({})
    for rule in table.rules:
        if rule.condition is None or evaluate(rule.condition, inputs, world, AT) is True:
            because = (rule.because,) if rule.because else ()
            return Verdict(table.key, "hash", inputs, (rule.key,), rule.then, because, "by hand")
    raise NoVerdict(f"{table.title}: no rule holds.")
