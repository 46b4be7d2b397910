"""PRC046 never-over: procedures continue in one another, and whatever comes to them never ends.

Each of them ends only by continuing in another of the circle. Somewhere a run has to end there: at
an `end`, behind the last step, or in a procedure outside of the circle.

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - after: case-reopening
    steps:
      - step: look
        title: Look at the case
        role: clerk
        do: Say what is missing
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
      - { step: over, continue_in: case-reopening }
    # procedures/case-management/case-reopening.yaml
    starts: [{ after: case-registration }]
    steps:
      - step: look
        title: Look at the case
        role: manager
        do: Say what is missing
        instruction: Leave out what is not about the case. Ask the clerk what was meant.
        form: case-judgement
      - { step: over, continue_in: case-registration }
    # procedures/case-management/case-review.yaml
    starts: [{ by: clerk, title: Look at a case again }]

Right:

    procedure: case-registration
    starts:
      - { by: clerk, title: Somebody comes in, form: case-intake }
      - after: case-reopening
    steps:
      - step: look
        title: Look at the case
        role: clerk
        do: Say what is missing
        instruction: Read all of it, twice where money is concerned.
        form: case-judgement
        outcomes:
          nothing: { label: Nothing is missing, then: done }
          something: { label: Something is, then: over }
      - { step: over, continue_in: case-reopening }
    # procedures/case-management/case-reopening.yaml
    starts: [{ after: case-registration }]
    steps:
      - step: look
        title: Look at the case
        role: manager
        do: Say what is missing
        instruction: Leave out what is not about the case. Ask the clerk what was meant.
        form: case-judgement
      - { step: over, continue_in: case-registration }
    # procedures/case-management/case-review.yaml
    starts: [{ by: clerk, title: Look at a case again }]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.step import (
    ContinueIn,
    End,
    Step,
)
from server.domain.ways import DONE
from server.loading.checks.graph import backwards, circles, reachable
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, StepList

CODE = "PRC046"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    lists = {steps.procedure.key: steps for steps in manuscript.lists() if steps.is_outer}
    going_on = {key: _continues(steps) for key, steps in lists.items()}
    ending = [key for key, steps in lists.items() if _may_end(steps, going_on[key], lists)]
    ways = {key: tuple(found) for key, found in going_on.items()}
    over = reachable(backwards(ways), ending)
    stuck = {key: [other for other in found if other in lists] for key, found in ways.items()}
    for circle in circles({key: found for key, found in stuck.items() if key not in over}):
        first = lists[circle[0]]
        step = next(going_on[circle[0]][key] for key in circle if key in going_on[circle[0]])
        others = ", ".join(f"'{key}'" for key in circle[1:]) or "itself"
        yield Diagnostic(
            CODE,
            first.mark(first.procedure.step(step)),
            f"What comes to '{circle[0]}' never ends: it goes on in {others}, and so on for ever.",
            "Give one of these procedures an end of its own.",
        )


def _continues(steps: StepList) -> Mapping[str, str]:
    """The procedures in which runs go on that come so far, each with a step that does it."""
    return {
        step.action.procedure: step.key
        for step in _reached(steps)
        if isinstance(step.action, ContinueIn)
    }


def _may_end(steps: StepList, going_on: Mapping[str, str], lists: Mapping[str, StepList]) -> bool:
    """Whether its runs can end; also where it cannot be told, or PRC004 tells it."""
    if (
        steps.procedure.stops_when is not None
        or not going_on
        or not lists.keys() >= going_on.keys()
    ):
        return True
    ways = steps.ways()
    return any(isinstance(step.action, End) or DONE in ways[step.key] for step in _reached(steps))


def _reached(steps: StepList) -> Iterator[Step]:
    reached = reachable(steps.ways(), steps.entries)
    yield from (step for step in steps.steps if step.key in reached)
