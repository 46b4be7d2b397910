"""Who stands beside a task of somebody else: may look at it, be asked about it, hear that it is late.

Nobody waits for them, so that nobody there is no failure. Source: language reference, *Roles*.
"""

from __future__ import annotations

from server.domain.step import Do, Step
from server.domain.values import RecordRef
from server.engine import seats
from server.engine.facts import Facts
from server.engine.walk import Walk


class Beside:
    """Those who hold roles of a procedure for one run of it, read live."""

    def __init__(self, facts: Facts, people: seats.People, roles: seats.Roles) -> None:
        self._facts = facts
        self._people = people
        self._roles = roles

    def of(self, walk: Walk, scope: int, step: Step) -> tuple[RecordRef, ...]:
        """The persons with whom a step is done, each once."""
        if not isinstance(step.action, Do):
            return ()
        held = (self.holding(walk, scope, role) for role in step.action.with_roles)
        return tuple(dict.fromkeys(person for persons in held for person in persons))

    def holding(self, walk: Walk, scope: int, role: str) -> tuple[RecordRef, ...]:
        """Who holds the role for this run; those who stand in for it, where nobody does."""
        meant = walk.book.procedure.lanes.get(role)
        value = self._facts.value(walk, scope, meant) if meant is not None else None
        try:
            seat = seats.seat(role, value, self._roles, self._people)
        except seats.NobodyHolds:
            return ()
        return seats.candidates(seat, self._people)
