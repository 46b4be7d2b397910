"""Use cases about saved views of lists: keep, share, rename and delete them, and open with one.

A view says what a list is asked for, never what is found: whoever opens it is shown what their own
roles let them see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotAllowed, NotFound
from server.domain.role import Operation
from server.domain.saved_view import MY_WORK, Asked, SavedView, Sharing, as_json
from server.domain.somebody import GROUP, PERSON
from server.domain.values import RecordRef
from server.storage import saved_views as kept
from server.usecases import showing
from server.usecases.app import App
from server.usecases.refusing import not_allowed
from server.usecases.running import Running
from server.usecases.views import RecordTitle

SHARE = "share"
"""The permission to make views for everybody."""
NAME_LENGTH = 80
ASKED_LENGTH = 8_000
MOST = 100
"""So many views of one list somebody keeps at most."""


@dataclass(frozen=True, slots=True)
class ViewOffered:
    """A view as it stands above a list. `of` is whose it is, where it is somebody else's."""

    view: SavedView
    is_default: bool
    may_change: bool
    of: str = ""


@dataclass(frozen=True, slots=True)
class ViewsOffered:
    """All views of a list for somebody, and with whom new ones may be shared."""

    views: tuple[ViewOffered, ...]
    groups: tuple[RecordTitle, ...]
    may_share: bool

    @property
    def default(self) -> ViewOffered | None:
        """The view with which the list opens; none where it is out of reach by now."""
        return next((item for item in self.views if item.is_default), None)

    def one(self, number: int | None) -> ViewOffered | None:
        return next((item for item in self.views if item.view.id == number), None)


def offered(app: App, actor: Actor, of: str) -> ViewsOffered:
    """The views of a list that this person may open.

    Raises:
        NotFound, NotAllowed: there is no such list, or none for this person.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        person = _reader(running, of)
        found = kept.of_list(connection, of, _seen(running))
        opens_with = kept.default_of(connection, person.id, of)
        groups = running.records.groups_of(person)
        named = showing.record_titles(
            running, {*groups, *(_whose(item) for item in found if item.owner != person.id)}
        )
        may_share = running.rights.permits(SHARE)
        return ViewsOffered(
            tuple(
                ViewOffered(
                    item,
                    item.id == opens_with,
                    _may_change(running, item),
                    "" if item.owner == person.id else str(named[_whose(item)]),
                )
                for item in found
            ),
            tuple(named[group] for group in groups),
            may_share,
        )


def save(
    app: App,
    actor: Actor,
    of: str,
    name: str,
    asked: Asked,
    sharing: Sharing = Sharing.OWN,
    group: int | None = None,
) -> int:
    """Keep what a list is asked for under a name; its number.

    Raises:
        NotFound, NotAllowed: no such list for this person; or it may not be shared so.
        Invalid: the name is taken or none, or there are too many.
    """
    with app.database.write() as connection:
        running = Running(app, connection, actor)
        person = _reader(running, of)
        view = SavedView(0, of, name.strip(), person.id, sharing, group, asked)
        _check(running, view)
        if kept.count(connection, person.id, of) >= MOST:
            raise Invalid(
                "The view cannot be kept.",
                {"name": f"You have {MOST} views of this list; delete one first."},
            )
        _may_share(running, view)
        return kept.add(connection, view)


def change(
    app: App,
    actor: Actor,
    number: int,
    *,
    name: str | None = None,
    asked: Asked | None = None,
    sharing: Sharing | None = None,
    group: int | None = None,
) -> SavedView:
    """Give a view another name, other contents or other readers; what is None stays.

    Raises:
        NotFound, NotAllowed: it is not there for this person, or is somebody else's.
        Invalid: the name is taken or none.
    """
    with app.database.write() as connection:
        running = Running(app, connection, actor)
        before = _to_change(running, number)
        after = replace(
            before,
            name=before.name if name is None else name.strip(),
            asked=asked or before.asked,
        )
        if sharing is not None:
            after = replace(after, sharing=sharing, group=group)
            _may_share(running, after)
        _check(running, after)
        kept.change(connection, after)
        return after


def delete(app: App, actor: Actor, number: int) -> SavedView:
    """Delete a view; lists that opened with it open as they are.

    Raises:
        NotFound, NotAllowed: it is not there for this person, or is somebody else's.
    """
    with app.database.write() as connection:
        view = _to_change(Running(app, connection, actor), number)
        kept.delete(connection, number)
        return view


def open_with(app: App, actor: Actor, of: str, number: int | None) -> None:
    """Let a list open with a view for this person, or (None) as it is.

    Raises:
        NotFound: there is no such view of this list for this person.
    """
    with app.database.write() as connection:
        running = Running(app, connection, actor)
        person = _reader(running, of)
        if number is not None and _one(running, number).list != of:
            raise _missing()
        kept.open_with(connection, person.id, of, number)


def _reader(running: Running, of: str) -> RecordRef:
    """Who reads a list.

    Raises:
        NotFound, NotAllowed: there is no such list, or none for this person.
    """
    person = running.actor.person
    if person is None:
        raise NotAllowed("The application itself reads no lists.")
    if of != MY_WORK:
        if of not in running.app.definitions.entities:
            raise NotFound(f"There are no records called '{of[:80]}'.")
        running.rights.require(Operation.READ, of)
    return person


def _seen(running: Running) -> sa.ColumnElement[bool]:
    person = running.actor.person
    assert person is not None
    groups = running.records.groups_of(person)
    return kept.seen_by(person.id, [group.id for group in groups])


def _one(running: Running, number: int) -> SavedView:
    found = None
    if running.actor.person is not None:
        found = kept.one(running.connection, number, _seen(running))
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound(
        "There is no such view.", hint="Whoever made it may have deleted it, or shares it no more."
    )


def _to_change(running: Running, number: int) -> SavedView:
    view = _one(running, number)
    _reader(running, view.list)
    if not _may_change(running, view):
        raise not_allowed(
            running.actor,
            f"the permission {SHARE}",
            f"'{view.name}' is somebody else's view.",
            hint="Open it and keep it under a name of your own.",
        )
    return view


def _may_change(running: Running, view: SavedView) -> bool:
    """Whoever has made it; and one for all, whoever may make such."""
    is_own = view.owner == running.actor.id
    return is_own or (view.sharing is Sharing.ALL and running.rights.permits(SHARE))


def _may_share(running: Running, view: SavedView) -> None:
    """Go on only if the actor may share a view so.

    Raises:
        NotAllowed: it takes a permission, or to be of the group.
        Invalid: it is to be for a group, and for none.
    """
    if view.sharing is Sharing.ALL:
        running.rights.require_permission(SHARE, "make views for everybody")
    if view.sharing is Sharing.GROUP:
        if view.group is None:
            raise Invalid("The view is shared with nobody.", {"group": "Choose a group."})
        own = running.records.groups_of(RecordRef(PERSON, running.actor.id or 0))
        if RecordRef(GROUP, view.group) not in own:
            raise not_allowed(
                running.actor,
                f"to be of group {view.group}",
                "A view is shared with a group by its members.",
            )
    elif view.group is not None:
        raise Invalid(
            "The view is for no group.", {"group": "Share it with a group, or name none."}
        )


def _check(running: Running, view: SavedView) -> None:
    """Go on only if a view can be kept so.

    Raises:
        Invalid: the name is none, too long or taken; or there is too much in the view.
    """
    problem = ""
    if not view.name:
        problem = "A view needs a name."
    elif len(view.name) > NAME_LENGTH or not view.name.isprintable():
        problem = f"A name has at most {NAME_LENGTH} letters, all on one line."
    elif kept.is_taken(running.connection, view.owner, view.list, view.name, but=view.id):
        problem = "You have a view of this list that is called so."
    elif len(json.dumps(as_json(view.asked))) > ASKED_LENGTH:
        problem = "The search and the filters are too long to be kept."
    if problem:
        raise Invalid("The view cannot be kept.", {"name": problem})


def _whose(view: SavedView) -> RecordRef:
    return RecordRef(PERSON, view.owner)
