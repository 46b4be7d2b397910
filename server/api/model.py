"""/api/v1/processes, roles, entities, forms: what is served, to be read by people and programs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from server.api.representations import model as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import ANYTHING, KEY, Schema, listing, mapping, nullable, shape
from server.domain.definitions import Definitions
from server.domain.refusals import NotFound
from server.usecases import App

Kind = TypeVar("Kind")


def routes(definitions: Definitions) -> tuple[Route, ...]:
    return (
        *_kind("process", "processes", lambda d: d.processes, shown.process, definitions),
        *_kind("role", "roles", lambda d: d.roles, lambda item, _: shown.role(item), definitions),
        *_kind(
            "entity",
            "entities",
            lambda d: d.entities,
            lambda item, _: shown.entity(item),
            definitions,
        ),
        *_kind("calendar", "calendars", lambda d: d.calendars, shown.calendar, definitions),
        *_kind("target", "targets", lambda d: d.targets, shown.target, definitions),
        *_kind("form", "forms", lambda d: d.forms, shown.form, definitions),
    )


def found(kind: str, known: Mapping[str, Kind], key: str) -> Kind:
    """The definition of this key.

    Raises:
        NotFound: there is none.
    """
    if key not in known:
        close = difflib.get_close_matches(key, list(known), n=1)
        hint = f"Did you mean '{close[0]}'?" if close else ""
        raise NotFound(f"There is no {kind} '{key[:80]}'.", hint=hint)
    return known[key]


def keys(known: Mapping[str, Any]) -> Schema:
    """The keys of definitions, as a parameter of a path."""
    return {"type": "string", "enum": sorted(known)}


def all_of(items: Schema) -> Schema:
    """A list that comes whole."""
    return shape({"items": listing(items), "next": nullable({"type": "string"})})


def _kind(
    word: str,
    plural: str,
    known: Callable[[Definitions], Mapping[str, Kind]],
    represent: Callable[[Kind, Definitions], dict[str, Any]],
    definitions: Definitions,
) -> tuple[Route, Route]:
    schema = mapping(ANYTHING) | {"required": [word, "title"], "properties": {word: KEY}}

    def listed(app: App, _call: Call) -> Answer:
        items = [represent(item, app.definitions) for item in known(app.definitions).values()]
        return Answer({"items": items, "next": None})

    def one(app: App, _call: Call, key: str) -> Answer:
        return Answer(represent(found(word, known(app.definitions), key), app.definitions))

    return (
        Route(
            "GET",
            f"/{plural}",
            f"list_{plural}",
            f"All {plural}",
            "Definitions",
            listed,
            {200: all_of(schema)},
        ),
        Route(
            "GET",
            f"/{plural}/{{key}}",
            f"read_{word}",
            f"One {word}",
            "Definitions",
            one,
            {200: schema},
            parameters={"key": keys(known(definitions))},
        ),
    )
