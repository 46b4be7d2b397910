"""Logging in by the organisation's own service: OpenID Connect, the code flow with PKCE.

Authlib speaks the protocol: state and nonce stand in the cookie that begins the log-in, and serve
once; signature, issuer, audience and time of what comes back are checked by it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from admin import session as sessions
from admin.screen import app
from server.domain.refusals import NotAuthenticated, NotFound
from server.usecases import access

log = logging.getLogger(__name__)
pages = Blueprint("sign_on", __name__, template_folder="templates")
PATIENCE = 10.0
"""Seconds that the service has to answer."""
LEEWAY = 60
"""Seconds by which its clock may differ from ours."""
_NAME = "procedura_service"
_TARGET = "target"


@dataclass(frozen=True, slots=True)
class Service:
    """The organisation's log-in service: where it is, and as which client we ask it.

    `title` is what people call it; `groups` the claim in which it says who belongs to what.
    """

    issuer: str
    client: str
    secret: str
    title: str
    scopes: str
    groups: str


def serve(flask: Flask, service: Service | None) -> None:
    """Let people log in by the service, if there is one."""
    flask.register_blueprint(pages)
    if service is None:
        return
    remote = OAuth(flask).register(
        "service",
        client_id=service.client,
        client_secret=service.secret,
        server_metadata_url=f"{service.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": service.scopes,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
        },
    )
    flask.extensions[_NAME] = (service, remote)


def title() -> str:
    """What people call the service; empty where there is none."""
    found = current_app.extensions.get(_NAME)
    return found[0].title if found else ""


@pages.get("/log-in/by-service")
def begin() -> Any:
    """On to the service."""
    _, remote = _served()
    session[_TARGET] = sessions.safe(request.args.get("next"))
    try:
        return remote.authorize_redirect(url_for("sign_on.back", _external=True))
    except (RequestException, RuntimeError, ValueError, KeyError) as error:
        return _refused(_away(error))


@pages.get("/log-in/back")
def back() -> Any:
    """Back from the service, with a code that it takes once."""
    target = sessions.safe(session.get(_TARGET))
    try:
        person = access.log_in_by_service(app(), _claims())
    except NotAuthenticated as refusal:
        return _refused(refusal)
    sessions.begin(person)
    session[sessions.BY_SERVICE] = True
    return redirect(target)


@pages.get("/log-out/at-service")
def leave() -> Response:
    """On to the service, to log out there too."""
    service, remote = _served()
    home = url_for("session.log_in", _external=True)
    try:
        address = remote.create_logout_url(home, client_id=service.client)["url"]
    except (RequestException, RuntimeError, ValueError, KeyError) as error:
        log.warning("%s: nobody can be logged out there: %s", service.issuer, error)
        address = home
    return redirect(address)


def _claims() -> access.Claims:
    """What the service says of who comes back.

    Raises:
        NotAuthenticated: it does not answer, or what came back is not what it says of this log-in.
    """
    service, remote = _served()
    options = {
        "iss": {"essential": True, "value": service.issuer},
        "aud": {"essential": True, "value": service.client},
    }
    try:
        if request.args.get("iss", service.issuer) != service.issuer:
            raise ValueError("the answer is another service's")
        token = remote.authorize_access_token(claims_options=options, leeway=LEEWAY)
        proved = token["userinfo"]
        told = dict(proved)
        if "userinfo_endpoint" in remote.server_metadata:
            told |= remote.userinfo(token=token)
        if told["sub"] != proved["sub"]:
            raise ValueError("it tells of somebody else")
        return _read(service, told)
    except RequestException as error:
        raise _away(error) from error
    except (AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError, TypeError) as error:
        log.warning("%s: a log-in is refused: %s", service.issuer, error)
        raise NotAuthenticated(
            "The log-in could not be completed.", hint="Begin again from here."
        ) from error


def _read(service: Service, told: Mapping[str, Any]) -> access.Claims:
    groups = told.get(service.groups) or ()
    named = [groups] if isinstance(groups, str) else groups
    return access.Claims(
        service.issuer,
        str(told["sub"]),
        _text(told.get("name")),
        _text(told.get("email")) if told.get("email_verified") is True else "",
        _text(told.get("preferred_username")),
        frozenset(map(str, named)),
    )


def _text(claim: Any) -> str:
    return claim.strip() if isinstance(claim, str) and claim.isprintable() else ""


def _served() -> tuple[Service, Any]:
    """The service, and how it is asked.

    Raises:
        NotFound: there is none.
    """
    found: tuple[Service, Any] | None = current_app.extensions.get(_NAME)
    if found is None:
        raise NotFound("There is no log-in service here.")
    return found


def _away(error: Exception) -> NotAuthenticated:
    log.warning("The log-in service does not answer: %s", error)
    return NotAuthenticated("The log-in service does not answer.", hint="Try again in a moment.")


def _refused(refusal: NotAuthenticated) -> Any:
    return sessions.page("/", f"{refusal} {refusal.hint}".strip()), 401
