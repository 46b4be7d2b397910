"""One place where a refusal becomes an answer: problem details after RFC 9457.

A refusal says what was wrong (`detail`), what to do (`hint`), and for values which of them
(`problems`, by field). Our own faults say nothing of what is inside; they are logged once.
"""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from server.domain import refusals

_LOG = logging.getLogger(__name__)
_SPACED = re.compile(r"(?<!^)(?=[A-Z])")
_RETRY_SECONDS = 2


class NotJson(refusals.Refusal):
    """The body is sent as something other than JSON. (415)"""


class ConditionNeeded(refusals.Refusal):
    """The command changes something that others may have changed: If-Match must say what was read. (428)"""


class ConditionFailed(refusals.Conflict):
    """What If-Match names is no longer what is there. (412)"""


STATUS: dict[type[refusals.Refusal], HTTPStatus] = {
    refusals.Malformed: HTTPStatus.BAD_REQUEST,
    refusals.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    refusals.NotAllowed: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.WrongState: HTTPStatus.CONFLICT,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.Failed: HTTPStatus.CONFLICT,
    ConditionFailed: HTTPStatus.PRECONDITION_FAILED,
    refusals.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotJson: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    refusals.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConditionNeeded: HTTPStatus.PRECONDITION_REQUIRED,
}

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "Nothing is served at {request.path}.",
    HTTPStatus.METHOD_NOT_ALLOWED: "{request.method} is not served at {request.path}.",
}
_HINTS = {
    HTTPStatus.NOT_FOUND: "The paths of the API are described at /api/v1/openapi.json.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The header Allow names the methods that are served here.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send less at once.",
}


def register(api: Blueprint, prefix: str) -> None:
    """Let every error below `prefix` be answered as a problem, those before routing too."""

    @api.errorhandler(refusals.Refusal)
    def refuse(refusal: refusals.Refusal) -> Response:
        return answer(refusal)

    @api.errorhandler(HTTPException)
    def refuse_below(error: HTTPException) -> Response:
        return of_http(error)

    @api.app_errorhandler(HTTPException)
    def refuse_before_routing(error: HTTPException) -> Response | HTTPException:
        below = request.path == prefix or request.path.startswith(f"{prefix}/")
        return of_http(error) if below else error

    @api.errorhandler(OperationalError)
    @api.errorhandler(PoolTimeout)
    def busy(error: Exception) -> Response:
        _LOG.error("%s %s: the database did not answer: %s", request.method, request.path, error)
        sentence = "The database is busy or away."
        response = problem(
            HTTPStatus.SERVICE_UNAVAILABLE, sentence, hint="Send the same again in a moment."
        )
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
        return response

    @api.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        _LOG.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "The application has failed; nothing was changed.",
            hint="Administrators find the reason in the log.",
        )


def answer(refusal: refusals.Refusal) -> Response:
    """The problem that tells of a refusal."""
    kind = next(known for known in type(refusal).__mro__ if known in STATUS)
    more: dict[str, Any] = {}
    if isinstance(refusal, refusals.Invalid):
        more["problems"] = dict(refusal.problems)
    if isinstance(refusal, refusals.Conflict) and refusal.fields:
        more["fields"] = dict(refusal.fields)
        more["before"] = dict(refusal.before)
    response = problem(STATUS[kind], str(refusal), hint=refusal.hint, type_=_urn(kind), **more)
    if isinstance(refusal, refusals.NotAuthenticated):
        sent = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="Procedura"{sent}'
    return response


def of_http(error: HTTPException) -> Response:
    """The problem that tells of what Flask or Werkzeug refuse."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    sentence = _SENTENCES.get(status, "").format(request=request) or error.description or ""
    if isinstance(error, RequestEntityTooLarge):
        sentence = (
            f"A request may hold {request.max_content_length or 0:,} bytes; this one holds more."
        )
    response = problem(status, sentence, hint=_HINTS.get(status, ""))
    for name, value in error.get_headers(request.environ):
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def problem(
    status: HTTPStatus, sentence: str, *, hint: str = "", type_: str = "about:blank", **more: Any
) -> Response:
    """Problem details; what is empty is left out."""
    details = {
        "type": type_,
        "title": status.phrase,
        "status": status.value,
        "detail": sentence,
        "hint": hint,
    } | more
    text = json.dumps({key: value for key, value in details.items() if value != ""})
    return Response(text, status.value, mimetype="application/problem+json")


def _urn(kind: type[refusals.Refusal]) -> str:
    return f"urn:procedura:refusal:{_SPACED.sub('-', kind.__name__).lower()}"
