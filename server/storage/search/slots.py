"""Where the texts of an entity stand in the index: up to four slots, told apart when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from server.domain.entity import Entity, Field
from server.domain.searching import LETTERS
from server.domain.values import Kind

SLOTS = "abcd"
"""The label stands in the first, and what is found there counts most. PostgreSQL has four."""
CHARACTERS = 50_000
"""Characters of a slot in which words are found; those further on are not."""


_BOTH_CASES = LETTERS | {"ẞ": "ss", "Æ": "ae", "Œ": "oe", "Ø": "o", "Ł": "l", "Đ": "d"}


@dataclass(frozen=True)
class Slots:
    """The searched fields of an entity; those beyond the fourth share the last slot."""

    entity: Entity

    @cached_property
    def fields(self) -> Sequence[tuple[str, tuple[Field, ...]]]:
        """Each slot in use, with its fields."""
        entity = self.entity
        keys = dict.fromkeys((entity.label, *entity.searched))
        known = [entity.fields[key] for key in keys if entity.fields[key].is_stored]
        texts = [item for item in known if item.type.kind in {Kind.TEXT, Kind.CHOICE}]
        last = len(SLOTS) - 1
        each = [(item,) for item in texts[:last]]
        return tuple(
            zip(SLOTS, [*each, tuple(texts[last:])] if texts[last:] else each, strict=False)
        )

    def __bool__(self) -> bool:
        return bool(self.fields)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(item.key for _, items in self.fields for item in items)


def plain(value: str) -> str:
    """SQL in which the letters that are typed otherwise are replaced, in both cases."""
    for letter, other in _BOTH_CASES.items():
        value = f"replace({value}, '{letter}', '{other}')"
    return value


def shown(field: Field, column: str) -> str:
    """SQL for the text of a field as people read it: of a choice, the title of its value."""
    if field.type.kind is Kind.TEXT:
        return column
    cases = " ".join(
        f"WHEN {literal(key)} THEN {literal(field.title_of(key))}" for key in field.type.choices
    )
    return f"CASE {column} {cases} ELSE {column} END" if cases else column


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
