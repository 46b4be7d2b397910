"""The REST API: JSON to command, value to JSON, refusal to problem details (RFC 9457).

Every surface of the API is a `Route`; OpenAPI is made from the same routes that serve.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, json, request

from server.api import (
    decisions,
    events,
    health,
    journal,
    kpis,
    model,
    notices,
    procedures,
    record_shapes,
    records,
    refusals,
    runs,
    tasks,
    tokens,
    watching,
)
from server.api.openapi import PROBLEM, document
from server.api.representations import SHAPES
from server.api.routes import Route, serve
from server.api.schemas import ANSWER, Schema
from server.domain.definitions import Definitions
from server.usecases import App

PREFIX = "/api/v1"
BODY_LIMIT = 1 << 20
"""Bytes that a request to the API may hold."""
_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""What is answered is no page; a browser that takes it for one finds nothing in it to run."""
_ROOMS = (
    tasks,
    runs,
    procedures,
    decisions,
    model,
    kpis,
    records,
    journal,
    watching,
    notices,
    events,
    tokens,
)


def mount(flask: Flask, app: App, *, body_limit: int = BODY_LIMIT) -> None:
    """Serve the API below `PREFIX`, and whether the server is alive and ready."""
    flask.register_blueprint(api(app, body_limit=body_limit))
    flask.register_blueprint(health.health(app))

    @flask.after_request
    def guard(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Content-Security-Policy"] = _POLICY
        return response


def api(app: App, *, body_limit: int = BODY_LIMIT) -> Blueprint:
    """The API over one set of definitions."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    routes, components = routes_of(app.definitions), components_of(app.definitions)
    description = json.dumps(document(app.definitions, routes, components))
    refusals.register(blueprint, PREFIX)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = body_limit

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        response = Response(description, mimetype="application/json")
        response.set_etag(app.definitions.generation or "0")
        response.make_conditional(request)
        return response

    for route in routes:
        serve(blueprint, app, route, components)
    return blueprint


def routes_of(definitions: Definitions) -> tuple[Route, ...]:
    """Everything that is served for these definitions."""
    return tuple(route for room in _ROOMS for route in room.routes(definitions))


def components_of(definitions: Definitions) -> dict[str, Schema]:
    """The schemas that routes refer to."""
    return {
        "Problem": PROBLEM,
        "Answer": ANSWER,
        **SHAPES,
        **record_shapes.components(definitions),
    }
