"""Sessions, by which browsers are known as the person of an account.

A browser carries a key, of which the digest is kept: who can read the rows cannot take anybody's
place. A session ends when it is ended, when nobody has used it for a while, and at the latest a
day after it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from server.domain.actor import Actor
from server.domain.refusals import NotFound
from server.storage.access import sessions as kept
from server.storage.access.sessions import Session
from server.usecases.access import keys
from server.usecases.access.accounts import account_called, actor_of
from server.usecases.app import App

IDLE = timedelta(hours=10)
"""A session that nobody has used for so long is over."""
LONGEST = timedelta(hours=24)
"""So long after it began a session is over, however it was used."""
NOTED_EACH = timedelta(minutes=1)
"""That it is used is written at most so often: reading a page is no write."""
REMEMBERED = timedelta(days=90)
AGENT_LENGTH, ADDRESS_LENGTH = 80, 60


@dataclass(frozen=True, slots=True)
class Resumed:
    """Whose session it is that goes on, and which."""

    actor: Actor
    session: Session


def begin_session(app: App, actor: Actor, agent: str, address: str, before: str = "") -> str:
    """A new session of who has proved to be the actor; its key, told this once.

    `before` is the key that the browser had until now: that session is over.

    Raises:
        NotFound: the actor has no account.
    """
    account = account_called(app, actor.login)
    key = keys.new()
    now = app.now()
    with app.database.write() as connection:
        kept.forget(connection, now - REMEMBERED)
        if before:
            kept.end_by_digest(connection, keys.digest(before), now)
        kept.begin(
            connection,
            account.id,
            keys.digest(key),
            now,
            agent[:AGENT_LENGTH],
            address[:ADDRESS_LENGTH],
        )
    return key


def resume_session(app: App, key: str) -> Resumed | None:
    """Whose session this key is of; None when it is of none, or the session is over."""
    now = app.now()
    with app.database.read() as connection:
        found = kept.by_digest(
            connection,
            app.models,
            keys.digest(key),
            begun_after=now - LONGEST,
            used_after=now - IDLE,
        )
    if found is None or not found[0].is_active:
        return None
    account, session = found
    if now - session.used_at >= NOTED_EACH:
        with app.database.write() as connection:
            kept.note_use(connection, session.id, now)
    return Resumed(actor_of(account), session)


def sessions(app: App, actor: Actor) -> tuple[Session, ...]:
    """Where the actor is logged in now, the place used last first.

    Raises:
        NotFound: the actor has no account.
    """
    account = account_called(app, actor.login)
    now = app.now()
    with app.database.read() as connection:
        return kept.of_account(
            connection, account.id, begun_after=now - LONGEST, used_after=now - IDLE
        )


def end_session(app: App, actor: Actor, session_id: int) -> None:
    """Log the actor out somewhere.

    Raises:
        NotFound: it is no session of the actor's, or it is over.
    """
    account = account_called(app, actor.login)
    with app.database.write() as connection:
        if not kept.end(connection, account.id, session_id, app.now()):
            raise NotFound("You are not logged in there any more.")
