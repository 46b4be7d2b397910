"""PRC045 ping-pong: procedures, or roles, can hand work to each other for ever, and nothing changes.

Where the application does every step of the circle by itself, it would go on until it is stopped.
Where persons act in it, but none of them writes, answers or signs anything, work can be sent back
and forth, and nobody has to say why: that is told as a warning.

    procedure: case-review
    starts:
      - after: case-registration
      - after: case-reopening
      - { by: clerk, title: Look at a case again }
    roles: { clerk: case.owner }
    steps:
      - step: look
        title: See whether it is ours
        role: clerk
        do: Say whose case it is
        instruction: Read all of it, twice where money is concerned.
        outcomes:
          ours: { label: It is ours, then: done }
          theirs: { label: It is theirs, then: over }
      - { step: over, continue_in: case-reopening }
    # procedures/case-management/case-reopening.yaml
    starts: [{ after: case-review }]
    steps:
      - step: look
        title: See whether it is ours
        role: manager
        do: Say whose case it is
        instruction: Leave out what is not about the case. Ask the clerk what was meant.
        outcomes:
          ours: { label: It is ours, then: done }
          theirs: { label: It is theirs, then: over }
      - { step: over, continue_in: case-review }

Right:

    procedure: case-review
    starts:
      - after: case-registration
      - after: case-reopening
      - { by: clerk, title: Look at a case again }
    roles: { clerk: case.owner }
    steps:
      - step: look
        title: See whether it is ours
        role: clerk
        do: Say whose case it is
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        outcomes:
          ours: { label: It is ours, then: done }
          theirs: { label: It is theirs, then: over }
      - { step: over, continue_in: case-reopening }
    # procedures/case-management/case-reopening.yaml
    starts: [{ after: case-review }]
    steps:
      - step: look
        title: See whether it is ours
        role: manager
        do: Say whose case it is
        instruction: Leave out what is not about the case. Ask the clerk what was meant.
        outcomes:
          ours: { label: It is ours, then: done }
          theirs: { label: It is theirs, then: over }
      - { step: over, continue_in: case-review }
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Call,
    ContinueIn,
    Create,
    Do,
    Start,
    Step,
    WaitUntil,
)
from server.domain.ways import DONE, walk
from server.loading.checks.graph import circles
from server.loading.checks.resting import rests
from server.loading.diagnostics import Diagnostic, Mark, Severity
from server.loading.manuscript import Manuscript, StepList

CODE = "PRC045"
Place = tuple[str, str]
"""The keys of a procedure and of a step of its outermost list."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    atlas = _Atlas({steps.procedure.key: steps for steps in manuscript.lists() if steps.is_outer})
    endless = atlas.circles(lambda step: not rests(step))
    for circle in endless:
        if len({procedure for procedure, _ in circle}) > 1:  # else it is PRC008
            yield Diagnostic(
                CODE,
                atlas.mark(circle[0]),
                f"Work can go round for ever without a person: {atlas.told(circle)}.",
                "Let somebody act in this circle, or have one of these procedures end.",
            )
    for circle in atlas.circles(_is_quiet):
        if len(atlas.roles(circle)) > 1 and not any(set(circle) & set(other) for other in endless):
            yield Diagnostic(
                CODE,
                atlas.mark(circle[0]),
                "Work can be handed back and forth for ever with nothing written: "
                f"{atlas.told(circle)}.",
                "Ask for the reason in one of these steps, or have a field changed.",
                Severity.WARNING,
            )


@dataclass(frozen=True, slots=True)
class _Atlas:
    """The outermost lists of all procedures, with the ways between them on one record."""

    lists: dict[str, StepList]
    _ways: dict[Place, list[Place]] = field(default_factory=dict)

    def circles(self, passes: Callable[[Step], bool]) -> Sequence[Sequence[Place]]:
        """The circles that lead through such steps only, each from where it is met first."""
        places = {
            (key, step.key)
            for key, steps in self.lists.items()
            for step in steps.steps
            if passes(step)
        }
        ways = {
            place: [other for other in self.ways(place) if other in places] for place in places
        }
        order = [(key, step.key) for key, steps in self.lists.items() for step in steps.steps]
        return circles({place: ways[place] for place in order if place in places})

    def ways(self, place: Place) -> list[Place]:
        if place not in self._ways:
            key, step = place
            steps = self.lists[key]
            self._ways[place] = [(key, other) for other in steps.ways()[step] if other != DONE]
            self._ways[place] += self._over(steps.procedure, steps.procedure.step(step))
        return self._ways[place]

    def _over(self, giver: Procedure, step: Step) -> Iterator[Place]:
        """Where procedures begin that are handed the same record."""
        for inner in walk((step,)):
            if not isinstance(inner.action, Start | ContinueIn) or inner.about is not None:
                continue
            taker = self.lists.get(inner.action.procedure)
            if taker is None or taker.procedure.about != giver.about:
                continue
            for start in taker.procedure.starts:
                if start.after == giver.key and inner.action.enters in {None, start.key}:
                    yield taker.procedure.key, start.begins_at or taker.keys[0]

    def roles(self, circle: Sequence[Place]) -> set[str]:
        return {
            inner.action.role
            for key, step in circle
            for inner in walk((self.lists[key].procedure.step(step),))
            if isinstance(inner.action, Do)
        }

    def mark(self, place: Place) -> Mark:
        steps = self.lists[place[0]]
        return steps.mark(steps.procedure.step(place[1]))

    def told(self, circle: Sequence[Place]) -> str:
        return ", ".join(f"'{step}' of {procedure}" for procedure, step in circle)


def _is_quiet(step: Step) -> bool:
    """Whether it changes nothing, asks nothing, and waits for nothing but a person's choice."""
    return not any(_leaves_something(inner) for inner in walk((step,)))


def _leaves_something(step: Step) -> bool:
    if step.set or any(outcome.set for outcome in step.outcomes.values()):
        return True
    match step.action:
        case Do(form=form, asks=asks, creates=creates):
            return bool(form or asks or creates)
        case Approve() | Call() | Create() | WaitUntil():
            return True
        case _:
            return False
