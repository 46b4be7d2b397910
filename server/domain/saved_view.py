"""What people keep of a list under a name: what they look for, how it is sorted, its columns."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MY_WORK = "my-work"
"""The list that belongs to no entity; keys of entities have no hyphen."""


class Sharing(enum.StrEnum):
    """Whose a view is. The values are stored; renaming one needs a migration."""

    OWN = "own"
    GROUP = "group"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for, as addresses say it.

    `filters` maps what it is filtered by, a field or a queue, to the text chosen; `sort` and
    `columns` are keys of fields. Whether definitions still have them is asked when it is opened.
    """

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedView:
    """`list` is the entity whose records are listed, or `MY_WORK`; `group` whose members see it."""

    id: int
    list: str
    name: str
    owner: int
    sharing: Sharing
    group: int | None
    asked: Asked


def as_json(asked: Asked) -> dict[str, Any]:
    return {
        "search": asked.search,
        "filters": dict(asked.filters),
        "sort": asked.sort,
        "descending": asked.descending,
        "columns": list(asked.columns),
    }


def of_json(kept: Mapping[str, Any]) -> Asked:
    return Asked(
        kept["search"],
        kept["filters"],
        kept["sort"],
        kept["descending"],
        tuple(kept["columns"]),
    )
