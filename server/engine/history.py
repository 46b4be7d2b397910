"""Events as lines of a history: what kind it is, at which step, and the facts as JSON.

Kinds are stored and shown; renaming one needs a migration.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from server.domain.run import Limit, Seat
from server.domain.values import RecordRef, freeze, thaw
from server.engine.events import Event

_KIND: dict[type[Any], str] = {
    made: re.sub(r"(?<=[a-z])(?=[A-Z])", "-", made.__name__).lower()
    for made in typing.get_args(Event)
}
_EVENT: Mapping[str, Callable[..., Event]] = {text: made for made, text in _KIND.items()}


def kind(event: Event) -> str:
    """`task-completed` for `TaskCompleted`."""
    return _KIND[type(event)]


def facts(event: Event) -> dict[str, Any]:
    """The event as JSON; `event_of` reads it back."""
    return {
        item.name: _frozen(getattr(event, item.name))
        for item in dataclasses.fields(event)
        if item.name != "step" and getattr(event, item.name) != item.default
    }


def event_of(kind_text: str, step: str | None, stored: Mapping[str, Any]) -> Event:
    """The event that `kind` and `facts` described."""
    values = {name: _thawed(name, raw) for name, raw in stored.items()}
    return _EVENT[kind_text](step=step, **values)


def _frozen(value: Any) -> Any:
    if isinstance(value, Seat):
        return {
            "seat": {
                "lane": value.lane,
                "role": value.role,
                "holder_for": freeze(value.holder_for),
                "group": value.group,
                "person": value.person,
            }
            | ({"not_by": list(value.not_by)} if value.not_by else {})
            | ({"any_of": freeze(value.any_of)} if value.any_of else {})
        }
    if isinstance(value, Limit):
        kept = {"since": freeze(value.since), "at": freeze(value.at)}
        return kept if value.tells else kept | {"tells": False}
    return freeze(value)


def _thawed(name: str, raw: Any) -> Any:
    if name == "limit":
        since, at = thaw(raw["since"]), thaw(raw["at"])
        assert isinstance(since, datetime)
        assert isinstance(at, datetime)
        return Limit(since, at, raw.get("tells", True))
    if name == "seat":
        seat = raw["seat"]
        holder_for = thaw(seat["holder_for"])
        assert holder_for is None or isinstance(holder_for, RecordRef)
        not_by = tuple(seat.get("not_by", ()))
        listed = thaw(seat.get("any_of"))
        any_of = (
            tuple(item for item in listed if isinstance(item, RecordRef))
            if isinstance(listed, tuple)
            else ()
        )
        return Seat(
            seat["lane"], seat["role"], holder_for, seat["group"], seat["person"], not_by, any_of
        )
    return thaw(raw)
