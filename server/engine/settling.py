"""What follows from a command: runs that new records begin, runs that end, tasks that move.

A command is carried on until nothing is left that something else would follow from. Whoever keeps
the runs says which of them have to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from server.domain.definitions import Book
from server.domain.entity import Entity
from server.domain.procedure import Procedure
from server.domain.somebody import PERSON
from server.domain.values import RecordRef
from server.domain.watch import Watch
from server.engine.advance import Machine
from server.engine.draft import Draft
from server.engine.people import HOLDER, MEMBERSHIP
from server.engine.walk import StepFailed
from server.engine.watching import touched, watches_anything

ROUNDS = 100
"""How often what follows from a command may be followed up; beyond it, it never comes to rest."""


class Kept(Protocol):
    """The runs, records and definitions that are kept, as a command asks for them."""

    def book(self, procedure: str) -> Book:
        """The procedure as it is served now."""

    def open_about(self, records: Iterable[RecordRef]) -> Iterable[int]:
        """The ids of the open runs about these stored records."""

    def open_with_role(self, roles: Iterable[str]) -> Iterable[int]:
        """The ids of the open runs with an open task for one of these roles."""

    def watching(self, watches: Iterable[Watch]) -> Iterable[int]:
        """The ids of the open runs that watch one of these, as kept."""

    def roles_of(self, person: RecordRef) -> Iterable[str]:
        """The roles that a stored person holds, as kept."""

    def role_kept(self, holder: RecordRef) -> str:
        """The role of a stored holder, as kept."""

    def take_up(self, run: int) -> None:
        """Have an open run join the machine's walks; one that cannot be walked is left alone."""


def settle(
    machine: Machine,
    draft: Draft,
    procedures: Mapping[str, Procedure],
    entities: Mapping[str, Entity],
    kept: Kept,
) -> None:
    """Carry on until no change is left that something else would follow from.

    Raises:
        StepFailed: it never comes to rest, or a step that follows cannot be carried out.
    """
    seen: dict[RecordRef, int] = {}
    arrived: set[int] = set()
    for _ in range(ROUNDS):
        fresh = [ref for ref in draft.touched if draft.writes(ref) != seen.get(ref)]
        begun = {run_id for run_id in machine.walks if run_id < 0} - arrived
        if not fresh and not begun:
            return
        arrived |= begun
        for ref in fresh:
            is_first_look = ref not in seen
            seen[ref] = draft.writes(ref)
            if ref.id < 0 and is_first_look:
                _start_with(machine, procedures, kept, ref)
        ids = _looked_at(draft, entities, kept, fresh) if fresh else set()
        for run_id in sorted(ids - machine.walks.keys()):
            kept.take_up(run_id)
        for walk in tuple(machine.walks.values()):
            if walk.run.about in fresh or walk.run.id in ids | begun or watches_anything(walk):
                machine.recheck(walk)
    raise StepFailed(
        next(reversed(machine.walks.values())).run,
        None,
        f"After {ROUNDS} rounds, new records still began runs and runs new records: the "
        "procedures go round in a circle.",
    )


def _start_with(
    machine: Machine, procedures: Mapping[str, Procedure], kept: Kept, record: RecordRef
) -> None:
    for procedure in procedures.values():
        for beginning in procedure.starts:
            if beginning.when == record.entity:
                book = kept.book(procedure.key)
                if machine.begin_with(book, beginning, record) is not None:
                    break


def _looked_at(
    draft: Draft, entities: Mapping[str, Entity], kept: Kept, fresh: Iterable[RecordRef]
) -> set[int]:
    """The stored runs that these records may move: about them, waiting for them, held by them."""
    records = set(fresh)
    ids = set(kept.watching(touched(draft, entities, records)))
    stored = [ref for ref in records if ref.id > 0]
    if stored:
        ids |= set(kept.open_about(stored))
    roles = _roles_touched(draft, kept, records)
    if roles:
        ids |= set(kept.open_with_role(sorted(roles)))
    return ids


def _roles_touched(draft: Draft, kept: Kept, records: set[RecordRef]) -> set[str]:
    """The roles whose holders differ because persons, members or holders do."""
    roles: set[str] = set()
    for ref in records:
        if ref.entity == HOLDER:
            roles |= {str(draft.field(ref, "role"))}
            if ref.id > 0:
                roles |= {kept.role_kept(ref)}
        elif ref.entity == PERSON and ref.id > 0:
            roles |= set(kept.roles_of(ref))
        elif ref.entity == MEMBERSHIP:
            person = draft.field(ref, "person")
            if isinstance(person, RecordRef) and person.id > 0:
                roles |= set(kept.roles_of(person))
    return roles
