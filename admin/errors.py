"""Refusals and faults as pages, in the same look as all others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.domain import refusals

_LOG = logging.getLogger(__name__)
STATUS: dict[type[refusals.Refusal], HTTPStatus] = {
    refusals.Malformed: HTTPStatus.BAD_REQUEST,
    refusals.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    refusals.NotAllowed: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.WrongState: HTTPStatus.CONFLICT,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.Failed: HTTPStatus.CONFLICT,
    refusals.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    refusals.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_SENTENCES = {
    HTTPStatus.BAD_REQUEST: ("This request cannot be read.", "Go back and try again."),
    HTTPStatus.FORBIDDEN: (
        "You may not see or do this.",
        "Ask an administrator which of your roles should allow it.",
    ),
    HTTPStatus.NOT_FOUND: (
        "There is no such page.",
        "Check the address, or search for what you need.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This page cannot be asked for that way.", "Go back."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "What was sent is larger than is taken.",
        "Send less at once.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "The application has failed; nothing was changed.",
        "Administrators find the reason in the log. Try again in a moment.",
    ),
}


def register(flask: Flask, other_paths: tuple[str, ...]) -> None:
    """Answer errors of our pages, and of addresses that lead nowhere.

    Errors below `other_paths` are left to whoever serves those.
    """

    @flask.errorhandler(refusals.Refusal)
    def refuse(refusal: refusals.Refusal) -> Any:
        status = status_of(refusal)
        return page(status, str(refusal), refusal.hint), status

    @flask.errorhandler(CSRFError)
    def unsure(error: CSRFError) -> Any:
        _LOG.info("%s %s refused: %s", request.method, request.path, error.description)
        sentence = "This page was open for too long, or was not sent by you."
        return page(HTTPStatus.BAD_REQUEST, sentence, "Open the page again and repeat."), 400

    def answer(error: HTTPException) -> Any:
        if request.path.startswith(other_paths):
            return _of_others(error)
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        if error.response is not None:
            return error.response
        sentence, hint = _SENTENCES.get(status, (status.phrase + ".", ""))
        return page(status, sentence, hint), status

    for status in _SENTENCES:
        flask.register_error_handler(status, answer)


def status_of(refusal: refusals.Refusal) -> HTTPStatus:
    return next(STATUS[known] for known in type(refusal).__mro__ if known in STATUS)


def page(
    status: HTTPStatus, sentence: str, hint: str, typed: Iterable[tuple[str, str]] = ()
) -> Any:
    """The page that tells what was wrong and what to do; JSON for scripts that ask for it.

    `typed` is what somebody had typed, with the titles of fields: it is shown, so that it is not lost.
    """
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if best == "application/json":
        return jsonify(status=status.value, detail=sentence, hint=hint)
    return render_template(
        "screens/refused.html",
        status=status,
        sentence=sentence,
        hint=hint,
        is_known=g.get("actor") is not None,
        typed=list(typed),
    )


def _of_others(error: HTTPException) -> Any:
    """What another part of the application says to an error below its own path."""
    handler = current_app.error_handler_spec[None][None].get(HTTPException)
    return handler(error) if handler else error
