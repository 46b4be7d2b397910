"""The bar above a task: what people have done in the run, this task, and what may come next."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    Do,
    Step,
)
from server.domain.ways import followers, walk

AHEAD = 3
"""How many tasks that may follow stand on the bar."""


@dataclass(frozen=True, slots=True)
class BarStep:
    """A task of the procedure on the bar. `state`: done, now or later."""

    title: str
    state: str


def step_bar(
    procedure: Procedure,
    here: str,
    *,
    done: Collection[str],
    current: Collection[str],
    is_open: bool,
) -> list[BarStep]:
    """What was done before this step, the step, and the nearest that may follow.

    After a task that is done stands what really followed it.
    """
    people = [step for step in procedure.walk() if _is_for_people(step)]
    at = next((number for number, step in enumerate(people) if step.key == here), None)
    if at is None:
        return []
    bar = [BarStep(step.title, "done") for step in people[:at] if step.key in done]
    bar.append(BarStep(people[at].title, "now"))
    if is_open:
        return bar + [BarStep(step.title, "later") for step in _ahead(procedure, here)]
    return bar + [
        BarStep(step.title, "later" if step.key in current else "done")
        for step in people[at + 1 :]
        if step.key in current or step.key in done
    ]


def _ahead(procedure: Procedure, here: str) -> list[Step]:
    """The tasks that may follow, the nearest first: of the list that it stands in, then after it."""
    found: dict[str, Step] = {}
    for step in _reached(procedure, here):
        if _is_for_people(step) and step.key != here:
            found.setdefault(step.key, step)
        if len(found) == AHEAD:
            break
    return list(found.values())


def _reached(procedure: Procedure, here: str) -> Iterator[Step]:
    steps = {step.key: step for step in procedure.steps}
    holding = next((step for step in procedure.steps if here in _keys(step)), None)
    if holding is None:  # it was asked for as needed, and leads nowhere
        return
    inner = list(walk((holding,)))
    yield from inner[[step.key for step in inner].index(here) + 1 :]
    known, waiting = {holding.key}, deque(followers(holding, procedure.steps))
    while waiting:
        key = waiting.popleft()
        if key in known or key not in steps:
            continue
        known.add(key)
        yield from walk((steps[key],))
        waiting.extend(followers(steps[key], procedure.steps))


def _keys(step: Step) -> frozenset[str]:
    return frozenset(inner.key for inner in walk((step,)))


def _is_for_people(step: Step) -> bool:
    return isinstance(step.action, Do | Approve)
