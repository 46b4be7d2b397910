"""The ways through lists of steps: which step may follow which, and the lists inside.

Steps stand in reading order; the next one follows unless an outcome or `then` says otherwise.
`DONE` is the end of the innermost list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.domain.step import Choose, Group, Step, Together, WaitUntil

DONE = "done"


@dataclass(frozen=True, slots=True)
class InnerList:
    """A list of steps inside a step. `path` is where YAML has it, under the step."""

    path: tuple[str, ...]
    steps: tuple[Step, ...]


def inner_lists(step: Step) -> Iterator[InnerList]:
    """The lists that a step holds, in reading order: its group or branches, then as needed."""
    match step.action:
        case Group(steps=steps, as_needed=as_needed):
            yield InnerList(("steps",), steps)
        case Together(branches=branches, as_needed=as_needed):
            for branch in branches:
                yield InnerList(("together", branch.key), branch.steps)
        case _:
            return
    for item in as_needed:
        yield InnerList(("as_needed", item.key), item.steps)


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps, those of inner lists after the step that holds them, in reading order."""
    for step in steps:
        yield step
        for inner in inner_lists(step):
            yield from walk(inner.steps)


def turn_of(step: Step) -> Step:
    """The step as it is done in one turn: a list of its own, which ends after it."""
    return replace(step, each=None, then=None)


def followers(step: Step, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys that may come next in `steps`, the list that holds `step`; `DONE` for its end.

    Outcomes of a step with `each` lead within its turn, which is no part of this list.
    """
    if step.is_last:
        return ()
    position = next(index for index, other in enumerate(steps) if other.key == step.key)
    following = steps[position + 1].key if position + 1 < len(steps) else DONE
    default = step.then or following
    if step.each is not None:
        targets: tuple[str, ...] = (default,)
    elif isinstance(step.action, Choose):
        targets = step.action.targets
    elif step.outcomes:
        targets = tuple(outcome.then or default for outcome in step.outcomes.values())
        if isinstance(step.action, WaitUntil):  # what was waited for has come
            targets = (default, *targets)
    else:
        targets = (default,)
    return tuple(dict.fromkeys(targets))
