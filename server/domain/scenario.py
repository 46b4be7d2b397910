"""A scenario: stories that tell how procedures must go, told as given, when and then.

Each story names records and persons as a reader would; what it expects is taken from the source of
the model (`ledger`), not from the procedure. Values are kept as written: whoever plays the story
reads them by the type of the field or question they are for, and a name in a place for a record
means the record of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Path = tuple[str | int, ...]
"""Where something is written in the scenario's file."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a story: the roles held, `of` which records (none: for everything), in which groups.

    `away`: the person is absent. `fields` are further fields of the person's record.
    """

    name: str
    holds: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    away: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Something:
    """A record that is there already: what the story calls it, its entity and its fields."""

    name: str
    entity: str
    fields: Mapping[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class Given:
    """How things stand when a story begins."""

    now: datetime | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    records: Mapping[str, Something] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A step, and, where one of several is meant, its procedure and the record it is about."""

    step: str
    procedure: str | None = None
    about: str | None = None

    def __str__(self) -> str:
        inside = f" in {self.procedure}" if self.procedure else ""
        about = f" about {self.about}" if self.about else ""
        return f"{self.step}{inside}{about}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form must ask before anything is typed into it; it may ask more.

    `shows` are the fields to be read only, `needs` those without which it is refused, `takes`
    those that may be filled in or left, `hides` those that must not stand there. A field of a row
    goes by `list.field`.
    """

    shows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """A procedure begins: by hand, or, `about` a record, as if another had handed over to it."""

    path: Path
    procedure: str
    start: str | None = None
    by: str | None = None
    about: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    refused: str | None = None
    form: Asked | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """Somebody completes a task. `name` is what the story calls the record made by it."""

    path: Path
    place: Place
    by: str | None = None
    outcome: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    refused: str | None = None
    form: Asked | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """A record comes into being, by hand or from another program."""

    path: Path
    entity: str
    values: Mapping[str, Any]
    name: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A record is changed by hand. `because` overrides the runs that hold its fields."""

    path: Path
    record: str
    values: Mapping[str, Any]
    because: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody begins what a run offers as needed; `place.step` is the key of the offer."""

    path: Path
    place: Place
    by: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """Time passes: an amount, an amount of working time, or until a moment; just one is given."""

    path: Path
    amount: timedelta | None = None
    working: timedelta | None = None
    working_days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """An open task, and who may do it; None where that does not matter."""

    place: Place
    people: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """For whom the tasks of a step are, nobody else, and which roles may be asked about them.

    `people` are persons, or a role for its lane; it may be that more roles can be asked.
    """

    path: Path
    place: Place
    people: tuple[str, ...] = ()
    with_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What must be so for a new record of an entity, however it is made; more may be so.

    It `needs` these fields, `differs_in` those from all others, and `begins_with` values for what
    nobody fills in.
    """

    needs: tuple[str, ...] = ()
    differs_in: tuple[str, ...] = ()
    begins_with: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Then:
    """What must be so. What is None is not looked at; what is given is told in full.

    `open` are all open tasks of all runs; `records` the fields of records; `ended` the end of each
    procedure's latest run; `stopped` and `failed` the procedures whose latest run was stopped or
    could not go on; `not_begun` those of which no run has begun; `hands_over_to` every procedure handed over to so far; `told` who was told
    with which notification; `late` which tasks have become late, by step, and who was told;
    `rules` which rules a step last went by. `may` and `may_not` tell what holders of a role do by
    hand to records of an entity, `may_become` which statuses a record may be given next, `new`
    what is so for new records of entities; these four name what matters and leave out the rest.
    `made` tells of records that have come into being, by their entity: for each there is one with
    these fields, of however many there are. `reads` and `does_not_read` tell which fields of which
    records a person sees by hand, and leave out the rest.
    """

    path: Path
    open: tuple[Open, ...] | None = None
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    hands_over_to: tuple[str, ...] | None = None
    told: Mapping[str, tuple[str, ...]] | None = None
    late: Mapping[str, tuple[str, ...]] | None = None
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    may_not: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    may_become: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new: Mapping[str, NewRecord] = field(default_factory=dict)
    not_begun: tuple[str, ...] = ()
    made: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    reads: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    does_not_read: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


Act = Begin | Complete | Enter | Change | Need | Pass | Then


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its title, what it rests on, what is given, and what happens.

    `ledger` are items of the model's source that it shows, `language` rules of the language.
    `acts` are played in order; expectations stand among them, the last at the end.
    """

    title: str
    ledger: tuple[str, ...]
    language: tuple[str, ...]
    given: Given
    acts: tuple[Act, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Scenario:
    """Stories about one procedure, with what is given in all of them.

    `tasks` are looked at whenever one of the stories completes a task or tells what is open.
    """

    key: str
    title: str
    procedure: str
    given: Given
    stories: tuple[Story, ...]
    tasks: tuple[Offered, ...] = ()
