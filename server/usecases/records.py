"""Use cases about records: find, look at, enter, change and delete them by hand.

Whatever is written passes the checks of the entity, the roles of who asks, and the runs that are
open about the record, in one transaction with what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from server.domain.actor import Actor
from server.domain.entity import KEPT_FIELDS, STATUS, Entity
from server.domain.refusals import Invalid, NotFound, WrongState
from server.domain.role import Operation
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, Value
from server.storage import audit, changes, lookup
from server.usecases import duties, holding, meanwhile, record_views, showing
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.reading import Problems
from server.usecases.refusing import not_allowed
from server.usecases.running import Running
from server.usecases.views import ChangeLine, Page, RecordTitle, RecordView

OVERRIDE = "override"
REASON_LENGTH = 500


# -- reading ----------------------------------------------------------------------------------


def page(
    app: App,
    actor: Actor,
    entity: str,
    *,
    filters: Mapping[str, Any] | None = None,
    search: str | None = None,
    sort: str = "-id",
    after: int | None = None,
    limit: int = 50,
) -> Page[RecordView]:
    """Records of an entity, the newest first (`sort="id"`: the oldest).

    `filters` maps fields to the value they must have, or to a list of values that will do; null is
    a value. `search` is a number, or words that stand in the fields that are searched.

    Raises:
        NotFound: there is no such entity.
        NotAllowed: no role lets this person read its records.
        Invalid: a filter is for no field, or its value is none of the field's.
    """
    definition = _entity(app, entity)
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require(Operation.READ, entity)
        wanted, problems = _filters(running, definition, filters or {})
        if sort not in {"id", "-id"}:
            problems["sort"] = "Records are sorted by 'id' (oldest first) or '-id'."
        if problems:
            raise Invalid("The records asked for cannot be found so.", problems)
        statement = lookup.page(
            app.models,
            entity,
            filters=wanted,
            search=search if search and search.strip() else None,
            after=after,
            limit=limit + 1,
            oldest_first=sort == "id",
            reach=partial(running.rights.reach, Operation.READ, entity),
        )
        found = running.records.select(entity, statement)
        shown = found[:limit]
        return Page(
            record_views.several(running, shown), shown[-1].id if len(found) > limit else None
        )


def view(app: App, actor: Actor, record: RecordRef) -> RecordView:
    """A record with everything that it holds, and the records that refer to it.

    Raises:
        NotFound: there is no such record.
        NotAllowed: no role lets this person read it.
    """
    _entity(app, record.entity)
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_of(connection, Operation.READ, record)
        return record_views.one(running, record)


def look_up(
    app: App, actor: Actor, entity: str, text: str, limit: int = 20
) -> tuple[tuple[RecordRef, str], ...]:
    """Records whose label or number fits what was typed, with what they are called.

    Raises:
        NotFound: there is no such entity.
        NotAllowed: no role lets this person read its records.
    """
    _entity(app, entity)
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require(Operation.READ, entity)
        reach = partial(running.rights.reach, Operation.READ, entity)
        statement = lookup.look_up(app.models, entity, text, limit, reach)
        found = running.records.select(entity, statement)
        titles = showing.record_titles(running, found)
        return tuple((record, str(titles[record])) for record in found)


def titles(app: App, actor: Actor, refs: Iterable[RecordRef]) -> Mapping[RecordRef, RecordTitle]:
    """What records are called, read together; those that the actor cannot read are left out.

    Where something refers to a record its title stands beside, and is kept from nobody; this is
    for those that somebody asks for.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        found = showing.record_titles(running, running.rights.readable(connection, refs))
        return {ref: title for ref, title in found.items() if title.number}


def history(
    app: App, actor: Actor, record: RecordRef, *, after: int | None = None, limit: int = 50
) -> Page[ChangeLine]:
    """What has been changed of a record, the newest first; also of one that has been deleted.

    Raises:
        NotFound: there is no such entity, or nothing is known of such a record.
        NotAllowed: no role lets this person read it.
    """
    _entity(app, record.entity)
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_of(connection, Operation.READ, record)
        hidden = running.rights.hidden(connection, [record])[record]
        found = audit.of_record(connection, record, after=after, limit=limit + 1, but=hidden)
        if not found and after is None and running.records.row(record) is None:
            raise record_views.missing(app, record)
        lines = record_views.change_lines(running, record.entity, found[:limit])
        return Page(lines, lines[-1].id if len(found) > limit else None)


# -- writing ----------------------------------------------------------------------------------


def create(
    app: App, actor: Actor, entity: str, values: Mapping[str, Any], *, key: Key | None = None
) -> RecordView:
    """Enter a record; procedures that a new one starts begin with it.

    Raises:
        NotFound: there is no such entity.
        NotAllowed: no role lets this person enter its records.
        Invalid: values break their rules, or required ones are missing.
    """
    definition = _entity(app, entity)

    def do(running: Running) -> Callable[[], RecordView]:
        running.rights.require(Operation.CREATE, entity)
        given, problems = _read(running, definition, values, {})
        problems |= _refused(definition, given, {})
        new = {item.key: item.default for item in definition.columns} | given
        kept = running.rights.unwritable_anew(running.connection, entity, new)
        problems |= _kept_away(definition, kept, given)
        problems |= _begun_otherwise(running, definition, given)
        problems |= duties.kept(running, entity, given)
        problems |= {
            item.key: f"{item.title} is needed."
            for item in definition.columns
            if item.is_to_be_given and item.key not in problems and given.get(item.key) is None
        }
        _raise(definition, problems)
        record = running.draft.create(entity, given)
        return lambda: record_views.fresh(running, running.stored_as(record), Operation.CREATE)

    return carry_out(app, actor, do, key=key)


def update(
    app: App,
    actor: Actor,
    record: RecordRef,
    values: Mapping[str, Any],
    *,
    expecting: int | None = None,
    key: Key | None = None,
    reason: str | None = None,
) -> RecordView:
    """Change fields of a record; those not named stay as they are.

    `expecting` is the revision that the person saw. A `reason` overrides the runs that hold a
    field, for those who may; it is kept with the change.

    Raises:
        NotFound: there is no such record.
        NotAllowed: no role lets this person change it, or override.
        Conflict: it has another revision; `fields` tells what is different now.
        WrongState: an open run holds a field, or the status may not become that.
        Invalid: values break their rules.
    """
    definition = _entity(app, record.entity)
    said = _reason(reason)

    def do(running: Running) -> Callable[[], RecordView]:
        running.rights.require_of(running.connection, Operation.UPDATE, record)
        held = holding.holds(running, record, to_change=True)
        row = _locked(running, record, expecting)
        given, problems = _read(running, definition, values, row)
        problems |= _refused(definition, given, row)
        kept = running.rights.unwritable(running.connection, record)
        problems |= _kept_away(definition, kept, given)
        problems |= duties.kept(running, record.entity, {**row, **given}, record)
        _raise(definition, problems)
        differing = {name: value for name, value in given.items() if row[name] != value}
        _may_change(running, definition, differing, held, said)
        running.draft.change(record, differing)
        return lambda: record_views.fresh(running, record, Operation.READ)

    return carry_out(app, actor, do, key=key, reason=said)


def delete(
    app: App,
    actor: Actor,
    record: RecordRef,
    *,
    expecting: int | None = None,
    key: Key | None = None,
) -> None:
    """Delete a record that nothing refers to. What it held stays in its history.

    Raises:
        NotFound: there is no such record.
        NotAllowed: no role lets this person delete it.
        Conflict: it has another revision than `expecting`.
        WrongState: other records refer to it, or runs and their history tell of it.
    """
    definition = _entity(app, record.entity)

    def do(running: Running) -> Callable[[], None]:
        running.rights.require_of(running.connection, Operation.DELETE, record)
        _locked(running, record, expecting)
        _unreferred(running, definition, record)
        running.draft.delete(record)
        return lambda: None

    carry_out(app, actor, do, key=key)


# -- what is sent -----------------------------------------------------------------------------


def _read(
    running: Running, entity: Entity, raw: Mapping[str, Any], row: Mapping[str, Value]
) -> tuple[dict[str, Value], Problems]:
    """The values sent, and a sentence for each name or value that will not do.

    `row` is what the record holds: what it refers to already may be sent by whoever changes it.
    """
    types = {item.key: item.type for item in entity.columns}
    values, problems = running.read(types, raw, row.values())
    for name in raw.keys() - types.keys():
        field = entity.fields.get(name)
        if name in KEPT_FIELDS:
            problems[name] = "The application keeps this itself."
        elif field is None:
            problems[name] = f"{entity.title} has no field '{name[:80]}'."
        else:
            problems[name] = f"{field.title} lists records that refer here: change those."
    return values, problems


def _refused(entity: Entity, given: Mapping[str, Value], row: Mapping[str, Value]) -> Problems:
    """Sentences for what nobody sets by hand; sending what is there already is no matter."""
    problems: Problems = {}
    for name, value in given.items():
        field = entity.fields[name]
        if value == row.get(name):
            continue
        if field.decided_by is not None:
            problems[name] = f"{field.title} is decided by rules from other fields."
        elif field.read_only:
            problems[name] = f"{field.title} is set by the application."
        elif value is None and field.required and row:
            problems[name] = f"{field.title} is needed."
    return problems


def _begun_otherwise(running: Running, entity: Entity, given: Mapping[str, Value]) -> Problems:
    """Who may not change records enters them in their first status."""
    status = given.get(STATUS, entity.first_status)
    if status == entity.first_status or running.rights.may(Operation.UPDATE, entity.key):
        return {}
    first = entity.statuses[str(entity.first_status)].title
    return {STATUS: f"Your roles let you enter this as '{first}' only."}


def _kept_away(entity: Entity, kept: frozenset[str], given: Mapping[str, Value]) -> Problems:
    """Sentences for the fields that the roles of the actor keep from being written."""
    return {
        name: f"Your roles do not let you fill in {entity.fields[name].title}."
        for name in given
        if name in kept
    }


def _filters(
    running: Running, entity: Entity, raw: Mapping[str, Any]
) -> tuple[dict[str, list[Value]], Problems]:
    found: dict[str, list[Value]] = {}
    problems: Problems = {}
    unseen = running.rights.never_shown(entity.key)
    columns = {item.key: item.type for item in entity.columns if item.key not in unseen}
    for name, asked in raw.items():
        if name not in columns:
            problems[name] = f"{entity.title} has no field '{name[:80]}' to find it by."
            continue
        found[name] = []
        for one in asked if isinstance(asked, list | tuple) else [asked]:
            known, wrong = running.read({name: columns[name]}, {name: one})
            problems |= wrong
            found[name] += known.values()
    return found, problems


def _reason(reason: str | None) -> str | None:
    said = (reason or "").strip()
    if len(said) > REASON_LENGTH or not lookup.is_text(said):
        raise Invalid(
            "The reason cannot be kept.",
            {"reason": f"A reason has at most {REASON_LENGTH} characters."},
        )
    return said or None


def _raise(entity: Entity, problems: Problems) -> None:
    if problems:
        count = len(problems)
        raise Invalid(
            f"{entity.title}: {count} field{'s' if count > 1 else ''} to put right.", problems
        )


# -- what stands in the way -------------------------------------------------------------------


def _locked(running: Running, record: RecordRef, expecting: int | None) -> Mapping[str, Value]:
    """The record's row, held, if it has the revision that is expected."""
    row = running.records.lock(record)
    if row is None:
        raise record_views.missing(running.app, record)
    if expecting is None or row["revision"] == expecting:
        return row
    changed = changes.fields_since(running.connection, record, expecting)
    hidden = running.rights.hidden(running.connection, [record])[record]
    seen = {key: item for key, item in changed.items() if key in row and key not in hidden}
    what = f"this {record_views.kind_of(running.app, record)}"
    raise meanwhile.conflict(running, what, seen, row)


def _may_change(
    running: Running,
    entity: Entity,
    values: Mapping[str, Value],
    held: Mapping[str, holding.Hold],
    reason: str | None,
) -> None:
    sentences = [
        holding.sentence(entity.fields[name].title, held[name]) for name in values if name in held
    ]
    if not sentences:
        return
    if reason is None:
        raise WrongState(
            " ".join(sentences),
            hint="Do it there; or, with the right to override, give a reason.",
        )
    if not running.rights.permits(OVERRIDE):
        raise not_allowed(
            running.actor,
            f"the permission {OVERRIDE}",
            "Your roles do not let you override what an open run writes.",
            hint=" ".join(sentences),
        )


def _unreferred(running: Running, entity: Entity, record: RecordRef) -> None:
    models, connection = running.app.models, running.connection
    told = [
        f"{count} {other.title.lower()}{'s' if count > 1 else ''} ({field.title.lower()})"
        for other, field, count in lookup.references_to(connection, models, record)
    ]
    if told:
        raise WrongState(
            f"This {entity.title.lower()} is referred to by {', '.join(told)}.",
            hint="Change or delete those first.",
        )
    if lookup.is_part_of_history(connection, record):
        left = "Say that the person is no longer active instead."
        raise WrongState(
            f"Runs or the history of records tell of this {entity.title.lower()}; "
            "it would become unknown there.",
            hint=left if record.entity == PERSON else "Keep it.",
        )


def _entity(app: App, entity: str) -> Entity:
    found = app.definitions.entities.get(entity)
    if found is None:
        raise NotFound(f"There are no records of the kind '{entity[:80]}'.")
    return found
