"""Persons, groups and holders of roles, as they are on the day of the command.

`holder` says who holds which role; each of its references besides `person` narrows for whom or
what (a service, a group, a customer …), and none of them means for everything. An organisation may
add such references: they are found in the entity. Persons who have left hold nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from server.domain.somebody import GROUP, PERSON, Held
from server.domain.values import RecordRef, Value
from server.storage.models import Models
from server.storage.prepared import Prepared

MEMBERSHIP, HOLDER = "membership", "holder"
PEOPLE = frozenset({PERSON, GROUP, MEMBERSHIP, HOLDER})
"""The entities whose records decide who may do what."""
_NO_NARROWING = frozenset({"person", "delegate"})


class Delegation(NamedTuple):
    """A holder of a role has named somebody who acts for them.

    From `begins` to `ends`; where both are open, while the holder is away.
    """

    role: str
    person: RecordRef
    delegate: RecordRef
    begins: date | None
    ends: date | None
    held_for: tuple[RecordRef, ...]


class People:
    """Answers from the rows of one transaction, each asked for once."""

    def __init__(self, connection: sa.Connection, models: Models, now: datetime) -> None:
        self.connection = connection
        self.models = models
        self.now = now
        self._known: dict[tuple[str, object, object], tuple[RecordRef, ...]] = {}
        self._absences: dict[RecordRef, tuple[Value, Value]] = {}
        self._delegating: tuple[Delegation, ...] | None = None

    def row(self, record: RecordRef) -> Mapping[str, Value] | None:
        """All columns of a record; None when there is none."""
        raise NotImplementedError

    def forget_people(self) -> None:
        """Ask anew: persons, members or holders have been written."""
        self._known.clear()
        self._absences.clear()
        self._delegating = None

    # -- who holds a role ---------------------------------------------------------------------

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Who holds the role for just this record; without one, who holds it for everything."""
        key = ("holders", role, of)
        if key not in self._known:
            entity = of.entity if of else None
            if HOLDER not in self.models or (entity and not self._narrowing(entity)):
                return ()
            statement = self.models.statement(
                ("holders", entity), lambda: self._holders_of(entity)
            )
            asked = {"role": role, "today": self.today, "record_id": of.id if of else None}
            self._known[key] = self._persons(statement, asked)
        return self._known[key]

    def every_holder(self, role: str) -> tuple[RecordRef, ...]:
        """Who holds the role, for whatever record or for everything."""
        key = ("every", role, None)
        if key not in self._known:
            if HOLDER not in self.models:
                return ()
            statement = self.models.statement("every holder", self._holders_now)
            self._known[key] = self._persons(statement, {"role": role, "today": self.today})
        return self._known[key]

    def holdings(self, person: RecordRef) -> tuple[Held, ...]:
        """The roles that this person holds today, each with what it is held for."""
        if HOLDER not in self.models:
            return ()
        statement = self.models.statement("holdings", self._held_by)
        rows = statement.all(self.connection, {"person": person.id, "today": self.today})
        narrowing = self._narrowings()
        found: list[Held] = []
        for role, *narrowed in rows:
            records = [
                RecordRef(entity, record_id)
                for (_, entity), record_id in zip(narrowing, narrowed, strict=True)
                if record_id is not None
            ]
            found += [Held(role, record) for record in records] or [Held(role, None)]
        return tuple(dict.fromkeys(found))

    def roles_of(self, person: RecordRef) -> tuple[str, ...]:
        """The keys of the roles that this person holds today."""
        return tuple(dict.fromkeys(item.role for item in self.holdings(person)))

    def engaged(
        self, person: RecordRef, begins: date | None, ends: date | None, *, but: RecordRef | None
    ) -> frozenset[str]:
        """The roles that this person holds, or is to act in as a delegate, on some day of a time.

        A bound of None is open. What the holder `but` says is left out: it is about to be changed.
        """
        if HOLDER not in self.models:
            return frozenset()
        holder = self.models.tables[HOLDER].c
        is_theirs = holder.person == person.id
        if "delegate" in holder:
            is_theirs |= holder.delegate == person.id
        conditions: list[sa.ColumnElement[bool]] = [is_theirs]
        if "from_date" in holder and ends is not None:
            conditions.append(holder.from_date.is_(None) | (holder.from_date <= ends))
        if "until_date" in holder and begins is not None:
            conditions.append(holder.until_date.is_(None) | (holder.until_date >= begins))
        if but is not None:
            conditions.append(holder.id != but.id)
        return frozenset(self.connection.scalars(sa.select(holder.role).where(*conditions)))

    # -- who acts for holders -----------------------------------------------------------------

    def delegates(self, role: str, person: RecordRef) -> tuple[RecordRef, ...]:
        """Who acts for this holder of the role now: in the time named, else while they are away."""
        return tuple(
            dict.fromkeys(
                found.delegate
                for found in self._delegations(role)
                if found.person == person and self._acts(found)
            )
        )

    def delegated(self, person: RecordRef) -> tuple[Held, ...]:
        """What this person may do now because holders of roles have said so."""
        found: list[Held] = []
        for item in self._delegations(None):
            if item.delegate == person and self._acts(item):
                found += [Held(item.role, record) for record in item.held_for] or [
                    Held(item.role, None)
                ]
        return tuple(dict.fromkeys(found))

    def acting_for(self, person: RecordRef) -> tuple[tuple[str, RecordRef], ...]:
        """The holders for whom this person acts now, each with the role."""
        return tuple(
            dict.fromkeys(
                (item.role, item.person)
                for item in self._delegations(None)
                if item.delegate == person and self._acts(item)
            )
        )

    def _acts(self, found: Delegation) -> bool:
        if found.begins is None and found.ends is None:
            return self.is_away(found.person)
        return not (self._is_ahead(found.begins) or self._is_over(found.ends))

    def _delegations(self, role: str | None) -> tuple[Delegation, ...]:
        """The holders who have named a delegate; all of them without a role."""
        if HOLDER not in self.models or "delegate" not in self.models.tables[HOLDER].c:
            return ()
        if self._delegating is None:
            statement = self.models.statement("delegations", self._delegations_now)
            rows = statement.all(self.connection, {"today": self.today})
            self._delegating = tuple(self._delegation(row) for row in rows)
        return tuple(item for item in self._delegating if role in {None, item.role})

    def _delegation(self, row: Any) -> Delegation:
        held_for = tuple(
            RecordRef(entity, record_id)
            for (_, entity), record_id in zip(self._narrowings(), row[5:], strict=True)
            if record_id is not None
        )
        person, delegate = RecordRef(PERSON, row[1]), RecordRef(PERSON, row[2])
        return Delegation(row[0], person, delegate, row[3], row[4], held_for)

    def _delegations_now(self) -> sa.Select[Any]:
        holder = self.models.tables[HOLDER].c
        times = [
            holder[key] if key in holder else sa.null().label(key)
            for key in ("delegate_from", "delegate_until")
        ]
        columns = [holder[key] for key, _ in self._narrowings()]
        return (
            sa.select(holder.role, holder.person, holder.delegate, *times, *columns)
            # a bound and this order have every database come by the index: most have named nobody
            .where(holder.delegate > 0, *self._in_force())
            .order_by(holder.delegate, holder.id)
        )

    # -- groups and absence -------------------------------------------------------------------

    def members(self, group: RecordRef) -> tuple[RecordRef, ...]:
        """The persons of a group."""
        key = ("members", group, None)
        if key not in self._known:
            if MEMBERSHIP not in self.models:
                return ()
            statement = self.models.statement("members", self._members_of)
            self._known[key] = self._persons(statement, {"group": group.id})
        return self._known[key]

    def groups_of(self, person: RecordRef) -> tuple[RecordRef, ...]:
        """The groups that a person belongs to."""
        if MEMBERSHIP not in self.models:
            return ()
        membership = self.models.tables[MEMBERSHIP].c
        statement = self.models.statement(
            "groups",
            lambda: (
                sa.select(membership["group"])
                .where(membership.person == sa.bindparam("person"))
                .order_by(membership["group"])
            ),
        )
        found = statement.all(self.connection, {"person": person.id})
        return tuple(dict.fromkeys(RecordRef(GROUP, int(group_id)) for (group_id,) in found))

    def is_away(self, person: RecordRef) -> bool:
        """Whether the person is absent now, or has left."""
        if person not in self._absences:
            row = self.row(person)
            if row is None or row.get("active") is False:
                return True
            self._absences[person] = row.get("away_from"), row.get("away_until")
        begins, ends = self._absences[person]
        if begins is None and ends is None:
            return False
        return not (self._is_ahead(begins) or self._is_over(ends))

    @property
    def today(self) -> date:
        return self.now.date()

    # -- in SQL -------------------------------------------------------------------------------

    def _is_ahead(self, begins: Value) -> bool:
        """Whether a day or moment is still to come."""
        if isinstance(begins, datetime):
            return self.now < begins
        return isinstance(begins, date) and self.today < begins

    def _is_over(self, ends: Value) -> bool:
        """Whether a last day or a moment has passed."""
        if isinstance(ends, datetime):
            return self.now >= ends
        return isinstance(ends, date) and self.today > ends

    def _persons(self, statement: Prepared, asked: Mapping[str, object]) -> tuple[RecordRef, ...]:
        """The persons found; their absences are known from then on."""
        found: dict[RecordRef, None] = {}
        for person_id, begins, ends in statement.all(self.connection, asked):
            person = RecordRef(PERSON, person_id)
            found[person] = None
            self._absences[person] = begins, ends
        return tuple(found)

    def _narrowings(self) -> tuple[tuple[str, str], ...]:
        """The references of `holder` that narrow a role: (field, entity)."""
        refs = self.models[HOLDER].refs
        return tuple((key, entity) for key, entity in refs.items() if key not in _NO_NARROWING)

    def _narrowing(self, entity: str) -> tuple[str, ...]:
        return tuple(key for key, target in self._narrowings() if target == entity)

    def _in_force(self) -> list[sa.ColumnElement[bool]]:
        holder = self.models.tables[HOLDER].c
        today = sa.bindparam("today", type_=sa.Date)
        conditions: list[sa.ColumnElement[bool]] = []
        if "from_date" in holder:
            conditions.append(holder.from_date.is_(None) | (holder.from_date <= today))
        if "until_date" in holder:
            conditions.append(holder.until_date.is_(None) | (holder.until_date >= today))
        return conditions

    def _holders_now(self) -> sa.Select[Any]:
        holder = self.models.tables[HOLDER]
        return self._persons_of(holder).where(
            holder.c.role == sa.bindparam("role"), *self._in_force()
        )

    def _holders_of(self, entity: str | None) -> sa.Select[Any]:
        holder = self.models.tables[HOLDER].c
        if entity is None:
            narrowed = [holder[key].is_(None) for key, _ in self._narrowings()]
            return self._holders_now().where(*narrowed)
        record_id: sa.BindParameter[int] = sa.bindparam("record_id")
        return self._holders_now().where(
            sa.or_(*(holder[key] == record_id for key in self._narrowing(entity)))
        )

    def _held_by(self) -> sa.Select[Any]:
        holder = self.models.tables[HOLDER].c
        columns = [holder[key] for key, _ in self._narrowings()]
        return (
            sa.select(holder.role, *columns)
            .where(holder.person == sa.bindparam("person"), *self._in_force())
            .order_by(holder.id)
        )

    def _members_of(self) -> sa.Select[Any]:
        membership = self.models.tables[MEMBERSHIP]
        return self._persons_of(membership).where(membership.c["group"] == sa.bindparam("group"))

    def _persons_of(self, table: sa.Table) -> sa.Select[Any]:
        """The active persons whom a table names, each with the absence noted."""
        person = self.models.tables[PERSON]
        absence = [
            person.c[key] if key in person.c else sa.null().label(key)
            for key in ("away_from", "away_until")
        ]
        statement = (
            sa.select(table.c.person, *absence)
            .join(person, table.c.person == person.c.id)
            .order_by(table.c.person)
        )
        if "active" not in person.c:
            return statement
        return statement.where(person.c.active.is_(None) | person.c.active.is_(True))
