"""A correlation: how messages of a monitoring tool become events, repeats and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.values import Value

OCCURRENCES = "occurrences"
FIRST_SEEN_AT, LAST_SEEN_AT, RESOLVED_AT = "first_seen_at", "last_seen_at", "resolved_at"
LOOKED_AFTER = (OCCURRENCES, FIRST_SEEN_AT, LAST_SEEN_AT, RESOLVED_AT)
"""Fields that messages fill by coming in, of an entity that has them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a field's value stands in a message: the first of `paths` that is there.

    A path is dotted (`labels.severity`). `values` translates what is read; what it does not name
    becomes `otherwise`.
    """

    paths: tuple[str, ...]
    values: Mapping[str, str]
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A link: the record of `entity` whose field `by` equals what is read at one of `paths`.

    What follows `before` in the text read (the port of `web-1:9100`) is cut off first.
    """

    entity: str
    by: str
    paths: tuple[str, ...]
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What a tool posts, with one message in it, and what has to be read there.

    `expect` are values of fields, and of links the text that their record is found by; None is what
    the message leaves empty. `known_by` is what stands at the places of the identity; empty, it is
    not looked at. `ends`: it says the end.
    """

    given: Mapping[str, Any]
    expect: Mapping[str, Value]
    known_by: tuple[str, ...] = ()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Correlation:
    """`identity` are the paths whose values, together, make two messages the same event.

    While an event of the same `identity` is open, a further message adds to its count. A message
    for which `resolved` reads `resolved_value` notes the end on it.
    """

    key: str
    title: str
    source: str
    creates: str
    identity: tuple[str, ...]
    fields: Mapping[str, Reading]
    links: Mapping[str, Finding]
    items: str = ""
    resolved: str = ""
    resolved_value: str = "resolved"
    tests: tuple[Sample, ...] = ()
