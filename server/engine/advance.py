"""The state machine: every change to a run is decided here. Design: language, *Semantics*.

A `Machine` serves one command. It moves runs on until everything rests: at a task, at a wait, or at
an end. Records are written through the command's draft; other runs are asked for through the
library. Here stand the commands, and what each step does when a token arrives; `lists`, `waits` and
`handing` know when lists are over, what is waited for, and how runs begin and return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from server.domain.beginning import Beginning
from server.domain.decision import NoVerdict
from server.domain.definitions import Book
from server.domain.expression import evaluate
from server.domain.recurring import Window
from server.domain.refusals import Invalid, Refusal
from server.domain.role import Role
from server.domain.run import Run, Scope, Seat
from server.domain.step import (
    Approve,
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
from server.domain.values import RecordRef, Value
from server.domain.ways import DONE
from server.engine import events as happened
from server.engine import seats
from server.engine.beside import Beside
from server.engine.deadlines import Deadlines
from server.engine.draft import Decide as Ask
from server.engine.draft import Draft
from server.engine.facts import Facts
from server.engine.handing import HandOvers, Library
from server.engine.lists import Lists, Offer
from server.engine.recipients import recipients
from server.engine.rows import Written
from server.engine.rows import write as write_rows
from server.engine.signing import Signature, Signing
from server.engine.tokens import Tokens
from server.engine.waits import Waits
from server.engine.walk import StepFailed, Walk

AUTOMATIC_STEPS = 500
"""Steps that one command may take without a person; beyond it, definitions go round in circles."""
PERIOD = "period"
"""What a start that recurs calls the period that is over."""
STOP = "stop"
"""What the table of `stops_when` says once its condition holds."""


class Machine:
    """One command's moves. `actor` is the person whose command it is; None for the application."""

    def __init__(
        self,
        draft: Draft,
        people: seats.People,
        roles: Mapping[str, Role],
        decide: Ask,
        library: Library,
        actor: RecordRef | None = None,
    ) -> None:
        self.draft = draft
        self._people = people
        self._roles = roles
        self._facts = Facts(draft, decide)
        self._tokens = Tokens(self._facts)
        self._lists = Lists(self._tokens, self._facts)
        self._waits = Waits(self._tokens, self._facts, draft.now)
        self.beside = Beside(self._facts, people, roles)
        self._deadlines = Deadlines(self._facts, self.beside, draft.now)
        self._signing = Signing(draft, people, roles, self._facts, self._deadlines)
        self._handing = HandOvers(
            self._tokens, self._lists, self._facts, library, draft.now, actor
        )
        self._taken = 0

    @property
    def walks(self) -> dict[int, Walk]:
        return self._tokens.walks

    def walk(self, run: Run, book: Book) -> Walk:
        """The walk of a stored run in this command."""
        return self._tokens.walk(run, book)

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
        known = {} if starter is None else {starter.entity: starter}
        begun = self._handing.begin(book, beginning, about, known=known)
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

    def begin_for(self, book: Book, beginning: Beginning, window: Window) -> tuple[Walk, ...]:
        """Start runs because a period is over: one, or one for each record of the start's list.

        Each begins with a record of its own, which `set` of the start fills. Where the start's
        condition does not hold, nothing is made.
        """
        every = beginning.every
        assert every is not None
        names: dict[str, Value] = {PERIOD: window.names()}
        members: tuple[Mapping[str, Value], ...] = ({},)
        if every.each is not None:
            found = evaluate(every.each.members, {}, self.draft, self.draft.now)
            assert isinstance(found, tuple)
            members = tuple({every.each.name: member} for member in dict.fromkeys(found))
        begun: list[Walk] = []
        for member in members:
            about = self.draft.create(book.procedure.about, {})
            walk = self._handing.begin(book, beginning, about, known={**names, **member})
            if walk is None:
                self.draft.forget(about)
            else:
                begun.append(walk)
        self._rest()
        return tuple(begun)

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
        step = walk.step(task.scope, task.step)
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
        walk.withdraw_questions(number)
        self._tokens.pass_on(walk, task.scope, step, outcome)
        self._rest()

    def sign(
        self,
        walk: Walk,
        number: int,
        said: Signature,
        values: Mapping[str, Value],
        answers: Mapping[str, Value],
        rows: Written = MappingProxyType({}),
    ) -> None:
        """Sign at the seat of a task, and go on where that decides it."""
        task = walk.run.tasks[number]
        step = walk.step(task.scope, task.step)
        action = step.action
        assert isinstance(action, Approve)
        if values:
            self.draft.change(task.about, values, run=walk.run.id, step=step.key)
        write_rows(self.draft, task.about, rows, run=walk.run.id, step=step.key)
        walk.happen(happened.TaskCompleted(step.key, number, task.scope, said.mark.value, answers))
        walk.withdraw_questions(number)
        self._signing.sign(walk, task, step, action, said)
        self._count(walk, task.scope, step, action)
        self._rest()

    def ask(self, walk: Walk, number: int, person: RecordRef, question: str) -> None:
        """Ask a person something for the sake of a task; nothing waits for the answer."""
        task = walk.run.tasks[number]
        seat = Seat(task.seat.lane, task.seat.role, person=person.id)
        walk.happen(
            happened.Asked(
                task.step,
                walk.run.task_count + 1,
                task.scope,
                number,
                seat,
                task.about,
                question,
            )
        )

    def answer(self, walk: Walk, number: int, answer: str) -> None:
        """Say what was asked at a task."""
        walk.happen(happened.Answered(walk.run.tasks[number].step, number, answer))

    def hold(self, walk: Walk, number: int, reason: str | None) -> None:
        """Lay a task aside for a reason; without one, take it up again."""
        walk.happen(happened.TaskHeld(walk.run.tasks[number].step, number, reason))

    def offers(self, walk: Walk) -> Iterator[Offer]:
        """What people may begin in this run as they need it."""
        return self._lists.offers(walk)

    def begin_as_needed(self, walk: Walk, key: str, scope: int | None) -> int:
        """Begin what is offered under a key, in the list `scope` where there are several.

        Returns the number of the list that was opened.

        Raises:
            WrongState: nothing of that name is offered, or it is not clear which is meant.
        """
        number = self._lists.begin_as_needed(walk, key, scope)
        self._rest()
        return number

    def recheck(self, walk: Walk) -> None:
        """Look again at what ends the run, what it waits for, its turns and tasks."""
        if not walk.run.is_open:
            return
        procedure = walk.book.procedure
        condition = procedure.stops_when
        if condition is not None and self._facts.holds(
            walk, 0, None, condition, procedure.stops_given, says=STOP
        ):
            self.stop(walk, condition.title)
            return
        try:
            self._waits.look(walk)
            self._lists.look(walk)
            for scope in tuple(walk.run.scopes.values()):
                self._look_again(walk, scope)
        except (Refusal, NoVerdict) as error:
            raise StepFailed(walk.run, None, str(error)) from error
        self._rest()
        for task in walk.run.open_tasks:
            if task.answers_to is None:
                self._seat_again(walk, task.number)
        self._deadlines.look(walk)

    def stop(self, walk: Walk, reason: str) -> None:
        """End the run from outside: whatever is open is withdrawn; runs it has started go on.

        Called runs that nobody else waits for are stopped, and whoever waits for this one is told.
        """
        self._stop(walk, reason)
        self._rest()

    def _stop(self, walk: Walk, reason: str) -> None:
        self._lists.withdraw(walk, set(walk.run.scopes), reason)
        walk.happen(happened.RunStopped(reason))
        self._tokens.over.append(walk)

    # -- tokens -------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Move tokens until each rests at a task or a wait, or has come to an end."""
        self._taken = 0
        while True:
            token = self._tokens.take()
            if token is not None:
                self._move(*token)
            elif self._tokens.over:
                self._handing.tell_callers(self._tokens.over.pop(0), self._stop)
            elif self._tokens.left:
                left = self._handing.left(self._tokens.left.pop(0))
                if left is not None:
                    self._stop(left, "nobody waits for it any more")
            else:
                return

    def _move(self, walk: Walk, scope: int, key: str) -> None:
        if key == DONE:
            self._lists.done(walk, scope)
            return
        following = self._arrive(walk, scope, walk.step(scope, key))
        if following is not None:
            self._tokens.go(walk, scope, following)

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
        tokens, lists = self._tokens, self._lists
        if step.each is not None:
            lists.open_turns(walk, scope, step)
            return None
        match step.action:
            case Do() as action:
                self._open_task(walk, scope, step, action)
                return None
            case Approve() as action:
                self._signing.open(walk, scope, step, action)
                return self._counted(walk, scope, step, action)
            case Decide() as action:
                return self._decide(walk, scope, step, action)
            case Choose() as action:
                return self._choose(walk, scope, step, action)
            case WaitUntil() as action:
                return self._waits.begin(walk, scope, step, action)
            case Together() as action:
                lists.open_branches(walk, scope, step, action)
                return None
            case Group() as action:
                lists.open_group(walk, scope, step, action)
                return None
            case Call() as action:
                self._handing.call(walk, scope, step, action)
                return None
            case End(name=name):
                tokens.write(walk, scope, step, step.set)
                lists.end(walk, name, step.key)
                return None
            case ContinueIn() as action:
                tokens.write(walk, scope, step, step.set)
                self._handing.hand_over(walk, scope, step, action)
                return None
            case Start() as action:
                self._handing.hand_over(walk, scope, step, action)
            case Create(creation=creation):
                record = self.draft.create(creation.entity, {}, run=walk.run.id, step=step.key)
                walk.happen(happened.Created(step.key, scope, creation.name, record))
            case Notify(notification=key):
                self._notify(walk, scope, step, key)
            case Set():
                pass
            case _:
                raise StepFailed(walk.run, step.key, f"Step '{step.key}' cannot be carried out.")
        return tokens.after(walk, scope, step, None)

    # -- what steps do ------------------------------------------------------------------------

    def _open_task(self, walk: Walk, scope: int, step: Step, action: Do) -> None:
        seat = self._seat(walk, scope, step, action)
        about = self._facts.record(walk, scope, step)
        number = walk.run.task_count + 1
        limit = self._deadlines.of(walk, scope, action)
        walk.happen(happened.TaskOpened(step.key, number, scope, seat, about, limit))

    def _seat(self, walk: Walk, scope: int, step: Step, action: Do) -> Seat:
        meant = action.of or walk.book.procedure.lanes.get(action.role)
        value = self._facts.value(walk, scope, meant) if meant is not None else None
        try:
            return seats.seat(action.role, value, self._roles, self._people)
        except seats.NobodyHolds as error:
            raise StepFailed(walk.run, step.key, str(error)) from error

    def _seat_again(self, walk: Walk, number: int) -> None:
        task = walk.run.tasks[number]
        step = walk.step(task.scope, task.step)
        try:
            if isinstance(step.action, Approve):
                seat = self._signing.seat_of(walk, task, step, step.action)
            else:
                assert isinstance(step.action, Do)
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

    def _look_again(self, walk: Walk, scope: Scope) -> None:
        """Read anew who has to sign where this list rests, and whether it is too late."""
        kept = scope.rounds.get(scope.at or "")
        if scope.at is None or kept is None or kept.is_closed:
            return
        step = walk.step(scope.number, scope.at)
        assert isinstance(step.action, Approve)
        self._signing.look_again(walk, scope.number, step, step.action)
        self._count(walk, scope.number, step, step.action)

    def _count(self, walk: Walk, scope: int, step: Step, action: Approve) -> None:
        """Go on from a round of signing as soon as it is decided."""
        following = self._counted(walk, scope, step, action)
        if following is not None:
            self._tokens.go(walk, scope, following)

    def _counted(self, walk: Walk, scope: int, step: Step, action: Approve) -> str | None:
        """The step that follows a round of signing; None while it goes on."""
        result = self._signing.result(walk, scope, step, action)
        if result is None:
            return None
        self._signing.close(walk, scope, step, result)
        return self._tokens.after(walk, scope, step, step.outcomes.get(result))

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
            outcome = step.outcomes[spoken(verdict.value)]
        return self._tokens.after(walk, scope, step, outcome)

    def _choose(self, walk: Walk, scope: int, step: Step, action: Choose) -> str:
        verdict = self._facts.ask_at(walk, step, action.gateway, action.given, walk.names(scope))
        then = str(verdict.value)
        [rule] = verdict.hits
        walk.happen(happened.Chosen(step.key, scope, rule, then))
        self._tokens.write(walk, scope, step, step.set)
        return then

    def _notify(self, walk: Walk, scope: int, step: Step, key: str) -> None:
        notification = walk.book.notifications[key]
        about = self._facts.record(walk, scope, step)
        names = {notification.about: about}
        persons = recipients(notification, names, self.draft, self._people)
        walk.happen(happened.Notified(step.key, key, about, persons))


def spoken(value: Value) -> str:
    """A verdict's value as outcomes spell it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _told(step: Step, error: Exception | str) -> str:
    """Why a step could not be done, for administrators."""
    details = list(error.problems.values()) if isinstance(error, Invalid) else []
    return " ".join([f"Step '{step.title or step.key}' cannot be done: {error}", *details])
