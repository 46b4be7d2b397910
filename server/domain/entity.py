"""An entity: a kind of thing of which records are kept, with its fields and its statuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.values import Kind, Type, Value
from server.domain.words import in_words

STATUS = "status"
"""The one field that statuses give an entity; its moves are legal or refused."""
KEPT_FIELDS = frozenset({"id", "revision", "created_at", "updated_at"})
"""What every record has besides its fields; no field may be called so."""
RESERVED_PREFIX = "procedura_"
"""How the application's own tables begin; no entity's key may."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a record: a column, a place in forms, a name in expressions.

    `guideline` tells staff what to put in and what it is used for. `decided_by` names the decision
    whose only output is the field's value, taken from fields named as its inputs; nobody else sets
    it. `back` makes the field the list of records of another entity that refer here: (entity,
    field); such a field has no column.
    """

    key: str
    title: str
    type: Type
    guideline: str = ""
    required: bool = False
    read_only: bool = False
    unique: bool = False
    lines: int = 1
    default: Value = None
    decided_by: str | None = None
    was: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    back: tuple[str, str] | None = None

    @property
    def is_stored(self) -> bool:
        return self.back is None

    @property
    def is_to_be_given(self) -> bool:
        """Whether a new record must be told this: nothing else would give it."""
        given = self.default is not None or self.decided_by is not None or self.key == STATUS
        return self.required and not self.read_only and not given

    def title_of(self, choice: str) -> str:
        """How a value of a choice reads on a screen."""
        return self.titles.get(choice) or in_words(choice)


@dataclass(frozen=True, slots=True)
class Status:
    """One status of a record, the statuses that may follow, and the fields it requires."""

    key: str
    title: str
    to: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    colour: str = ""

    @property
    def is_final(self) -> bool:
        return not self.to


@dataclass(frozen=True, slots=True)
class Helpful:
    """What may help with a record: records of `entity` in which the same words stand.

    The words are taken from the fields `words`. Only those help whose choices have the values of
    `having`; those come first whose fields, by `same`, hold what ours do (theirs -> ours). `tells`
    is the text that helps, which may be put into our field `fills`.
    """

    title: str
    entity: str
    words: tuple[str, ...]
    tells: str
    having: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    fills: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record. `number` is the prefix of its numbers, such as INC; None for none.

    `label` names the field that stands for the record in lists and look-ups. The first status is
    the one that a new record begins with. `requested_by` are paths to the persons who asked for the
    record, over references and lists: nobody signs what they have asked for themselves.
    `dated_by` are the fields, and `created_at`, by which KPIs find the records of a period.
    """

    key: str
    title: str
    plural: str
    fields: Mapping[str, Field]
    label: str
    purpose: str = ""
    number: str | None = None
    statuses: Mapping[str, Status] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    menu: str = ""
    requested_by: tuple[tuple[str, ...], ...] = ()
    dated_by: frozenset[str] = frozenset()
    helped_by: tuple[Helpful, ...] = ()

    @property
    def first_status(self) -> str | None:
        return next(iter(self.statuses), None)

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are kept in this entity's own table."""
        return tuple(item for item in self.fields.values() if item.is_stored)

    def decided_fields(self) -> tuple[Field, ...]:
        return tuple(item for item in self.fields.values() if item.decided_by)

    def numbered(self, record_id: int) -> str:
        """The record's number: 15 characters, prefix and zeros; the bare id without a prefix."""
        if self.number is None:
            return str(record_id)
        return f"{self.number}{record_id:0{NUMBER_LENGTH - len(self.number)}d}"

    def record_id(self, number: str) -> int | None:
        """The id that a number means, however much of prefix and zeros was typed; else None.

        Between prefix and number may stand what people put there: `INC-137`, `INC 137`, `#137`.
        """
        text = number.strip().upper()
        if self.number is not None:
            text = text.removeprefix(self.number).lstrip("-# ")
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_LENGTH else None
        )

    def refs(self) -> tuple[Field, ...]:
        return tuple(item for item in self.columns if item.type.kind is Kind.REF)


NUMBER_LENGTH = 15
