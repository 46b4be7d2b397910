"""Who asks: the person whose token the request bears."""

from __future__ import annotations

from flask import request

from server.domain.actor import Actor
from server.domain.refusals import NotAuthenticated
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


def current(app: App) -> Actor:
    """The person who asks.

    Raises:
        NotAuthenticated: there is no token, or it is unknown, revoked or has run out.
    """
    return access.actor_of_token(app, token())
