"""Tokens, by which programs are known as the person of an account. They are kept as digests."""

from __future__ import annotations

from datetime import datetime

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotAuthenticated, NotFound
from server.domain.scope import Scope
from server.storage.access import accounts
from server.storage.access import tokens as kept
from server.storage.access.tokens import Token
from server.usecases.access import keys
from server.usecases.access.accounts import account_called, actor_of
from server.usecases.app import App

PREFIX = "proc_"
"""How tokens begin, so that one that has leaked is recognised."""
LABEL_LENGTH = 200


def actor_of_token(app: App, token: str) -> Actor:
    """Whose token this is; raises as `bearer` does."""
    return bearer(app, token)[0]


def bearer(app: App, token: str) -> tuple[Actor, Scope]:
    """Whose token this is, and how far it reaches.

    Raises:
        NotAuthenticated: it is unknown, revoked or run out, or its account is closed.
    """
    found = None
    if token.startswith(PREFIX):
        with app.database.read() as connection:
            found = kept.by_token(connection, app.models, keys.digest(token), app.now())
    if found is None or not found[0].is_active:
        raise NotAuthenticated(
            "This token is unknown, has been revoked or has run out.",
            hint="Ask for a new one: POST /api/v1/tokens, or 'procedura token create'.",
        )
    account, scope = found
    return actor_of(account), scope


def create_token(
    app: App,
    actor: Actor,
    label: str,
    expires: datetime | None,
    scope: Scope = Scope.ADMINISTER,
) -> str:
    """A new token of the actor's account, told this once and never again.

    It lets do what the roles held allow, as far as the scope reaches.

    Raises:
        NotFound: the actor has no account.
        Invalid: the label is unfit, or the moment has passed.
    """
    account = account_called(app, actor.login)
    problems = {}
    if not 1 <= len(label.strip()) <= LABEL_LENGTH or not label.isprintable():
        problems["label"] = f"A label has 1 to {LABEL_LENGTH} characters."
    if expires is not None and expires <= app.now():
        problems["expires_at"] = "This moment has passed."
    if problems:
        raise Invalid("The token cannot be made.", problems)
    token = PREFIX + keys.new()
    with app.database.write() as connection:
        kept.add_token(
            connection, account.id, keys.digest(token), label.strip(), app.now(), expires, scope
        )
    return token


def tokens(app: App, login: str) -> tuple[Token, ...]:
    """The tokens of an account, oldest first.

    Raises:
        NotFound: there is no such account.
    """
    account = account_called(app, login)
    with app.database.read() as connection:
        return kept.tokens_of(connection, account.id)


def revoke(app: App, actor: Actor, token: str) -> None:
    """Let a token serve nobody any more.

    Raises:
        NotFound: the actor has no such token.
    """
    with app.database.write() as connection:
        found = kept.token_by_digest(connection, keys.digest(token))
        owner = accounts.by_login(connection, app.models, actor.login)
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
