"""What the API is made of: routes. One value says how a route is served, checked and documented.

A handler gets a `Call` (who asks, for what, with which values) and gives an `Answer`. What its
route says of parameters and body is what OpenAPI shows and what is held against the request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, request, url_for

from server.api import actors, validation
from server.api.conditions import Condition, condition
from server.api.refusals import ConditionFailed, ConditionNeeded
from server.api.schemas import ID, LARGEST_ID, Schema
from server.domain.actor import Actor
from server.domain.refusals import Conflict, Invalid, Malformed, NotFound
from server.domain.scope import Scope
from server.usecases import App, self_service
from server.usecases.commands import AlreadyDone, Key
from server.usecases.refusing import DOOR

Result = TypeVar("Result")

_PARAMETER = re.compile(r"\{(\w+)\}")
_KEY = re.compile(r"[\x21-\x7e]{1,150}")
_ID = re.compile(r"[0-9]{1,19}")
_DIGITS = re.compile(r"-?[0-9]{1,19}")


class IfMatch(StrEnum):
    """Whether a command takes the revision that was read in the header If-Match."""

    NEVER = "never"
    OPTIONAL = "optional"
    NEEDED = "needed"


MODEL = frozenset({"Procedures", "Decisions", "Definitions"})
"""Tags of the routes that show the process model."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers: JSON, its status, and what headers tell about it."""

    body: Any = None
    status: int = 200
    revision: int | None = None
    location: str | None = None

    def response(self) -> Response:
        text = "" if self.body is None else json.dumps(self.body)
        response = Response(text, self.status, mimetype="application/json")
        if self.body is None:
            del response.headers["Content-Type"]
        if self.revision is not None:
            response.set_etag(str(self.revision))
        if self.location is not None:
            response.headers["Location"] = self.location
        if isinstance(self.body, dict) and self.body.get("next"):
            response.headers["Link"] = f'<{self.body["next"]}>; rel="next"'
        response.headers["Cache-Control"] = "no-store"
        return response

    def kept(self) -> dict[str, Any]:
        """The answer as it is kept with the command's key."""
        return {
            "body": self.body,
            "status": self.status,
            "revision": self.revision,
            "location": self.location,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and checked."""

    actor: Actor
    query: Mapping[str, Any]
    body: Any
    key: str | None
    condition: Condition | None

    def once(
        self, do: Callable[[Key | None], Result], represent: Callable[[Result], Answer]
    ) -> Answer:
        """Carry out a command, under its Idempotency-Key if there is one."""
        key = None
        if self.key is not None:
            key = Key(self.key, self._digest(), lambda result: represent(result).kept())
        try:
            return represent(do(key))
        except AlreadyDone as done:
            return Answer(**done.answer)

    def once_unchanged(
        self,
        do: Callable[[Key | None, int | None], Result],
        represent: Callable[[Result], Answer],
        *,
        current: Callable[[], int],
    ) -> Answer:
        """As `once`, for a command on what the caller has read at a revision.

        The revision comes by If-Match or in the body; `current` reads the present one. When that is
        not the one If-Match names, a conflict is a condition that failed.
        """
        expecting = self._expecting(current)
        try:
            return self.once(lambda key: do(key, expecting), represent)
        except Conflict as conflict:
            if self.condition is None or self.condition.holds(current()):
                raise
            raise ConditionFailed(
                str(conflict),
                hint=conflict.hint,
                fields=conflict.fields,
                before=conflict.before,
            ) from conflict

    def _expecting(self, current: Callable[[], int]) -> int | None:
        if self.condition is not None:
            return self.condition.expecting(current)
        revision = self.body.get("revision") if isinstance(self.body, dict) else None
        return None if revision is None else int(revision)

    def page(self, after: int | None) -> str | None:
        """Where the page after this one is; None when there is none."""
        if after is None:
            return None
        asked: dict[str, Any] = {
            name: texts for name, texts in request.args.lists() if name != "after"
        }
        assert request.endpoint is not None
        return url_for(request.endpoint, **(request.view_args or {}), **asked, after=after)

    def _digest(self) -> str:
        asked = [request.method, request.path, self.body]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a path. `answers` maps a status to the schema of its body; None for no body.

    `path` names its parameters in braces; `parameters` gives their schemas, whole numbers by
    default. `refuses` are statuses besides those that any route of its kind answers. `keyed`
    commands take an Idempotency-Key.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    handler: Handler
    answers: Mapping[int, Schema | None]
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    body_needed: bool = False
    example: Any = None
    if_match: IfMatch = IfMatch.NEVER
    keyed: bool = False
    public: bool = False
    refuses: tuple[int, ...] = ()
    description: str = ""
    links: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    """What the handler is told besides the parameters, such as which entity it serves."""
    revised: bool = False
    """Answers what has a revision, told as its ETag."""
    hidden: bool = False
    """Answers with a better sentence than 404 would have; no part of the API."""
    scope: Scope | None = None
    """The scope that it takes, where the method does not tell it."""
    is_ones_own: bool = False
    """Tells what whoever asks may do, though it stands with what tells how the work is done."""

    @property
    def takes(self) -> Scope:
        """How far a token has to reach."""
        if self.scope is not None:
            return self.scope
        return Scope.READ if self.method == "GET" else Scope.WRITE

    @property
    def tells_the_model(self) -> bool:
        """Whether it shows how the work is done, which is for those who do it."""
        return self.tag in MODEL and not self.keyed and not self.is_ones_own

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return _PARAMETER.sub(r"<\1>", self.path)

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(_PARAMETER.findall(self.path))


def serve(api: Blueprint, app: App, route: Route, components: Mapping[str, Schema]) -> None:
    """Add a route to the blueprint."""
    in_query = validation.Checked(_of_query(route.query), components)
    in_body = validation.Checked(route.body or {}, components)

    def view(**parameters: Any) -> Response:
        DOOR.set(f"{route.method} {request.path}")
        actor = actors.NOBODY if route.public else actors.current(app, route.takes)
        if route.tells_the_model:
            self_service.require_more(app, actor)
        query = _query(route)
        in_query.hold(query, whole="query")
        body = _body(route, in_body)
        call = Call(actor, query, body, _key(route), _condition(route))
        return route.handler(app, call, **route.given, **_in_path(route, parameters)).response()

    api.add_url_rule(route.rule, endpoint=route.name, view_func=view, methods=[route.method])


def _in_path(route: Route, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of the path: ids as numbers, keys and numbers of records as they are.

    Raises:
        NotFound: an id is none.
    """
    found: dict[str, Any] = {}
    for name, text in parameters.items():
        if route.parameters.get(name, ID)["type"] != "integer":
            found[name] = text
        elif _ID.fullmatch(text) and 0 < int(text) <= LARGEST_ID:
            found[name] = int(text)
        else:
            raise NotFound(f"There is no {name} '{text[:80]}'.")
    return found


def _of_query(query: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(query), "additionalProperties": False}


def _query(route: Route) -> dict[str, Any]:
    """The parameters of the query, each as its schema's type."""
    found: dict[str, Any] = {}
    for name, texts in request.args.lists():
        schema = route.query.get(name, {})
        if schema.get("type") == "array":
            found[name] = [_typed(schema["items"], text) for text in texts]
            continue
        if len(texts) > 1:
            raise Invalid("A parameter is given twice.", {name: "Give this parameter only once."})
        found[name] = _typed(schema, texts[0])
    return found


def _typed(schema: Schema, text: str) -> Any:
    """What a text of the query means. A record may be meant by any text, so that one stays text."""
    kinds = schema.get("type") or [item.get("type") for item in schema.get("anyOf", ())]
    if "string" in kinds:
        return text
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    if "integer" in kinds and _DIGITS.fullmatch(text):
        return int(text)
    return text


def _body(route: Route, checked: validation.Checked) -> Any:
    if route.body is None:
        return None
    found = validation.body()
    checked.hold(found)
    return found


def _key(route: Route) -> str | None:
    key = request.headers.get("Idempotency-Key") if route.keyed else None
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed(
            "The Idempotency-Key is not one.",
            hint="Send 1 to 150 visible ASCII characters without blanks, such as a UUID.",
        )
    return key


def _condition(route: Route) -> Condition | None:
    found = None if route.if_match is IfMatch.NEVER else condition()
    if found is None and route.if_match is IfMatch.NEEDED:
        raise ConditionNeeded(
            "This changes what others may have changed since you read it.",
            hint='Send the ETag of what you have read as If-Match, such as If-Match: "3".',
        )
    return found
