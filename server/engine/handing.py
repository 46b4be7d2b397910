"""Runs that begin others: by a start, a hand-over or a call; and callers that are told the end.

Source: language reference, *Hand-over*, *Records* and *Cancellation*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from server.domain.beginning import Beginning
from server.domain.decision import Verdict
from server.domain.definitions import Book
from server.domain.run import Run, RunState, Scope
from server.domain.step import (
    Call,
    ContinueIn,
    Start,
    Step,
)
from server.domain.values import RecordRef, Value
from server.engine import events as happened
from server.engine.facts import Facts
from server.engine.lists import Lists
from server.engine.tokens import Tokens
from server.engine.walk import StepFailed, Walk

START = "start"
STOPPED = "stopped"


class Library(Protocol):
    """What the machine asks about other procedures and runs."""

    def book(self, procedure: str) -> Book:
        """The procedure as it is served now."""

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        """The run of this procedure that is open on this record, held for this command."""

    def callers(self, run: int) -> tuple[tuple[Run, Book], ...]:
        """The open stored runs that wait for this stored run to end, held for this command."""

    def called(self, run: int) -> tuple[Run, Book] | None:
        """The stored run of this id, held, if it is open and was begun by a call."""


class HandOvers:
    """Begins runs and joins those that are open, for the machine of one command at `now`.

    `actor` is the person whose command it is; None for the application.
    """

    def __init__(
        self,
        tokens: Tokens,
        lists: Lists,
        facts: Facts,
        library: Library,
        now: datetime,
        actor: RecordRef | None,
    ) -> None:
        self._tokens = tokens
        self._lists = lists
        self._facts = facts
        self._library = library
        self._now = now
        self._actor = actor

    # -- beginning ----------------------------------------------------------------------------

    def begin(
        self,
        book: Book,
        beginning: Beginning,
        about: RecordRef,
        *,
        known: Mapping[str, Value] = MappingProxyType({}),
        after: Walk | None = None,
        called: bool = False,
    ) -> Walk | None:
        """Begin a run, its token on the agenda; None where the start's condition does not hold.

        `known` are names that it begins with, besides its record. Where one is open on the record
        already, that one is returned, with a note of the hand-over.
        """
        procedure = book.procedure
        names: dict[str, Value] = {procedure.about: about, **known}
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
        run_id = -1 - sum(known < 0 for known in self._tokens.walks)
        started_by = self._actor.id if self._actor else None
        run = Run(
            run_id, procedure.key, book.hash, about, {0: Scope(0, None)}, started_by=started_by
        )
        walk = self._tokens.walks[run_id] = Walk(run, book, run)
        if verdict is not None:
            walk.verdicts.append((beginning.key, verdict))
        from_run = after.run.id if after is not None else None
        walk.happen(happened.RunStarted(beginning.key, names, from_run, called))
        self._facts.assign(walk, 0, None, beginning.set)
        self._tokens.go(walk, 0, beginning.begins_at or procedure.steps[0].key)
        return walk

    def hand_over(self, walk: Walk, scope: int, step: Step, action: Start | ContinueIn) -> None:
        """Begin another procedure without waiting for it, or to go on there."""
        other, beginning = self._entrance(walk, step, action)
        about = self._facts.record(walk, scope, step)
        if isinstance(action, ContinueIn):
            self._lists.end(walk, action.procedure, step.key)
        before = frozenset(self._tokens.walks)
        begun = self.begin(other, beginning, about, after=walk)
        if begun is not None:
            walk.happen(
                happened.Started(
                    step.key,
                    action.procedure,
                    about,
                    begun.run.id,
                    joined=begun.run.id > 0 or begun.run.id in before,
                    continues=isinstance(action, ContinueIn),
                )
            )

    def call(self, walk: Walk, scope: int, step: Step, action: Call) -> None:
        """Have another procedure carried out, and wait for its end.

        Raises:
            StepFailed: it does not begin, or would wait for this very run.
        """
        other, beginning = self._entrance(walk, step, action)
        about = self._facts.record(walk, scope, step)
        before = frozenset(self._tokens.walks)
        begun = self.begin(other, beginning, about, after=walk, called=True)
        if begun is None:
            raise StepFailed(
                walk.run,
                step.key,
                f"Step '{step.key}' cannot call '{action.procedure}': its start has a condition, "
                "which does not hold for this record.",
            )
        if any(begun is other for other in (walk, *self._awaiting(walk, set()))):
            raise StepFailed(
                walk.run,
                step.key,
                f"Step '{step.key}' would wait for ever: '{action.procedure}' on this record waits "
                "for this run to end.",
            )
        walk.happen(
            happened.Called(
                step.key,
                scope,
                action.procedure,
                about,
                begun.run.id,
                self._now,
                joined=begun.run.id > 0 or begun.run.id in before,
            )
        )

    def _entrance(
        self, walk: Walk, step: Step, action: Start | ContinueIn | Call
    ) -> tuple[Book, Beginning]:
        """The other procedure, and the start by which this one enters it."""
        other = self._library.book(action.procedure)
        for start in other.procedure.starts:
            if start.after == walk.book.procedure.key and action.enters in {None, start.key}:
                return other, start
        raise StepFailed(
            walk.run,
            step.key,
            f"Step '{step.key}' cannot hand over: procedure '{action.procedure}' has no start "
            f"for this any more. Give it one, then try again.",
        )

    def _open(self, procedure: str, about: RecordRef) -> Walk | None:
        for walk in self._tokens.walks.values():
            if walk.run.procedure == procedure and walk.run.about == about and walk.run.is_open:
                return walk
        if about.id < 0:
            return None
        found = self._library.open_run(procedure, about)
        if found is None or found[0].id in self._tokens.walks:
            return None
        return self._tokens.walk(*found)

    # -- callers ------------------------------------------------------------------------------

    def tell_callers(self, over: Walk, stop: Callable[[Walk, str], None]) -> None:
        """Let those who wait for a run that is over go on with its end; `stop` stops a run."""
        end = over.run.end if over.run.state is RunState.ENDED else STOPPED
        assert end is not None
        for walk in self._callers(over.run.id):
            for scope in tuple(walk.run.scopes.values()):
                wait = scope.wait
                if wait is None or wait.run != over.run.id or not walk.run.is_open:
                    continue
                step = walk.step(scope.number, wait.step)
                walk.happen(happened.Returned(step.key, scope.number, over.run.id, end))
                if end == STOPPED and STOPPED not in step.outcomes:
                    title = over.book.procedure.title
                    stop(walk, f"{title}, which it waited for, was stopped")
                elif step.outcomes and end not in step.outcomes:
                    raise StepFailed(
                        walk.run,
                        step.key,
                        f"Step '{step.key}' does not say what follows the end '{end}' of "
                        f"'{over.run.procedure}'. Cancel this run, or mend the procedure.",
                    )
                else:
                    self._tokens.pass_on(walk, scope.number, step, step.outcomes.get(end))

    def left(self, run: int) -> Walk | None:
        """The called run that nobody waits for any more, where that is so."""
        walk = self._tokens.walks.get(run)
        if walk is not None and (not walk.run.is_open or self._callers(run)):
            return None
        if run > 0:
            found = self._library.called(run)
            if found is None or self._callers(run):
                return None
            return walk or self._tokens.walk(*found)
        assert walk is not None
        started = walk.events[0]
        return walk if isinstance(started, happened.RunStarted) and started.called else None

    def _awaiting(self, walk: Walk, seen: set[int]) -> Iterator[Walk]:
        """Who waits for this run, and who waits for those, and so on."""
        for caller in self._callers(walk.run.id):
            if caller.run.id not in seen:
                seen.add(caller.run.id)
                yield caller
                yield from self._awaiting(caller, seen)

    def _callers(self, run: int) -> tuple[Walk, ...]:
        """The walks of the runs that wait for this one."""
        if run > 0:
            for found in self._library.callers(run):
                self._tokens.walk(*found)
        return tuple(
            walk
            for walk in self._tokens.walks.values()
            if walk.run.is_open
            and any(
                scope.wait is not None and scope.wait.run == run
                for scope in walk.run.scopes.values()
            )
        )
