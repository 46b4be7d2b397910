"""Links that serve once: to a new password, and to the first account of an installation.

A link holds a key of which the digest is kept, so that nobody can make one up and no row gives one
away. A newer link takes the place of an older one to the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotAllowed, NotFound
from server.storage.access import accounts
from server.storage.access import links as kept
from server.storage.access.accounts import Account
from server.storage.database import Database
from server.usecases.access import keys, passwords
from server.usecases.access.accounts import (
    ADMINISTER,
    account_called,
    actor_of,
    create_administrator,
    replace_password,
)
from server.usecases.app import App
from server.usecases.rights import rights_now

LASTS = timedelta(hours=24)


def password_link(app: App, actor: Actor, login: str) -> str:
    """The key of a link by which whoever has it gives an account a new password.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account, or it is closed.
    """
    if not rights_now(app, actor).permits(ADMINISTER):
        raise NotAllowed("Your roles do not let you give others a new password.")
    account = account_called(app, login)
    if not account.is_active:
        raise NotFound(f"The account '{account.login}' is closed.", hint="Open it first.")
    key = keys.new()
    now = app.now()
    with app.database.write() as connection:
        kept.add(connection, account.id, keys.digest(key), now + LASTS)
    return key


def person_of_link(app: App, key: str) -> Actor:
    """For whose password a link is.

    Raises:
        NotFound: it has served, has run out, or there never was one.
    """
    with app.database.read() as connection:
        found = kept.find(connection, keys.digest(key), app.now())
        return actor_of(_account_of(app, connection, found))


def set_password_by_link(app: App, key: str, password: str, *, ends_tokens: bool = False) -> Actor:
    """Give the account a new password; whose it is. It is logged out everywhere.

    Its tokens serve on unless this `ends_tokens`.

    Raises:
        NotFound: the link has served, has run out, or there never was one.
        Invalid: the password is weak. The link still serves.
    """
    problems = passwords.problems_of(password)
    if problems:
        raise Invalid("The password cannot be taken.", problems)
    hashed = passwords.hashed(password)
    now = app.now()
    with app.database.write() as connection:
        taken = kept.take(connection, keys.digest(key), now)
        account = _account_of(app, connection, taken)
        replace_password(connection, account, hashed, now, ends_tokens=ends_tokens)
    return actor_of(account)


def set_up_link(database: Database, now: datetime) -> str | None:
    """The key of a link by which the first administrator is entered; None when somebody can log in."""
    with database.write() as connection:
        if kept.is_set_up(connection):
            return None
        key = keys.new()
        kept.add(connection, None, keys.digest(key), now + LASTS)
    return key


def require_set_up_link(app: App, key: str) -> None:
    """Go on only if this link leads to the first account.

    Raises:
        NotFound: it does not, or there is an account by now.
    """
    with app.database.read() as connection:
        found = kept.find(connection, keys.digest(key), app.now())
        if found is None or found.account is not None or kept.has_accounts(connection):
            raise _no_link()


def set_up(app: App, key: str, login: str, name: str, password: str) -> Actor:
    """Enter the first administrator; who it is. The link serves no more.

    Raises:
        NotFound: the link leads nowhere, or there is an account by now.
        Invalid: a value is unfit. The link still serves.
    """
    if not name.strip():
        raise Invalid("The account cannot be made.", {"name": "Say who you are."})

    def take(connection: sa.Connection) -> None:
        taken = kept.take(connection, keys.digest(key), app.now())
        if taken is None or taken.account is not None or kept.has_accounts(connection):
            raise _no_link()

    create_administrator(app, login, name.strip(), password, before=take)
    return actor_of(account_called(app, login))


def _account_of(app: App, connection: sa.Connection, link: kept.Link | None) -> Account:
    account = None
    if link is not None and link.account is not None:
        account = accounts.by_id(connection, app.models, link.account)
    if account is None or not account.is_active:
        raise _no_link()
    return account


def _no_link() -> NotFound:
    return NotFound(
        "This link has served, has run out, or is none.", hint="Ask an administrator for another."
    )
