"""The state machine: every change to a run is decided here. Design: language, *Semantics*.

A `Machine` serves one command. It moves runs on until everything rests: at a task, or at an end.
Records are written through the command's draft; other runs are asked for through the library.
Where tokens still have to go stands on an agenda, not on Python's stack, so that definitions which
go round in a circle are told so, however they do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from server.domain.decision import NoVerdict, Verdict
from server.domain.definitions import Book
from server.domain.expression import evaluate
from server.domain.procedure import (
    DONE,
    Assignment,
    Beginning,
    Branch,
    Call,
    Choose,
    ContinueIn,
    Create,
    Decide,
    Do,
    End,
    Group,
    Notify,
    Outcome,
    Set,
    Start,
    Step,
    Together,
    WaitUntil,
)
from server.domain.refusals import Invalid, Refusal
from server.domain.role import Role
from server.domain.run import Run, Scope, Seat
from server.domain.values import RecordRef, Value
from server.engine import events as happened
from server.engine import seats
from server.engine.draft import Decide as Ask
from server.engine.draft import Draft
from server.engine.facts import Facts
from server.engine.recipients import recipients
from server.engine.rows import Written
from server.engine.rows import write as write_rows
from server.engine.walk import StepFailed, Walk

AUTOMATIC_STEPS = 500
"""Steps that one command may take without a person; beyond it, definitions go round in circles."""
STOP, START = "stop", "start"


class Library(Protocol):
    """What the machine asks about other procedures and runs."""

    def book(self, procedure: str) -> Book:
        """The procedure as it is served now."""

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        """The run of this procedure that is open on this record, held for this command."""


class Machine:
    """One command's moves. `walks` maps ids of runs, below zero for new ones, to their walks."""

    def __init__(
        self,
        draft: Draft,
        people: seats.People,
        roles: Mapping[str, Role],
        decide: Ask,
        library: Library,
    ) -> None:
        self.draft = draft
        self.walks: dict[int, Walk] = {}
        self._people = people
        self._roles = roles
        self._facts = Facts(draft, decide)
        self._library = library
        self._agenda: list[tuple[Walk, int, str]] = []
        self._taken = 0

    def walk(self, run: Run, book: Book) -> Walk:
        """The walk of a stored run in this command."""
        return self.walks.setdefault(run.id, Walk(run, book, run))

    # -- commands -----------------------------------------------------------------------------

    def begin(
        self,
        book: Book,
        beginning: Beginning,
        about: RecordRef,
        *,
        starter: RecordRef | None = None,
    ) -> Walk | None:
        """Start a run at `beginning`; None when its condition does not hold.

        Where one is open on this record already, that one is returned as it is.
        """
        begun = self._begin(book, beginning, about, starter=starter)
        self._rest()
        return begun

    def begin_with(self, book: Book, beginning: Beginning, starter: RecordRef) -> Walk | None:
        """Start a run because `starter` has come into being; None when it is no start for it."""
        about: Value = starter
        if beginning.about is not None:
            names = {starter.entity: starter}
            about = evaluate(beginning.about, names, self.draft, self.draft.now)
        if not isinstance(about, RecordRef):
            return None
        return self.begin(book, beginning, about, starter=starter)

    def complete(
        self,
        walk: Walk,
        number: int,
        outcome: Outcome | None,
        values: Mapping[str, Value],
        answers: Mapping[str, Value],
        rows: Written = MappingProxyType({}),
    ) -> None:
        """Finish a task with what the form and the questions were answered, and go on."""
        task = walk.run.tasks[number]
        step = walk.book.procedure.step(task.step)
        action = step.action
        assert isinstance(action, Do)
        created: RecordRef | None = None
        if action.creates is not None:
            created = self.draft.create(
                action.creates.entity, values, run=walk.run.id, step=step.key
            )
        elif values:
            self.draft.change(task.about, values, run=walk.run.id, step=step.key)
        write_rows(self.draft, created or task.about, rows, run=walk.run.id, step=step.key)
        walk.happen(
            happened.TaskCompleted(
                step.key,
                number,
                task.scope,
                outcome.key if outcome else None,
                answers,
                step.name,
                created,
                action.creates.name if action.creates else None,
            )
        )
        self._pass(walk, task.scope, step, outcome)
        self._rest()

    def recheck(self, walk: Walk) -> None:
        """Look again at what ends the run from outside and at who holds its open tasks."""
        if not walk.run.is_open:
            return
        procedure = walk.book.procedure
        if procedure.stops_when is not None:
            try:
                verdict = self._facts.ask(
                    procedure.stops_when, procedure.stops_given, walk.names(0)
                )
            except NoVerdict as error:
                raise StepFailed(walk.run, None, str(error)) from error
            if verdict.value == STOP:
                walk.verdicts.append((None, verdict))
                self.stop(walk, procedure.stops_when.title)
                return
        for task in walk.run.open_tasks:
            self._seat_again(walk, task.number)

    def stop(self, walk: Walk, reason: str) -> None:
        """End the run from outside: whatever is open is withdrawn; runs it has started go on."""
        self._withdraw(walk, set(walk.run.scopes), reason)
        walk.happen(happened.RunStopped(reason))

    # -- tokens -------------------------------------------------------------------------------

    def _go(self, walk: Walk, scope: int, key: str) -> None:
        """Have the token of a list go to a step, or past the list's end."""
        self._agenda.append((walk, scope, key))

    def _rest(self) -> None:
        """Move tokens until each rests at a task or has come to an end."""
        self._taken = 0
        while self._agenda:
            walk, scope, key = self._agenda.pop()
            if not walk.run.is_open or scope not in walk.run.scopes:
                continue
            if key == DONE:
                self._list_done(walk, scope)
                continue
            step = next(item for item in walk.steps(scope) if item.key == key)
            following = self._arrive(walk, scope, step)
            if following is not None:
                self._go(walk, scope, following)

    def _arrive(self, walk: Walk, scope: int, step: Step) -> str | None:
        """Do what a step does by itself; the key that follows, or None where the token rests.

        Raises:
            StepFailed: it cannot be done, whether definitions, records or we are to blame.
        """
        self._taken += 1
        if self._taken > AUTOMATIC_STEPS:
            raise StepFailed(
                walk.run,
                step.key,
                f"After {AUTOMATIC_STEPS} steps without a person, step '{step.key}' came up again: "
                "the procedures go round in a circle.",
            )
        try:
            return self._act(walk, scope, step)
        except StepFailed:
            raise
        except (Refusal, NoVerdict) as error:
            raise StepFailed(walk.run, step.key, _told(step, error)) from error
        except Exception as error:  # our fault stops this command, and is kept to be mended
            fault = f"a fault of the application, {type(error).__name__}: {error}"
            raise StepFailed(walk.run, step.key, _told(step, fault)) from error

    def _act(self, walk: Walk, scope: int, step: Step) -> str | None:
        if step.each is not None or isinstance(step.action, Group | Call | WaitUntil):
            raise StepFailed(walk.run, step.key, f"Step '{step.key}' cannot be carried out yet.")
        match step.action:
            case Do() as action:
                self._open_task(walk, scope, step, action)
                return None
            case Decide() as action:
                return self._decide(walk, scope, step, action)
            case Choose() as action:
                return self._choose(walk, scope, step, action)
            case Together() as action:
                self._open_branches(walk, scope, step, action)
                return None
            case End(name=name):
                self._write(walk, scope, step, step.set)
                walk.happen(happened.RunEnded(name, step.key))
                return None
            case ContinueIn() as action:
                self._write(walk, scope, step, step.set)
                self._hand_over(walk, scope, step, action)
                return None
            case Start() as action:
                self._hand_over(walk, scope, step, action)
            case Create(creation=creation):
                record = self.draft.create(creation.entity, {}, run=walk.run.id, step=step.key)
                walk.happen(happened.Created(step.key, scope, creation.name, record))
            case Notify(notification=key):
                self._notify(walk, scope, step, key)
            case Set():
                pass
        return self._after(walk, scope, step, None)

    def _pass(self, walk: Walk, scope: int, step: Step, outcome: Outcome | None) -> None:
        following = self._after(walk, scope, step, outcome)
        self._go(walk, scope, following)

    def _after(self, walk: Walk, scope: int, step: Step, outcome: Outcome | None) -> str:
        """Apply what the step and its outcome set; the key of what follows."""
        self._write(walk, scope, step, step.set + (outcome.set if outcome else ()))
        following = step.then or walk.following(scope, step)
        return (outcome.then if outcome else None) or following

    def _write(
        self, walk: Walk, scope: int, step: Step, assignments: tuple[Assignment, ...]
    ) -> None:
        fields = self._facts.assign(walk, scope, step, assignments)
        if fields:
            walk.happen(happened.Written(step.key, fields))

    def _list_done(self, walk: Walk, number: int) -> None:
        scope = walk.run.scopes[number]
        if scope.parent is None:
            walk.happen(happened.RunEnded(DONE))
            return
        assert scope.step is not None
        step = walk.book.procedure.step(scope.step)
        assert isinstance(step.action, Together)
        walk.happen(happened.BranchClosed(step.key, number))
        siblings = {
            other.number
            for other in walk.run.scopes.values()
            if other.parent == scope.parent and other.step == scope.step
        }
        if step.action.finish_when in {"first", scope.branch}:
            self._withdraw(walk, siblings, f"{step.key} is done")
            siblings = set()
        if not siblings:
            self._pass(walk, scope.parent, step, None)

    def _withdraw(self, walk: Walk, scopes: set[int], reason: str) -> None:
        """Take back what is open in these lists and in those inside them."""
        inner = {
            item.number for item in walk.run.scopes.values() if item.parent in scopes
        } - scopes
        if inner:
            self._withdraw(walk, inner, reason)
        for task in walk.run.open_tasks:
            if task.scope in scopes:
                walk.happen(happened.TaskWithdrawn(task.step, task.number, reason))
        for number in sorted(scopes):
            item = walk.run.scopes[number]
            if item.step is not None:
                walk.happen(happened.BranchClosed(item.step, number, withdrawn=True))

    # -- what steps do ------------------------------------------------------------------------

    def _open_task(self, walk: Walk, scope: int, step: Step, action: Do) -> None:
        seat = self._seat(walk, scope, step, action)
        about = self._facts.record(walk, scope, step)
        number = walk.run.task_count + 1
        walk.happen(happened.TaskOpened(step.key, number, scope, seat, about))

    def _seat(self, walk: Walk, scope: int, step: Step, action: Do) -> Seat:
        meant = action.of or walk.book.procedure.lanes.get(action.role)
        value = self._facts.value(walk, scope, meant) if meant is not None else None
        try:
            return seats.seat(action.role, value, self._roles, self._people)
        except seats.NobodyHolds as error:
            raise StepFailed(walk.run, step.key, str(error)) from error

    def _seat_again(self, walk: Walk, number: int) -> None:
        task = walk.run.tasks[number]
        step = walk.book.procedure.step(task.step)
        assert isinstance(step.action, Do)
        try:
            seat = self._seat(walk, task.scope, step, step.action)
        except StepFailed:
            return  # it stays with whom it is; a task is never without a place
        person = task.claimed_by
        stays = person is not None and person in {
            candidate.id for candidate in seats.candidates(seat, self._people)
        }
        if seat != task.seat:
            walk.happen(happened.TaskMoved(step.key, number, seat))
            if person is not None and stays:
                walk.happen(happened.TaskClaimed(step.key, number, person))
        elif person is not None and not stays:
            walk.happen(happened.TaskReleased(step.key, number))

    def _decide(self, walk: Walk, scope: int, step: Step, action: Decide) -> str:
        decision = walk.book.decisions[action.decision]
        verdict = self._facts.ask_at(walk, step, decision, action.given, walk.names(scope))
        walk.happen(
            happened.Decided(
                step.key,
                scope,
                decision.key,
                verdict.hits,
                verdict.output,
                verdict.because,
                step.name,
            )
        )
        outcome = None
        if step.outcomes:
            outcome = step.outcomes[_spoken(verdict.value)]
        return self._after(walk, scope, step, outcome)

    def _choose(self, walk: Walk, scope: int, step: Step, action: Choose) -> str:
        verdict = self._facts.ask_at(walk, step, action.gateway, action.given, walk.names(scope))
        then = str(verdict.value)
        [rule] = verdict.hits
        walk.happen(happened.Chosen(step.key, scope, rule, then))
        self._write(walk, scope, step, step.set)
        return then

    def _open_branches(self, walk: Walk, scope: int, step: Step, action: Together) -> None:
        opened: list[tuple[int, Branch]] = []
        for branch in action.branches:
            number = walk.run.sequence + 1
            walk.happen(happened.BranchOpened(step.key, scope, branch.key, number))
            opened.append((number, branch))
        for number, branch in reversed(opened):
            self._go(walk, number, branch.steps[0].key if branch.steps else DONE)

    def _notify(self, walk: Walk, scope: int, step: Step, key: str) -> None:
        notification = walk.book.notifications[key]
        about = self._facts.record(walk, scope, step)
        names = {notification.about: about}
        persons = recipients(notification, names, self.draft, self._people)
        walk.happen(happened.Notified(step.key, key, about, persons))

    def _hand_over(self, walk: Walk, scope: int, step: Step, action: Start | ContinueIn) -> None:
        other = self._library.book(action.procedure)
        beginning = _entrance(other, walk.book.procedure.key, action.enters)
        if beginning is None:
            raise StepFailed(
                walk.run,
                step.key,
                f"Step '{step.key}' cannot hand over: procedure '{action.procedure}' has no start "
                f"for this any more. Give it one, then try again.",
            )
        about = self._facts.record(walk, scope, step)
        if isinstance(action, ContinueIn):
            walk.happen(happened.RunEnded(action.procedure, step.key))
        known = {each.run.id for each in self.walks.values()}
        begun = self._begin(other, beginning, about, after=walk)
        if begun is not None:
            walk.happen(
                happened.Started(
                    step.key,
                    action.procedure,
                    about,
                    begun.run.id,
                    joined=begun.run.id > 0 or begun.run.id in known,
                    continues=isinstance(action, ContinueIn),
                )
            )

    def _begin(
        self,
        book: Book,
        beginning: Beginning,
        about: RecordRef,
        *,
        starter: RecordRef | None = None,
        after: Walk | None = None,
    ) -> Walk | None:
        """As `begin`; the new run's token is on the agenda. `after` hands over to it."""
        procedure = book.procedure
        names: dict[str, Value] = {procedure.about: about}
        if starter is not None:
            names[starter.entity] = starter
        verdict: Verdict | None = None
        if beginning.gateway is not None:
            verdict = self._facts.ask(beginning.gateway, beginning.given, names)
            if verdict.value != START:
                return None
        open_one = self._open(procedure.key, about)
        if open_one is not None:
            if after is not None:
                open_one.happen(happened.Noted(after.book.procedure.key, after.run.id))
            return open_one
        run_id = -1 - sum(known < 0 for known in self.walks)
        run = Run(run_id, procedure.key, book.hash, about, {0: Scope(0, None)})
        walk = self.walks[run_id] = Walk(run, book, run)
        if verdict is not None:
            walk.verdicts.append((beginning.key, verdict))
        walk.happen(
            happened.RunStarted(beginning.key, names, after.run.id if after is not None else None)
        )
        self._facts.assign(walk, 0, None, beginning.set)
        self._go(walk, 0, beginning.begins_at or procedure.steps[0].key)
        return walk

    def _open(self, procedure: str, about: RecordRef) -> Walk | None:
        for walk in self.walks.values():
            if walk.run.procedure == procedure and walk.run.about == about and walk.run.is_open:
                return walk
        if about.id < 0:
            return None
        found = self._library.open_run(procedure, about)
        if found is None or found[0].id in self.walks:
            return None
        return self.walk(*found)


def _spoken(value: Value) -> str:
    """A verdict's value as outcomes spell it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _entrance(book: Book, after: str, key: str | None) -> Beginning | None:
    """The start of a procedure by which another hands over to it."""
    return next(
        (
            start
            for start in book.procedure.starts
            if start.after == after and key in {None, start.key}
        ),
        None,
    )


def _told(step: Step, error: Exception | str) -> str:
    """Why a step could not be done, for administrators."""
    details = list(error.problems.values()) if isinstance(error, Invalid) else []
    return " ".join([f"Step '{step.title or step.key}' cannot be done: {error}", *details])
