"""A value with some of its fields altered: `dataclasses.replace`, for where it is called often."""

from __future__ import annotations

import dataclasses
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Made = TypeVar("Made")


def altered(value: Made, **changes: Any) -> Made:
    """The value with these fields instead; all of its fields must be given when it is made."""
    kind: Any = type(value)
    names, read = _fields(kind)
    made: Made = kind(**{**dict(zip(names, read(value), strict=True)), **changes})
    return made


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:
    names = tuple(item.name for item in dataclasses.fields(kind))
    return names, attrgetter(*names)
