"""Accounts, by which persons are let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotFound
from server.domain.somebody import PERSON
from server.domain.values import Kind, RecordRef, Type
from server.storage.access import accounts as kept
from server.storage.access import attempts, sessions, tokens
from server.storage.access.accounts import Account
from server.storage.records import Records
from server.usecases.access import passwords
from server.usecases.app import App
from server.usecases.commands import carry_out
from server.usecases.reading import read_values
from server.usecases.running import Running

ADMINISTER = "administer"
LOGIN_LENGTH = 200


def person_called(app: App, text: str) -> RecordRef:
    """The person of this name or number.

    Raises:
        NotFound: there is none, or there are several of that name.
    """
    entities = app.definitions.entities
    with app.database.read() as connection:
        records = Records(connection, app.models, entities, app.now())
        found, problems = read_values(
            records, entities, {PERSON: Type(Kind.REF, entity=PERSON)}, {PERSON: text}
        )
    person = found.get(PERSON)
    if not isinstance(person, RecordRef):
        raise NotFound(problems.get(PERSON, "Name the person."))
    return person


def create_account(app: App, login: str, person: int, password: str) -> None:
    """Let a person log in.

    Raises:
        Invalid: the log-in is taken or unfit, there is no such person, or the password is weak.
    """
    create_accounts(app, {login: person}, password)


def create_accounts(app: App, persons: Mapping[str, int], password: str) -> None:
    """As `create_account`, for several persons by log-in who begin with one password.

    It is hashed once: whoever reads the rows sees that it is the same.
    """
    problems = passwords.problems_of(password)
    names = {login: normal_login(login) for login in persons}
    if not all(names.values()):
        problems["login"] = f"A log-in has 1 to {LOGIN_LENGTH} characters."
    hashed = "" if problems else passwords.hashed(password)
    with app.database.write() as connection:
        records = Records(connection, app.models, app.definitions.entities, app.now())
        for login, person in persons.items():
            name = names[login]
            if records.row(RecordRef(PERSON, person)) is None:
                problems["person"] = f"There is no person {person}."
            if name and kept.by_login(connection, app.models, name) is not None:
                problems["login"] = "Another account has this log-in."
            if problems or name is None:
                raise Invalid("The account cannot be made.", problems)
            kept.add_account(connection, name, person, hashed, app.now())


def _anyway(_connection: sa.Connection) -> None:
    """Nothing has to be so before an account is made."""


def create_administrator(
    app: App,
    login: str,
    name: str,
    password: str,
    before: Callable[[sa.Connection], None] = _anyway,
) -> None:
    """Enter a person who may administer, and let it log in: the first one of an installation.

    `before` is called in the same transaction, and may refuse.

    Raises:
        Invalid: the log-in is taken or unfit, or the password is weak.
    """
    roles = [key for key, role in app.definitions.roles.items() if ADMINISTER in role.permissions]
    problems = passwords.problems_of(password)
    normal = normal_login(login)
    if normal is None:
        problems["login"] = f"A log-in has 1 to {LOGIN_LENGTH} characters."
    if problems or normal is None:
        raise Invalid("The account cannot be made.", problems)
    hashed = passwords.hashed(password)

    def do(running: Running) -> Callable[[], None]:
        before(running.connection)
        if kept.by_login(running.connection, app.models, normal) is not None:
            raise Invalid("The account cannot be made.", {"login": "Another account has it."})
        person = running.draft.create(PERSON, {"name": name})
        for role in roles:
            running.draft.create("holder", {PERSON: person, "role": role})
        return lambda: kept.add_account(
            running.connection, normal, running.stored_as(person).id, hashed, running.at
        )

    carry_out(app, APPLICATION, do)


def set_password(app: App, login: str, password: str, *, ends_tokens: bool = False) -> None:
    """Give an account another password; wherever it is logged in, it no longer is.

    Its tokens serve on unless this `ends_tokens`.

    Raises:
        NotFound: there is no such account.
        Invalid: the password is weak.
    """
    problems = passwords.problems_of(password)
    if problems:
        raise Invalid("The password cannot be taken.", problems)
    hashed = passwords.hashed(password)
    account = account_called(app, login)
    with app.database.write() as connection:
        replace_password(connection, account, hashed, app.now(), ends_tokens=ends_tokens)


def replace_password(
    connection: sa.Connection, account: Account, hashed: str, now: datetime, *, ends_tokens: bool
) -> None:
    """Keep another password; the account is logged out everywhere."""
    kept.set_password(connection, account.id, hashed)
    sessions.end_all(connection, account.id, now)
    attempts.forget_attempts(connection, account.login)
    if ends_tokens:
        tokens.revoke_all(connection, account.id, now)


def close_account(app: App, login: str) -> None:
    """Let nobody in by this account or its tokens any more.

    Raises:
        NotFound: there is no such account.
    """
    account = account_called(app, login)
    with app.database.write() as connection:
        kept.set_disabled(connection, account.id, app.now())
        sessions.end_all(connection, account.id, app.now())


def open_account(app: App, login: str) -> None:
    """Open an account that was closed.

    Raises:
        NotFound: there is no such account.
    """
    account = account_called(app, login)
    with app.database.write() as connection:
        kept.set_disabled(connection, account.id, None)


def accounts(app: App) -> tuple[Account, ...]:
    """All accounts, by log-in."""
    with app.database.read() as connection:
        return kept.accounts(connection, app.models)


def actor_of_account(app: App, login: str) -> Actor | None:
    """Whom an account belongs to; None when there is no such account, or it is closed."""
    name = normal_login(login)
    if name is None:
        return None
    with app.database.read() as connection:
        account = kept.by_login(connection, app.models, name)
    return actor_of(account) if account is not None and account.is_active else None


def account_called(app: App, login: str) -> Account:
    """The account of this log-in.

    Raises:
        NotFound: there is none.
    """
    name = normal_login(login)
    with app.database.read() as connection:
        account = None if name is None else kept.by_login(connection, app.models, name)
    if account is None:
        raise NotFound(f"There is no account '{login[:80]}'.")
    return account


def actor_of(account: Account) -> Actor:
    """The person who is known by this account."""
    return Actor(account.name, RecordRef(PERSON, account.person), account.login)


def normal_login(login: str) -> str | None:
    """A log-in as it is kept; None for what can be none."""
    name = login.strip().lower()
    return name if 0 < len(name) <= LOGIN_LENGTH and name.isprintable() else None
