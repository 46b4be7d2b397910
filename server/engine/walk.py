"""A run on its way through one command: where it stands now, and what has happened to it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.decision import Verdict
from server.domain.definitions import Book
from server.domain.run import ListKind, Run, Scope
from server.domain.step import (
    Group,
    Step,
    Together,
)
from server.domain.values import Value
from server.domain.ways import DONE, turn_of
from server.engine.apply import apply
from server.engine.events import Event, TaskWithdrawn


class StepFailed(Exception):  # noqa: N818  kept as a failure of the run, to be mended and retried
    """A step cannot be carried out; nothing of the command is. The text is a sentence.

    `origin` is the id of the stored run that the command was about, where there is one.
    """

    def __init__(self, run: Run, step: str | None, sentence: str) -> None:
        super().__init__(sentence)
        self.run = run
        self.step = step
        self.origin: int | None = run.id if run.id > 0 else None


@dataclass(slots=True)
class Walk:
    """`before` is the run as it was loaded.

    `verdicts` go with the step or the start that asked for them; None for what stops the run.
    """

    run: Run
    book: Book
    before: Run
    events: list[Event] = field(default_factory=list)
    verdicts: list[tuple[str | None, Verdict]] = field(default_factory=list)

    def happen(self, event: Event) -> None:
        self.run = apply(self.run, event)
        self.events.append(event)

    def withdraw_questions(self, number: int) -> None:
        """Take back what was asked for the sake of a task and is not needed any more."""
        for task in self.run.open_tasks:
            if task.answers_to == number:
                self.happen(TaskWithdrawn(task.step, task.number, "it is not needed any more"))

    def names(self, scope: int) -> Mapping[str, Value]:
        """The names that expressions may use in this list: its own and those around it."""
        names: dict[str, Value] = {}
        number: int | None = scope
        while number is not None:
            item = self.run.scopes[number]
            names = {**item.names, **names}
            number = item.parent
        return names

    def steps(self, scope: int) -> tuple[Step, ...]:
        """The list of steps that this scope goes through."""
        item = self.run.scopes[scope]
        procedure = self.book.procedure
        if item.kind is ListKind.OWN:
            return procedure.steps
        if item.kind is ListKind.AS_NEEDED:
            return self._as_needed(item)
        assert item.step is not None
        step = procedure.step(item.step)
        match step.action:
            case _ if item.kind is ListKind.TURN:
                return (turn_of(step),)
            case Group(steps=steps):
                return steps
            case Together(branches=branches):
                return next(branch.steps for branch in branches if branch.key == item.branch)
            case _:
                raise AssertionError(f"Step '{step.key}' holds no list.")

    def _as_needed(self, item: Scope) -> tuple[Step, ...]:
        offered = self.book.procedure.as_needed
        if item.step is not None:
            action = self.book.procedure.step(item.step).action
            assert isinstance(action, Group | Together)
            offered = action.as_needed
        return next(each.steps for each in offered if each.key == item.branch)

    def step(self, scope: int, key: str) -> Step:
        """The step of a list; in a turn, as it is done there."""
        return next(step for step in self.steps(scope) if step.key == key)

    def following(self, scope: int, step: Step) -> str:
        """The key of the step written after this one, or `DONE`."""
        steps = self.steps(scope)
        position = next(index for index, other in enumerate(steps) if other.key == step.key)
        return steps[position + 1].key if position + 1 < len(steps) else DONE
