"""Who asks: the person whose token the request bears."""

from __future__ import annotations

from flask import request

from server.domain.actor import Actor
from server.domain.refusals import NotAllowed, NotAuthenticated
from server.domain.scope import Scope
from server.usecases import App, access

NOBODY = Actor("Nobody")
"""Who asks for what everybody may see. Handlers of public routes ask nothing on their behalf."""


def token() -> str:
    """The bearer token of the request.

    Raises:
        NotAuthenticated: there is none.
    """
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credentials.strip():
        raise NotAuthenticated(
            "The request does not say who asks.",
            hint="Send a token as Authorization: Bearer …; POST /api/v1/tokens gives one.",
        )
    return credentials.strip()


def current(app: App, needed: Scope) -> Actor:
    """The person who asks, by a token that reaches as far as is needed.

    Raises:
        NotAuthenticated: there is no token, or it is unknown, revoked or has run out.
        NotAllowed: the token does not reach so far.
    """
    actor, scope = access.bearer(app, token())
    if not scope.covers(needed):
        raise NotAllowed(
            f"This token has the scope '{scope}'; this takes '{needed}'.",
            hint="Make a token of that scope, or ask for less.",
        )
    return actor
