"""Waiting for a moment or a condition: looked at on arrival, and whenever what it reads changes.

Source: language reference, *Waiting*.
"""

from __future__ import annotations

from datetime import datetime

from server.domain.expression import Expression
from server.domain.run import Scope, Wait
from server.domain.step import (
    LATE,
    Step,
    WaitUntil,
)
from server.engine import events as happened
from server.engine.facts import Facts
from server.engine.moments import moment_of
from server.engine.tokens import Tokens
from server.engine.walk import Walk

COME = "come"
"""What the table of a condition says once it holds."""


class Waits:
    """Begins waits and ends them, for the machine of one command at `now`."""

    def __init__(self, tokens: Tokens, facts: Facts, now: datetime) -> None:
        self._tokens = tokens
        self._facts = facts
        self._now = now

    def begin(self, walk: Walk, scope: int, step: Step, action: WaitUntil) -> str | None:
        """Wait, unless it has come already: then the key of what follows."""
        wait = self._read(walk, scope, action, Wait(step.key, self._now))
        if self._has_come(walk, scope, step.key, action, wait):
            return self._tokens.after(walk, scope, step, None)
        walk.happen(happened.WaitOpened(step.key, scope, wait.since, wait.due, wait.late))
        return None

    def look(self, walk: Walk) -> None:
        """Look again at everything that is waited for, but for called runs."""
        for scope in tuple(walk.run.scopes.values()):
            if scope.wait is not None and scope.wait.run is None:
                self._look(walk, scope, scope.wait)

    def _look(self, walk: Walk, scope: Scope, before: Wait) -> None:
        step = walk.step(scope.number, before.step)
        action = step.action
        assert isinstance(action, WaitUntil)
        wait = self._read(walk, scope.number, action, before)
        if self._is_late(wait):
            walk.happen(happened.WaitOver(step.key, scope.number, late=True))
            self._tokens.pass_on(walk, scope.number, step, step.outcomes.get(LATE))
        elif self._has_come(walk, scope.number, step.key, action, wait):
            walk.happen(happened.WaitOver(step.key, scope.number))
            self._tokens.pass_on(walk, scope.number, step, None)
        elif wait != before:
            walk.happen(happened.WaitMoved(step.key, scope.number, wait.due, wait.late))

    def _is_late(self, wait: Wait) -> bool:
        """Whether it is given up: the deadline has passed, and passed before the moment came."""
        if wait.late is None or wait.late > self._now:
            return False
        return wait.due is None or wait.late < wait.due

    def _has_come(self, walk: Walk, scope: int, step: str, action: WaitUntil, wait: Wait) -> bool:
        if action.condition is None:
            return wait.due is not None and wait.due <= self._now
        return self._facts.holds(walk, scope, step, action.condition, action.given, says=COME)

    def _read(self, walk: Walk, scope: int, action: WaitUntil, wait: Wait) -> Wait:
        """The wait with its moments as they are now; `now` in them is when it began."""
        return Wait(
            wait.step,
            wait.since,
            self._moment(walk, scope, action.moment, wait.since),
            self._moment(walk, scope, action.at_latest, wait.since),
        )

    def _moment(
        self, walk: Walk, scope: int, expression: Expression | None, since: datetime
    ) -> datetime | None:
        if expression is None:
            return None
        return moment_of(self._facts.value(walk, scope, expression, at=since), since)
