"""Accounts as administrators look after them: everybody's, by those whose role lets them administer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from server.domain.actor import Actor
from server.domain.refusals import NotFound, WrongState
from server.domain.somebody import PERSON
from server.domain.values import RecordRef
from server.storage.access import accounts as kept
from server.storage.access.accounts import Account
from server.storage.access.tokens import Token
from server.usecases.access.accounts import (
    ADMINISTER,
    account_called,
    accounts,
    close_account,
    create_account,
    open_account,
)
from server.usecases.access.links import password_link
from server.usecases.access.tokens import revoke_token, tokens
from server.usecases.app import App
from server.usecases.rights import rights_now

LOOK_AFTER = "look after the accounts of others"


@dataclass(frozen=True, slots=True)
class Administered:
    """An account with the tokens that serve in its name."""

    account: Account
    person: RecordRef
    tokens: tuple[Token, ...]


def administered(app: App, actor: Actor) -> tuple[Account, ...]:
    """All accounts, by log-in.

    Raises:
        NotAllowed: no role of the actor's administers.
    """
    _require(app, actor)
    return accounts(app)


def administered_one(app: App, actor: Actor, account_id: int) -> Administered:
    """One account.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account.
    """
    _require(app, actor)
    account = _account(app, account_id)
    person = RecordRef(PERSON, account.person)
    return Administered(account, person, tokens(app, account.login))


def let_in(app: App, actor: Actor, login: str, person: int) -> tuple[int, str]:
    """Make an account for a person: its id, and the key of the link to its first password.

    Until then nobody knows its password.

    Raises:
        NotAllowed: no role of the actor's administers.
        Invalid: the log-in is taken or unfit, or there is no such person.
    """
    _require(app, actor)
    create_account(app, login, person, secrets.token_urlsafe(32))
    return account_called(app, login).id, password_link(app, actor, login)


def another_password(app: App, actor: Actor, account_id: int) -> str:
    """The key of a link by which whoever has it gives an account a new password.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account, or it is closed.
    """
    _require(app, actor)
    return password_link(app, actor, _account(app, account_id).login)


def keep_out(app: App, actor: Actor, account_id: int) -> None:
    """Close an account: it is logged out everywhere, and its tokens serve no more.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account.
        WrongState: it is the actor's own.
    """
    _require(app, actor)
    account = _account(app, account_id)
    if account.login == actor.login:
        raise WrongState(
            "This is your own account.", hint="Another administrator can close it for you."
        )
    close_account(app, account.login)


def let_back_in(app: App, actor: Actor, account_id: int) -> None:
    """Open an account that was closed.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account.
    """
    _require(app, actor)
    open_account(app, _account(app, account_id).login)


def take_token(app: App, actor: Actor, account_id: int, token_id: int) -> None:
    """Let a token of an account serve nobody any more.

    Raises:
        NotAllowed: no role of the actor's administers.
        NotFound: there is no such account, or it has no such token.
    """
    _require(app, actor)
    revoke_token(app, _account(app, account_id).login, token_id)


def _require(app: App, actor: Actor) -> None:
    rights_now(app, actor).require_permission(ADMINISTER, LOOK_AFTER)


def _account(app: App, account_id: int) -> Account:
    with app.database.read() as connection:
        found = kept.by_id(connection, app.models, account_id)
    if found is None:
        raise NotFound(f"There is no account {account_id}.")
    return found
