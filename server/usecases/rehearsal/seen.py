"""A stage looked at from a story, and how what is seen there is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.domain.definitions import Definitions
from server.domain.values import RecordRef, Value, to_json
from server.usecases.rehearsal.stage import Stage


@dataclass(frozen=True, slots=True)
class Seen:
    """A stage looked at from a story.

    `named` finds the record of a name, `made` the records of an entity that came into being in it.
    """

    definitions: Definitions
    stage: Stage
    procedure: str
    named: Callable[[str], RecordRef]
    made: Callable[[str], tuple[RecordRef, ...]]


class Names(Mapping[str, RecordRef]):
    """All names of a story, looked up one by one."""

    def __init__(self, named: Callable[[str], RecordRef]) -> None:
        self._named = named

    def __getitem__(self, name: str) -> RecordRef:
        return self._named(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def spoken(value: Value, seen: Seen) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "yes" if value else "no"
        case RecordRef():
            return titled(value, seen)
        case tuple():
            return ", ".join(spoken(item, seen) for item in value) or "nothing"
        case _:
            return str(to_json(value))


def titled(record: RecordRef, seen: Seen) -> str:
    """A record as its author would find it again."""
    label = seen.definitions.entities[record.entity].label
    return f"{seen.stage.field(record, label)}"
