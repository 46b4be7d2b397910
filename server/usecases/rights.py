"""What somebody's roles let them do by hand, to which records and fields: the one policy.

Screens, API and use cases ask here, whatever the door. What several roles give adds up: a record
may be read if one of them says so, and a field of it is seen if one that lets the record be read
does not hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.refusals import NotAllowed
from server.domain.role import JOURNALS, Grant, Operation, Own, Which
from server.domain.somebody import Somebody
from server.domain.values import RecordRef, Value
from server.storage import own
from server.storage.people import People
from server.storage.records import Records
from server.usecases.app import App
from server.usecases.refusing import not_allowed, out_of_reach

_DOING = {
    Operation.READ: "read",
    Operation.CREATE: "create",
    Operation.UPDATE: "change",
    Operation.DELETE: "delete",
}


def rights_of(app: App, actor: Actor, people: People) -> Rights:
    """The rights of an actor, by the roles held and the groups belonged to now."""
    if actor.person is None:
        return Rights(app, actor, None)
    groups = people.groups_of(actor.person)
    return Rights(app, actor, Somebody(actor.person, groups, people.holdings(actor.person)))


def rights_now(app: App, actor: Actor) -> Rights:
    """As `rights_of`, for whoever has no transaction open."""
    with app.database.read() as connection:
        people = Records(connection, app.models, app.definitions.entities, app.now())
        return rights_of(app, actor, people)


@dataclass(frozen=True, slots=True)
class Rights:
    """What `somebody` may do; None is the application itself, which may do everything."""

    app: App
    actor: Actor
    somebody: Somebody | None

    @property
    def roles(self) -> frozenset[str]:
        """The keys of the roles held; all of them for the application."""
        known = frozenset(self.app.definitions.roles)
        return known if self.somebody is None else known & self.somebody.roles

    def permits(self, permission: str) -> bool:
        """Whether a role held carries a right that belongs to no entity, such as `override`."""
        known = self.app.definitions.roles
        return self.somebody is None or any(
            permission in known[key].permissions for key in self.roles
        )

    def require_permission(self, permission: str, what: str) -> None:
        """Go on only if a role held carries the right; `what` is what it lets people do.

        Raises:
            NotAllowed: none does.
        """
        if not self.permits(permission):
            raise not_allowed(
                self.actor,
                f"the permission {permission}",
                f"Your roles do not let you {what}.",
                hint=f"It takes a role with the permission '{permission}'.",
            )

    # -- operations -----------------------------------------------------------------------------

    def may(self, operation: Operation, entity: str) -> bool:
        """Whether that may be done to records of the entity, to some at least."""
        return self.somebody is None or any(self._grants(operation, entity))

    def require(self, operation: Operation, entity: str) -> None:
        """Go on only if the actor may do that to some records of the entity.

        Raises:
            NotAllowed: no role held allows it.
        """
        if not self.may(operation, entity):
            raise self._refusal(operation, entity)

    # -- rows -----------------------------------------------------------------------------------

    def reach(
        self, operation: Operation, entity: str, finding: Iterable[str] = ()
    ) -> sa.ColumnElement[bool] | None:
        """Holds of the records to which that may be done; None where it may be to all.

        `finding` are fields by which records are found or sorted: only those records are reached
        of which these fields may be seen, or what is hidden could be learnt by asking.
        """
        if self.somebody is None:
            return None
        asked = frozenset(finding)
        ways: list[sa.ColumnElement[bool]] = []
        for role, grant in self._grants(operation, entity):
            if grant.hidden & asked:
                continue
            way = self._way(entity, role, grant)
            if way is None:
                return None
            ways.append(way)
        return sa.or_(sa.false(), *ways)

    def sights(
        self, entity: str, parts: Mapping[str, frozenset[str]]
    ) -> Iterator[tuple[str, sa.ColumnElement[bool] | None]]:
        """Which parts of a record's texts may be read, with what holds of those records.

        `parts` are letters, each with the fields of which its text is made: it may be read where all
        of them are seen. Of a record more than one of these may hold.
        """
        seen = {key: self._seen_where(entity, fields) for key, fields in parts.items()}
        some = [key for key, way in seen.items() if way is not None]
        for count in range(len(some) + 1):
            for chosen in combinations(some, count):
                ways = [way for key in chosen if (way := seen[key]) is not None]
                letters = "".join(key for key in parts if key not in some or key in chosen)
                if letters:
                    yield letters, sa.and_(*ways) if ways else self.reach(Operation.READ, entity)

    def reaches(self, connection: sa.Connection, operation: Operation, record: RecordRef) -> bool:
        """Whether that may be done to this record."""
        reach = self.reach(operation, record.entity)
        return reach is None or record in self._matching(connection, [record], reach)

    def readable(
        self, connection: sa.Connection, records: Iterable[RecordRef]
    ) -> frozenset[RecordRef]:
        """Those of the records that may be read."""
        found: set[RecordRef] = set()
        wanted = frozenset(records)
        for entity in {record.entity for record in wanted}:
            of_entity = [record for record in wanted if record.entity == entity]
            reach = self.reach(Operation.READ, entity)
            found |= (
                {*of_entity} if reach is None else self._matching(connection, of_entity, reach)
            )
        return frozenset(found)

    def require_of(
        self, connection: sa.Connection, operation: Operation, record: RecordRef
    ) -> None:
        """Go on only if the actor may do that to this record.

        Raises:
            NotFound: such records may be read, and not this one: it is as if it were not there.
            NotAllowed: no role held allows it.
        """
        self.require(operation, record.entity)
        if self.reaches(connection, operation, record):
            return
        if self.reaches(connection, Operation.READ, record):
            raise self._refusal(operation, record.entity, record)
        entity = self.app.definitions.entities[record.entity]
        sentence = f"There is no {entity.title.lower()} {entity.numbered(record.id)}."
        raise out_of_reach(self.actor, f"the right to {operation} {record}", sentence)

    # -- fields ---------------------------------------------------------------------------------

    def never_shown(self, entity: str) -> frozenset[str]:
        """The fields that are hidden, whatever record of the entity is read."""
        if self.somebody is None:
            return frozenset()
        return _in_all(grant.hidden for _, grant in self._grants(Operation.READ, entity))

    def reads_all(self, entity: str, field: str) -> bool:
        """Whether this field may be read of every record of the entity."""
        return self.may(Operation.READ, entity) and (
            self.reach(Operation.READ, entity, [field]) is None
        )

    def never_filled_in(self, entity: str) -> frozenset[str]:
        """The fields that may not be filled in, whatever record of the entity is entered."""
        if self.somebody is None:
            return frozenset()
        grants = (grant for _, grant in self._grants(Operation.CREATE, entity))
        return _in_all(map(_not_written, grants))

    def hidden(
        self,
        connection: sa.Connection,
        records: Iterable[RecordRef],
        operation: Operation = Operation.READ,
    ) -> Mapping[RecordRef, frozenset[str]]:
        """The fields of each of these records that are hidden, of one that is out of reach all.

        `operation` is the one by which somebody has to do with the records: who has just entered
        one sees it, and may have no right to read others.
        """
        return self._kept(connection, operation, records, lambda grant: grant.hidden)

    def on(self, connection: sa.Connection, record: RecordRef) -> frozenset[Operation]:
        """What may be done to this record."""
        return frozenset(
            operation
            for operation in (Operation.READ, Operation.UPDATE, Operation.DELETE)
            if self.may(operation, record.entity) and self.reaches(connection, operation, record)
        )

    def unwritable(self, connection: sa.Connection, record: RecordRef) -> frozenset[str]:
        """The fields of a record that may not be changed."""
        kept = self._kept(connection, Operation.UPDATE, [record], _not_written)
        return kept[record]

    def read_only(self, connection: sa.Connection, record: RecordRef) -> frozenset[str]:
        """What of a readable record is at most read, whatever else may be done to it."""
        return self._kept(connection, Operation.READ, [record], _not_written)[record]

    def unwritable_anew(
        self, connection: sa.Connection, entity: str, values: Mapping[str, Value]
    ) -> frozenset[str]:
        """The fields that may not be filled in of a new record with these values.

        Raises:
            NotAllowed: no role held allows to enter records, or such a one.
        """
        self.require(Operation.CREATE, entity)
        if self.somebody is None:
            return frozenset()
        fitting = [
            grant
            for role, grant in self._grants(Operation.CREATE, entity)
            if not grant.rows
            or any(self._fits(connection, role, item, values) for item in grant.rows)
        ]
        if not fitting:
            title = self.app.definitions.entities[entity].title.lower()
            raise not_allowed(
                self.actor,
                f"the right to create such a {entity}",
                f"Your roles do not let you create this {title}: it would not be one of yours.",
                hint="You may create those that concern you or your groups.",
            )
        return _in_all(map(_not_written, fitting))

    # -- how ------------------------------------------------------------------------------------

    def _grants(self, operation: Operation, entity: str) -> Iterator[tuple[str, Grant]]:
        """What the roles held say of the entity, with the role, as far as that may be done."""
        for key in sorted(self.roles):
            grant = self.app.definitions.roles[key].grant(entity)
            if grant is not None and operation in grant.operations:
                yield key, grant

    def _seen_where(self, entity: str, fields: frozenset[str]) -> sa.ColumnElement[bool] | None:
        """Holds of the records of which all these fields are seen; None if of all that are read."""
        hidden = [grant.hidden for _, grant in self._grants(Operation.READ, entity)]
        kept = (field for field in sorted(fields) if any(field in of_grant for of_grant in hidden))
        ways = [self.reach(Operation.READ, entity, [field]) for field in kept]
        some = [way for way in ways if way is not None]
        return sa.and_(*some) if some and self.somebody is not None else None

    def _way(self, entity: str, role: str, grant: Grant) -> sa.ColumnElement[bool] | None:
        if not grant.rows or self.somebody is None:
            return None
        return own.condition(self.app.models, entity, role, grant.rows, self.somebody)

    def _kept(
        self,
        connection: sa.Connection,
        operation: Operation,
        records: Iterable[RecordRef],
        fields: Callable[[Grant], frozenset[str]],
    ) -> Mapping[RecordRef, frozenset[str]]:
        """What all grants that speak of a record keep of it; where none does, all its fields."""
        if self.somebody is None:
            return dict.fromkeys(records, frozenset())
        found: dict[RecordRef, frozenset[str] | None] = dict.fromkeys(records)
        for entity in {record.entity for record in found}:
            for role, grant in self._grants(operation, entity):
                way = self._way(entity, role, grant)
                of_entity = [record for record in found if record.entity == entity]
                if way is not None:
                    of_entity = list(self._matching(connection, of_entity, way))
                for record in of_entity:
                    kept = found[record]
                    found[record] = fields(grant) if kept is None else kept & fields(grant)
        entities = self.app.definitions.entities
        return {
            record: frozenset({*entities[record.entity].fields, *JOURNALS})
            if kept is None
            else kept
            for record, kept in found.items()
        }

    def _matching(
        self, connection: sa.Connection, records: list[RecordRef], way: sa.ColumnElement[bool]
    ) -> frozenset[RecordRef]:
        """Those of the records, all of one entity, of which a condition holds."""
        if not records:
            return frozenset()
        entity = records[0].entity
        table = self.app.models.tables[entity].c
        ids = [record.id for record in records]
        found = connection.scalars(sa.select(table.id).where(table.id.in_(ids), way))
        return frozenset(RecordRef(entity, record_id) for record_id in found)

    def _fits(
        self,
        connection: sa.Connection,
        role: str,
        rows: Which,
        values: Mapping[str, Value],
    ) -> bool:
        """Whether a record that is still to be entered would be one of those."""
        if not isinstance(rows, Own):
            return all(values.get(key) in wanted for key, wanted in rows.values.items())
        ref = values.get(rows.path[0]) if rows.path else None
        if not isinstance(ref, RecordRef) or self.somebody is None:
            return False
        models = self.app.models
        way = own.of_path(models, ref.entity, rows.path[1:], role, self.somebody)
        return ref in self._matching(connection, [ref], way)

    def _refusal(
        self, operation: Operation, entity: str, record: RecordRef | None = None
    ) -> NotAllowed:
        known = self.app.definitions
        titles = [role.title for role in known.roles.values() if role.allows(operation, entity)]
        kind = known.entities[entity]
        what = f"records of the kind {kind.title.lower()}"
        if record is not None:
            what = f"{kind.title.lower()} {kind.numbered(record.id)}"
        return not_allowed(
            self.actor,
            f"the right to {operation} {record or entity}",
            f"Your roles do not let you {_DOING[operation]} {what}.",
            hint=f"Roles that do: {', '.join(titles)}."
            if titles
            else "No role does that by hand.",
        )


def _not_written(grant: Grant) -> frozenset[str]:
    return frozenset(grant.fields)


def _in_all(kept: Iterable[frozenset[str]]) -> frozenset[str]:
    """What is in each of the sets; nothing where there is none."""
    found = list(kept)
    return frozenset.intersection(*found) if found else frozenset()
