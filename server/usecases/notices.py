"""Use cases about notices: what the application tells a person, until it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.domain.actor import Actor
from server.domain.refusals import NotAllowed, NotFound
from server.storage import notices
from server.usecases import showing
from server.usecases.app import App
from server.usecases.running import Running
from server.usecases.views import Page, RecordTitle


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as it is read; `read_at` None while it is new."""

    id: int
    notification: str
    subject: str
    text: str
    about: RecordTitle
    run_id: int | None
    at: datetime
    read_at: datetime | None


def page(
    app: App,
    actor: Actor,
    *,
    unread: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> Page[NoticeView]:
    """A person's notices, newest first."""
    with app.database.read() as connection:
        found = notices.page(
            connection, _person(actor), unread=unread, before=after, limit=limit + 1
        )
        titles = showing.record_titles(
            Running(app, connection, actor), [item.about for item in found[:limit]]
        )
    views = tuple(
        NoticeView(
            item.id,
            item.notification,
            item.subject,
            item.text,
            titles[item.about],
            item.run_id,
            item.at,
            item.read_at,
        )
        for item in found[:limit]
    )
    return Page(views, views[-1].id if len(found) > limit else None)


def unread(app: App, actor: Actor) -> int:
    """How many notices a person has not read."""
    with app.database.read() as connection:
        return notices.unread(connection, _person(actor))


def mark_read(app: App, actor: Actor, notice: int) -> None:
    """Note that a person has read a notice; reading it again changes nothing.

    Raises:
        NotFound: it is not one of this person's.
    """
    with app.database.write() as connection:
        if not notices.mark_read(connection, _person(actor), notice, app.now()):
            raise NotFound(f"There is no notice {notice} for you.")


def _person(actor: Actor) -> int:
    if actor.id is None:
        raise NotAllowed("The application itself is told nothing.")
    return actor.id
