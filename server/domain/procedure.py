"""A procedure: who does what in which order, and what decides the way.

Its steps stand in `domain.step`, the ways between them in `domain.ways`, how it begins in
`domain.beginning`. Design: language reference, *Procedure* and *Semantics*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.beginning import Beginning
from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.step import Approve, AsNeeded, Choose, End, Step, WaitUntil
from server.domain.values import Type
from server.domain.ways import DONE, followers, walk

ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Procedure:
    """`lanes` maps each role used, in order, to who holds it in a run; None means anyone.

    `outside`: another organisation or tool runs it; here it is one task for the receiving role,
    closed with a result. `names` gives every name that expressions may use, with its type.
    """

    key: str
    title: str
    process: str
    about: str
    purpose: str
    chapter: int | None
    number: int | None
    lanes: Mapping[str, Expression | None]
    starts: tuple[Beginning, ...]
    steps: tuple[Step, ...]
    stops_when: Decision | None = None
    stops_given: Mapping[str, Expression] = field(default_factory=dict)
    outside: bool = False
    names: Mapping[str, Type] = field(default_factory=dict)
    as_needed: tuple[AsNeeded, ...] = ()

    def walk(self) -> Iterator[Step]:
        """All steps, those of inner lists and of what is done as needed among them."""
        yield from walk(self.steps)
        for item in self.as_needed:
            yield from walk(item.steps)

    def step(self, key: str) -> Step:
        """The step of this key, in whichever list it stands.

        Raises:
            KeyError: there is none.
        """
        for step in self.walk():
            if step.key == key:
                return step
        raise KeyError(key)

    def beginning(self, key: str) -> Beginning | None:
        return next((start for start in self.starts if start.key == key), None)

    def gateways(self) -> Iterator[Decision]:
        """The tables that conditions of this procedure were made into while loading."""
        for step in self.walk():
            yield from _gateways(step)
        for start in self.starts:
            if start.gateway is not None:
                yield start.gateway
        if self.stops_when is not None:
            yield self.stops_when

    def ends(self) -> tuple[str, ...]:
        """The names under which a run can end by itself, in reading order; `DONE` last."""
        named = [step.action.name for step in self.steps if isinstance(step.action, End)]
        passed = any(DONE in followers(step, self.steps) for step in self.steps)
        return tuple(dict.fromkeys([*named, DONE] if passed else named))


def _gateways(step: Step) -> Iterator[Decision]:
    match step.action:
        case Choose(gateway=gateway):
            yield gateway
        case WaitUntil(condition=Decision() as condition):
            yield condition
        case Approve(signers=signers):
            yield from (each.condition for each in signers if each.condition is not None)
    if step.each is not None and step.each.condition is not None:
        yield step.each.condition
