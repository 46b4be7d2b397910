"""The OpenAPI 3.1 document of everything that is served, made from routes and definitions.

The schemas in it are the ones that requests are held against, so it cannot say anything else than
what happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from server.api.refusals import STATUS
from server.api.routes import IfMatch, Route
from server.api.schemas import ID, Schema, component, mapping, shape
from server.domain.definitions import Definitions
from server.domain.scope import Scope

_TAGS = {
    "Tasks": "What waits for a person: your queues, and the work itself",
    "Runs": "Walks through procedures, with their history and reasons",
    "Procedures": "Who does what in which order; begin runs here",
    "Decisions": "Tables of rules; try them on facts",
    "Definitions": "Processes, roles, entities and forms as they are served",
    "KPIs": "How well processes work: figures period by period",
    "Records": "What is kept of everything, entity by entity",
    "Notices": "What the application tells you",
    "Events": "What monitoring tools deliver",
    "Tokens": "How programs say who asks",
    "Description": "This document",
}
_REACH = (
    "`read` to what is asked by GET",
    "`write` to a person's daily work",
    "`administer` to everything",
)
PROBLEM: Schema = shape(
    {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong"},
        "hint": {"type": "string", "description": "What to do"},
        "problems": mapping({"type": "string"})
        | {"description": "By the name of a field, what is wrong with its value"},
        "fields": mapping({}) | {"description": "By the name of a field, its present value"},
        "before": mapping({})
        | {
            "description": "By the name of a field that others have changed, what it held when it was read"
        },
    },
    optional=("hint", "problems", "fields", "before"),
)
_MEANS = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read",
    HTTPStatus.UNAUTHORIZED: "There is no token, or it is not known",
    HTTPStatus.FORBIDDEN: "Your roles, or the scope of your token, do not allow it",
    HTTPStatus.NOT_FOUND: "There is no such thing",
    HTTPStatus.CONFLICT: "Its state, or somebody else's change, does not permit it",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since you read what If-Match names",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger than is taken",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some values break their rules",
    HTTPStatus.PRECONDITION_REQUIRED: "If-Match must say what you have read",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is busy; send the same again in a moment",
}


def document(
    definitions: Definitions, routes: tuple[Route, ...], components: Mapping[str, Schema]
) -> dict[str, Any]:
    """The whole description, as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if not route.hidden:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    used = {route.tag for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Procedura: {definitions.title}",
            "version": definitions.version,
            "description": "Generated from the definitions that are served. Errors are problem "
            "details (RFC 9457) with what was wrong, what to do, and the fields concerned.",
            "x-generation": definitions.generation,
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [
            {"name": name, "description": means} for name, means in _TAGS.items() if name in used
        ],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(components),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of POST /tokens, of `procedura token`, or of the page "
                    "My account. Its scope says how far it reaches: " + "; ".join(_REACH),
                }
            },
            "responses": {
                _problem_name(status): {
                    "description": means,
                    "content": {"application/problem+json": {"schema": component("Problem")}},
                }
                for status, means in _MEANS.items()
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_in_path(route), *_in_query(route), *_in_headers(route)],
        "responses": _responses(route),
    }
    if route.description:
        operation["description"] = route.description
    if route.public:
        operation["security"] = []
    if route.body is not None:
        content: dict[str, Any] = {"schema": dict(route.body)}
        if route.example is not None:
            content["example"] = route.example
        operation["requestBody"] = {
            "required": route.body_needed,
            "content": {"application/json": content},
        }
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": dict(route.parameters.get(name, ID)),
        }
        for name in route.path_parameters
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "schema": {key: part for key, part in schema.items() if key != "description"},
            "description": schema.get("description", ""),
            **({"style": "form", "explode": True} if schema.get("type") == "array" else {}),
        }
        for name, schema in route.query.items()
    ]


def _in_headers(route: Route) -> list[dict[str, Any]]:
    found = []
    if route.if_match is not IfMatch.NEVER:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": route.if_match is IfMatch.NEEDED,
                "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
                "example": '"1"',
                "description": "The ETag of what you have read; several, or * for any, do too",
            }
        )
    if route.keyed:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "pattern": "^[!-~]{1,150}$"},
                "description": "Your own name for this command. Sent again, the command is not "
                "done again: you get the same answer",
            }
        )
    return found


def _responses(route: Route) -> dict[str, Any]:
    responses = {str(status): _success(route, status) for status in route.answers}
    for status in sorted(_refused(route)):
        responses[str(status)] = {"$ref": f"#/components/responses/{_problem_name(status)}"}
    return responses


def _success(route: Route, status: int) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    schema = route.answers[status]
    if schema is not None:
        found["content"] = {"application/json": {"schema": dict(schema)}}
    headers = {}
    if route.if_match is not IfMatch.NEVER or route.revised:
        headers["ETag"] = {
            "schema": {"type": "string"},
            "description": "The revision; send it back as If-Match",
        }
    if status == HTTPStatus.CREATED:
        headers["Location"] = {"schema": {"type": "string"}}
    if headers and schema is not None:
        found["headers"] = headers
    if route.links:
        found["links"] = dict(route.links)
    return found


def _refused(route: Route) -> set[int]:
    found = set(route.refuses) | {HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE}
    if not route.public:
        found.add(HTTPStatus.UNAUTHORIZED)
        if route.takes is not Scope.READ:
            found.add(HTTPStatus.FORBIDDEN)
    if route.path_parameters:
        found.add(HTTPStatus.NOT_FOUND)
    if route.body is not None:
        found |= {
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    if route.keyed:
        found.add(HTTPStatus.CONFLICT)
    if route.if_match is not IfMatch.NEVER:
        found |= {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
    if route.if_match is IfMatch.NEEDED:
        found.add(HTTPStatus.PRECONDITION_REQUIRED)
    # An unknown or repeated parameter is refused wherever it stands.
    found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return found


def _problem_name(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


assert set(STATUS.values()) <= set(_MEANS)
