"""A run of ours gone through again in SpiffWorkflow: the same things open, the same order, the same end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    AsNeeded,
    Create,
    Notify,
    Set,
    Start,
    WaitUntil,
)
from server.domain.ways import walk
from server.engine import events as happened
from server.engine.events import Event
from server.engine.history import kind
from tests.notation.bpmn.execution import Execution

_SILENT = WaitUntil | Start | Set
"""What leaves no line in a history when there was nothing to wait for, begin or write."""
_SAID = {True: "yes", False: "no"}
"""Verdicts that outcomes call otherwise."""


class Twin:
    """`text` is the export of the procedure that the run went through."""

    def __init__(self, procedure: Procedure, text: str) -> None:
        self.procedure = procedure
        self.text = text
        self.steps = {step.key: step for step in procedure.walk()}
        self.needed = {step.key for item in _needed(procedure) for step in walk(item.steps)}
        self.open: list[tuple[str, int]] = []
        self.execution: Execution | None = None

    def follow(self, events: Sequence[Event]) -> None:
        """Have the other do what ours did, and hold them against each other whenever ours rests.

        Raises:
            AssertionError: something else is open there, or it ends otherwise.
        """
        if not self._is_sayable(events):
            return
        turns = _turns(events)
        for event in events:
            match event:
                case happened.RunStarted(start=start):
                    key = self.procedure.key
                    self.execution = Execution.of(self.text, key, start, turns)
                case happened.TurnsOpened(step=step):
                    turns[step].pop(0)
                case happened.RunEnded(step=step):
                    self._ended(step)
                    return
                case happened.RunStopped() | happened.RunFailed():
                    return
                case _ if event.step not in self.needed:
                    self._follow(event)
        self._rests()

    def _is_sayable(self, events: Sequence[Event]) -> bool:
        """Whether BPMN has a way to say it: not of lists that grow, or end before all is done."""
        begins: str | None = None
        for event in events:
            if isinstance(event, happened.TurnsOpened):
                turns = self.steps[event.step].each
                if turns.finish_when != "all" or turns.condition is not None:
                    return False
                begins = event.step
            elif not isinstance(event, happened.TurnOpened):
                begins = None
            elif begins != event.step and self.steps[event.step].each.all_at_once:
                return False
        return True

    def _follow(self, event: Event) -> None:
        match event:
            case _ if kind(event) == "round-opened":
                self.open.append((event.step, event.scope))
            case _ if kind(event) == "round-closed":
                self._rests()
                self.open.remove((event.step, event.scope))
                self._do(event.step, event.result)
            case _ if event.step and isinstance(self.steps[event.step].action, Approve):
                pass  # what single signers do: BPMN has them as instances of one task
            case happened.TaskOpened() | happened.WaitOpened() | happened.Called():
                self.open.append((event.step, event.scope))
            case happened.WaitWithdrawn(step=step, scope=scope):
                self.open.remove((step, scope))
            case happened.TaskCompleted(step=step, scope=scope, outcome=outcome):
                self._rests()
                self.open.remove((step, scope))
                self._do(step, outcome)
            case happened.WaitOver(step=step, scope=scope, late=late):
                self._rests()
                self.open.remove((step, scope))
                self._do(step, "late" if late else "in_time")
            case happened.Returned(step=step, scope=scope, end=end):
                self.open.remove((step, scope))
                ways = {way: way for way in self.steps[step].outcomes}
                self._do(step, ways.get(end, end.replace("-", "_")))
            case happened.Chosen(step=step, rule=rule):
                self._do(step, rule)
            case happened.Decided(step=step, output=output):
                [value] = output.values()
                self._do(step, _SAID.get(value, value))
            case happened.ListClosed(scope=scope) | happened.BranchClosed(scope=scope):
                # With a list goes what was open in it.
                self.open = [each for each in self.open if each[1] != scope]
            case _ if event.step and isinstance(self.steps[event.step].action, _does(event)):
                self._do(event.step, None)
            case _:
                pass

    def _do(self, step: str, way: str | None) -> None:
        while step not in self.execution.waiting() and (silent := self._silent()):
            self.execution.do(silent[0], "in_time")
        self.execution.do(step, way)

    def _silent(self) -> list[str]:
        """What waits there and not here: of turns at one step, as many as ours has passed by."""
        passed = Counter(self.execution.waiting()) - Counter(step for step, _ in self.open)
        return [step for step in passed if isinstance(self.steps[step].action, _SILENT)]

    def _rests(self) -> None:
        while silent := self._silent():
            self.execution.do(silent[0], "in_time")
        assert self.execution.waiting() == sorted(step for step, _ in self.open)

    def _ended(self, step: str | None) -> None:
        while silent := self._silent():
            self.execution.do(silent[0], "in_time")
        assert self.execution.is_over
        ends = self.execution.ends()
        if step is None:
            assert {end.rpartition(".")[0] for end in ends} == {"end.done"}
        else:
            assert ends == {f"step.{step}"}


def _needed(procedure: Procedure) -> Iterator[AsNeeded]:
    """Everything that is done as needed: beside the flow, and so not followed."""
    yield from procedure.as_needed
    for step in procedure.walk():
        yield from getattr(step.action, "as_needed", ())


def _does(event: Event) -> type:
    """The verb whose doing the event tells; other verbs may leave such lines beside their own."""
    return {
        happened.Created: Create,
        happened.Notified: Notify,
        happened.Started: Start,
        happened.Written: Set,
    }.get(type(event), _Nothing)


class _Nothing:
    """No verb."""


def _turns(events: Sequence[Event]) -> dict[str, list[int]]:
    """How many turns each list had, each time that it was come to."""
    counts = defaultdict[str, list[int]](list)
    places: dict[int, tuple[str, int]] = {}
    for event in events:
        match event:
            case happened.TurnsOpened(step=step, opened=number):
                places[number] = (step, len(counts[step]))
                counts[step].append(0)
            case happened.TurnOpened(scope=number):
                step, place = places[number]
                counts[step][place] += 1
            case _:
                pass
    return counts
