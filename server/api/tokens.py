"""/api/v1/tokens: a token for a login and its password; give your own token back."""

from __future__ import annotations

from datetime import datetime

from server.api import actors
from server.api.routes import Answer, Call, Route
from server.api.schemas import MOMENT, NAME_LENGTH, TEXT, closed, nullable, shape, text
from server.domain.definitions import Definitions
from server.domain.scope import Scope
from server.domain.values import DATE_TIME, from_json, to_json
from server.usecases import App, access

_LONGEST_PASSWORD = 1000


def routes(_definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "POST",
            "/tokens",
            "create_token",
            "Get a token for a login and its password",
            "Tokens",
            _create,
            {201: shape({"token": TEXT, "expires_at": nullable(MOMENT)})},
            body=closed(
                {
                    "login": text(shortest=1),
                    "password": text(_LONGEST_PASSWORD, shortest=1),
                    "label": text(NAME_LENGTH)
                    | {"description": "What the token is for, to tell it from others"},
                    "expires_at": nullable(MOMENT)
                    | {"description": "When it runs out; never, when nothing is said"},
                    "scope": {
                        "type": "string",
                        "enum": [scope.value for scope in Scope],
                        "default": Scope.WRITE.value,
                        "description": "How far it reaches of what you may do: `read` reads only, "
                        "`write` does daily work too, `administer` does everything",
                    },
                },
                required=("login", "password"),
            ),
            body_needed=True,
            example={"login": "ann", "password": "correct horse battery", "label": "A script"},
            public=True,
            refuses=(401,),
        ),
        Route(
            "DELETE",
            "/tokens/current",
            "revoke_token",
            "Give back the token of this request",
            "Tokens",
            _revoke,
            {204: None},
            scope=Scope.READ,
        ),
    )


def _create(app: App, call: Call) -> Answer:
    body = call.body
    expires = from_json(DATE_TIME, body.get("expires_at"))
    assert expires is None or isinstance(expires, datetime)
    scope = Scope(body.get("scope", Scope.WRITE))
    actor = access.log_in(app, body["login"], body["password"])
    token = access.create_token(app, actor, body.get("label", "API"), expires, scope)
    return Answer({"token": token, "expires_at": to_json(expires)}, status=201)


def _revoke(app: App, call: Call) -> Answer:
    access.revoke(app, call.actor, actors.token())
    return Answer(status=204)
