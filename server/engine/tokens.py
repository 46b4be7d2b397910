"""Tokens: where each list of a run still has to go in this command, and how one passes a step.

Where tokens have to go stands on an agenda, not on Python's stack, so that definitions which go
round in a circle are told so, however they do it.
"""

from __future__ import annotations

from server.domain.definitions import Book
from server.domain.run import Run
from server.domain.step import (
    Assignment,
    Outcome,
    Step,
)
from server.engine import events as happened
from server.engine.facts import Facts
from server.engine.walk import Walk


class Tokens:
    """The walks of one command and their tokens.

    `walks` maps ids of runs, below zero for new ones, to their walks. `over` are the walks that have
    come to an end, whose callers are still to be told. `left` are the ids of called runs that one
    caller waits for no more.
    """

    def __init__(self, facts: Facts) -> None:
        self.walks: dict[int, Walk] = {}
        self.over: list[Walk] = []
        self.left: list[int] = []
        self._facts = facts
        self._agenda: list[tuple[Walk, int, str]] = []

    def walk(self, run: Run, book: Book) -> Walk:
        """The walk of a stored run in this command."""
        return self.walks.setdefault(run.id, Walk(run, book, run))

    def go(self, walk: Walk, scope: int, key: str) -> None:
        """Have the token of a list go to a step, or past the list's end."""
        self._agenda.append((walk, scope, key))

    def take(self) -> tuple[Walk, int, str] | None:
        """The next token that has to go somewhere, where its list is still open."""
        while self._agenda:
            walk, scope, key = self._agenda.pop()
            if walk.run.is_open and scope in walk.run.scopes:
                return walk, scope, key
        return None

    def pass_on(self, walk: Walk, scope: int, step: Step, outcome: Outcome | None) -> None:
        """Leave a step that is done."""
        self.go(walk, scope, self.after(walk, scope, step, outcome))

    def after(self, walk: Walk, scope: int, step: Step, outcome: Outcome | None) -> str:
        """Apply what the step and its outcome set; the key of what follows."""
        self.write(walk, scope, step, step.set + (outcome.set if outcome else ()))
        following = step.then or walk.following(scope, step)
        return (outcome.then if outcome else None) or following

    def write(
        self, walk: Walk, scope: int, step: Step, assignments: tuple[Assignment, ...]
    ) -> None:
        fields, values = self._facts.assign(walk, scope, step, assignments)
        if fields:
            walk.happen(happened.Written(step.key, fields, values or None))

    def end(self, walk: Walk, end: str, step: str | None = None) -> None:
        """The run comes to an end of its own; nothing in it is open any more."""
        walk.happen(happened.RunEnded(end, step))
        self.over.append(walk)
