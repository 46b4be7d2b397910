"""Who somebody is: accounts, by which persons log in, and their tokens.

Passwords are kept as argon2 hashes, tokens as digests. That a log-in is unknown takes as long to
say as that the password is wrong, and each failure in a row after the fifth makes the next attempt
wait longer.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotAuthenticated, NotFound
from server.domain.somebody import PERSON
from server.domain.values import Kind, RecordRef, Type
from server.storage import access as kept
from server.storage.access import Account, Token
from server.storage.records import Records
from server.usecases.app import App
from server.usecases.commands import carry_out
from server.usecases.reading import read_values
from server.usecases.running import Running

ADMINISTER = "administer"
PREFIX = "proc_"
"""How tokens begin, so that one that has leaked is recognised."""
FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)
"""How long failures count; after that a log-in begins afresh."""
LOGIN_LENGTH, LABEL_LENGTH = 200, 200
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1000

_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each hash takes 64 MiB while it is made."""


# -- who somebody is --------------------------------------------------------------------------


def log_in(app: App, login: str, password: str) -> Actor:
    """The person whose account this is.

    Raises:
        NotAuthenticated: log-in or password is wrong, the account is closed, or too many attempts
            have failed.
    """
    name = _normal(login)
    now = app.now()
    if name is not None:
        _wait_after_failures(app, name, now)
    account = None
    if name is not None:
        with app.database.read() as connection:
            account = kept.by_login(connection, app.models, name)
    fits = _matches(account.password if account else _nobodys_password(), password)
    if account is None or not fits:
        raise NotAuthenticated("Log-in or password is wrong.")
    if not account.is_active:
        raise NotAuthenticated(
            "This account is closed.", hint="Ask an administrator to open it again."
        )
    with app.database.write() as connection:
        kept.forget_attempts(connection, account.login)
        if _HASHER.check_needs_rehash(account.password):
            kept.set_password(connection, account.id, _hashed(password))
    return _actor(account)


def actor_of_account(app: App, login: str) -> Actor | None:
    """Whom an account belongs to; None when there is no such account, or it is closed."""
    name = _normal(login)
    if name is None:
        return None
    with app.database.read() as connection:
        account = kept.by_login(connection, app.models, name)
    return _actor(account) if account is not None and account.is_active else None


def actor_of_token(app: App, token: str) -> Actor:
    """Whose token this is.

    Raises:
        NotAuthenticated: it is unknown, revoked or run out, or its account is closed.
    """
    account = None
    if token.startswith(PREFIX):
        with app.database.read() as connection:
            account = kept.by_token(connection, app.models, _digest(token), app.now())
    if account is None or not account.is_active:
        raise NotAuthenticated(
            "This token is unknown, has been revoked or has run out.",
            hint="Ask for a new one: POST /api/v1/tokens, or 'procedura token create'.",
        )
    return _actor(account)


# -- accounts ---------------------------------------------------------------------------------


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
    problems = _password_problems(password)
    names = {login: _normal(login) for login in persons}
    if not all(names.values()):
        problems["login"] = f"A log-in has 1 to {LOGIN_LENGTH} characters."
    hashed = "" if problems else _hashed(password)
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


def create_administrator(app: App, login: str, name: str, password: str) -> None:
    """Enter a person who may administer, and let it log in: the first one of an installation.

    Raises:
        Invalid: the log-in is taken or unfit, or the password is weak.
    """
    roles = [key for key, role in app.definitions.roles.items() if ADMINISTER in role.permissions]
    problems = _password_problems(password)
    normal = _normal(login)
    if normal is None:
        problems["login"] = f"A log-in has 1 to {LOGIN_LENGTH} characters."
    if problems or normal is None:
        raise Invalid("The account cannot be made.", problems)
    hashed = _hashed(password)

    def do(running: Running) -> Callable[[], None]:
        if kept.by_login(running.connection, app.models, normal) is not None:
            raise Invalid("The account cannot be made.", {"login": "Another account has it."})
        person = running.draft.create(PERSON, {"name": name})
        for role in roles:
            running.draft.create("holder", {PERSON: person, "role": role})
        return lambda: kept.add_account(
            running.connection, normal, running.stored_as(person).id, hashed, running.at
        )

    carry_out(app, APPLICATION, do)


def set_password(app: App, login: str, password: str) -> None:
    """Give an account another password.

    Raises:
        NotFound: there is no such account.
        Invalid: the password is weak.
    """
    problems = _password_problems(password)
    if problems:
        raise Invalid("The password cannot be taken.", problems)
    hashed = _hashed(password)
    account = _account(app, login)
    with app.database.write() as connection:
        kept.set_password(connection, account.id, hashed)
        kept.forget_attempts(connection, account.login)


def close_account(app: App, login: str) -> None:
    """Let nobody in by this account or its tokens any more.

    Raises:
        NotFound: there is no such account.
    """
    account = _account(app, login)
    with app.database.write() as connection:
        kept.set_disabled(connection, account.id, app.now())


def open_account(app: App, login: str) -> None:
    """Open an account that was closed.

    Raises:
        NotFound: there is no such account.
    """
    account = _account(app, login)
    with app.database.write() as connection:
        kept.set_disabled(connection, account.id, None)


def accounts(app: App) -> tuple[Account, ...]:
    """All accounts, by log-in."""
    with app.database.read() as connection:
        return kept.accounts(connection, app.models)


# -- tokens -----------------------------------------------------------------------------------


def create_token(app: App, actor: Actor, label: str, expires: datetime | None) -> str:
    """A new token of the actor's account, told this once and never again.

    Raises:
        NotFound: the actor has no account.
        Invalid: the label is unfit, or the moment has passed.
    """
    account = _account(app, actor.login)
    problems = {}
    if not 1 <= len(label.strip()) <= LABEL_LENGTH or not label.isprintable():
        problems["label"] = f"A label has 1 to {LABEL_LENGTH} characters."
    if expires is not None and expires <= app.now():
        problems["expires_at"] = "This moment has passed."
    if problems:
        raise Invalid("The token cannot be made.", problems)
    token = PREFIX + secrets.token_urlsafe(32)
    with app.database.write() as connection:
        kept.add_token(connection, account.id, _digest(token), label.strip(), app.now(), expires)
    return token


def tokens(app: App, login: str) -> tuple[Token, ...]:
    """The tokens of an account, oldest first.

    Raises:
        NotFound: there is no such account.
    """
    account = _account(app, login)
    with app.database.read() as connection:
        return kept.tokens_of(connection, account.id)


def revoke(app: App, actor: Actor, token: str) -> None:
    """Let a token serve nobody any more.

    Raises:
        NotFound: the actor has no such token.
    """
    with app.database.write() as connection:
        found = kept.token_by_digest(connection, _digest(token))
        owner = kept.by_login(connection, app.models, actor.login)
        if found is None or owner is None or found.account != owner.id:
            raise NotFound("You have no such token.")
        kept.revoke(connection, found.id, app.now())


def revoke_token(app: App, login: str, token_id: int) -> None:
    """As `revoke`, for a token known by its number in the list.

    Raises:
        NotFound: the account has no such token.
    """
    if token_id not in {token.id for token in tokens(app, login)}:
        raise NotFound(f"{login} has no token {token_id}.")
    with app.database.write() as connection:
        kept.revoke(connection, token_id, app.now())


# -- how --------------------------------------------------------------------------------------


def _account(app: App, login: str) -> Account:
    name = _normal(login)
    with app.database.read() as connection:
        account = None if name is None else kept.by_login(connection, app.models, name)
    if account is None:
        raise NotFound(f"There is no account '{login[:80]}'.")
    return account


def _actor(account: Account) -> Actor:
    return Actor(account.name, RecordRef(PERSON, account.person), account.login)


def _normal(login: str) -> str | None:
    """A log-in as it is kept; None for what can be none."""
    name = login.strip().lower()
    return name if 0 < len(name) <= LOGIN_LENGTH and name.isprintable() else None


def _wait_after_failures(app: App, login: str, now: datetime) -> None:
    """Count an attempt before it is looked at, so that many at once are counted too."""
    with app.database.write() as connection:
        known = kept.attempts(connection, login)
        if known is not None and known.last_at > now - REMEMBERED:
            until = known.last_at + _wait(known.failures)
            if now < until:
                seconds = -(-(until - now) // timedelta(seconds=1))
                raise NotAuthenticated(
                    f"Too many attempts have failed. Try again in {seconds} seconds."
                )
        kept.count_attempt(connection, login, now, now - REMEMBERED)


def _wait(failures: int) -> timedelta:
    """How long after the last failure the next attempt waits; doubles from the fifth on."""
    if failures < FREE_FAILURES:
        return timedelta()
    doubled = 1 << min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _password_problems(password: str) -> dict[str, str]:
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return {}
    return {"password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."}


def _hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def _matches(hashed: str, password: str) -> bool:
    with _AT_ONCE:
        try:
            return _HASHER.verify(hashed, _bytes(password[: LONGEST_PASSWORD + 1]))
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")


@cache
def _nobodys_password() -> str:
    """What the password of an unknown log-in is compared with."""
    return _hashed(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    return hashlib.sha256(_bytes(token)).hexdigest()
