"""Logging in, and waiting after failures.

Each failure in a row after the fifth makes the next attempt wait longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotAuthenticated
from server.storage.access import accounts as kept
from server.storage.access import attempts
from server.storage.access.accounts import Account
from server.usecases.access import passwords
from server.usecases.access.accounts import actor_of, normal_login, set_password
from server.usecases.app import App

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)
"""How long failures count; after that a log-in begins afresh."""


def require_passwords(app: App) -> None:
    """Go on only where people log in with passwords of ours.

    Raises:
        NotAuthenticated: they do not.
    """
    if not app.entrance.by_password:
        raise NotAuthenticated(
            "Nobody logs in with a password here.",
            hint="Log in by the service of your organisation.",
        )


def log_in(app: App, login: str, password: str) -> Actor:
    """The person whose account this is.

    Raises:
        NotAuthenticated: log-in or password is wrong, the account is closed, too many attempts
            have failed, or nobody logs in with a password here.
    """
    require_passwords(app)
    account = _proved(app, login, password)
    if account is None:
        raise NotAuthenticated("Log-in or password is wrong.")
    if not account.is_active:
        raise NotAuthenticated(
            "This account is closed.", hint="Ask an administrator to open it again."
        )
    _forget(app, account, password)
    return actor_of(account)


def change_password(
    app: App, actor: Actor, present: str, password: str, *, ends_tokens: bool = False
) -> None:
    """Give the actor's own account another password; it is logged out everywhere.

    Its tokens serve on unless this `ends_tokens`.

    Raises:
        Invalid: the present password is another one, or the new one is weak.
        NotAuthenticated: too many attempts have failed, or nobody logs in with a password here.
    """
    require_passwords(app)
    account = _proved(app, actor.login, present)
    if account is None:
        raise Invalid("The password is as it was.", {"present": "This is not your password."})
    set_password(app, actor.login, password, ends_tokens=ends_tokens)


def _proved(app: App, login: str, password: str) -> Account | None:
    """The account whose password this is, and None where there is none; the attempt is counted.

    Raises:
        NotAuthenticated: too many attempts have failed.
    """
    name = normal_login(login)
    now = app.now()
    if name is not None:
        _wait_after_failures(app, name, now)
    account = None
    if name is not None:
        with app.database.read() as connection:
            account = kept.by_login(connection, app.models, name)
    fits = passwords.matches(account.password if account else passwords.nobodys(), password)
    return account if fits else None


def _forget(app: App, account: Account, password: str) -> None:
    """Forget the failures that were before, and keep the password as it is kept by now."""
    with app.database.write() as connection:
        attempts.forget_attempts(connection, account.login)
        if passwords.is_outdated(account.password):
            kept.set_password(connection, account.id, passwords.hashed(password))


def _wait_after_failures(app: App, login: str, now: datetime) -> None:
    """Count an attempt before it is looked at, so that many at once are counted too."""
    with app.database.write() as connection:
        known = attempts.attempts(connection, login)
        if known is not None and known.last_at > now - REMEMBERED:
            until = known.last_at + _wait(known.failures)
            if now < until:
                seconds = -(-(until - now) // timedelta(seconds=1))
                raise NotAuthenticated(
                    f"Too many attempts have failed. Try again in {seconds} seconds."
                )
        attempts.count_attempt(connection, login, now, now - REMEMBERED)


def _wait(failures: int) -> timedelta:
    """How long after the last failure the next attempt waits; doubles from the fifth on."""
    if failures < FREE_FAILURES:
        return timedelta()
    doubled = 1 << min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)
