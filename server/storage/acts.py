"""What can be done to a database: acts, the steps that they make up, and a whole plan."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.storage.schema import Applied


class Risk(enum.StrEnum):
    SAFE = "safe"
    CHECK = "check"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class CreateTable:
    table: sa.Table


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """`constraint` is the name of its foreign key, which is renamed with it."""

    column: sa.Column[Any]
    was: str
    constraint: str | None


@dataclass(frozen=True, slots=True)
class AddColumn:
    """Added empty: what it must hold comes with `Fill`, that it must be held with `Require`."""

    column: sa.Column[Any]


@dataclass(frozen=True, slots=True)
class Widen:
    column: sa.Column[Any]


@dataclass(frozen=True, slots=True)
class Relax:
    """Let a column be empty: the definitions no longer require it, or no longer name it."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Give every row without a value this one."""

    column: sa.Column[Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Require:
    column: sa.Column[Any]


@dataclass(frozen=True, slots=True)
class DropIndex:
    table: str
    index: str


@dataclass(frozen=True, slots=True)
class CreateIndex:
    index: sa.Index


@dataclass(frozen=True, slots=True)
class IndexWords:
    """Forget the words of these entities, and index those of all their records anew."""

    entities: tuple[str, ...]


Act = (
    RenameColumn
    | CreateTable
    | AddColumn
    | Widen
    | Relax
    | Fill
    | Require
    | DropIndex
    | CreateIndex
    | IndexWords
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, in words, and the acts that do it. One with a `problem` cannot be done."""

    risk: Risk
    sentence: str
    acts: tuple[Act, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, and what will be remembered once they are done."""

    steps: tuple[Step, ...]
    after: Applied

    @property
    def is_empty(self) -> bool:
        return not self.steps

    @property
    def problems(self) -> tuple[Step, ...]:
        """The steps that stand in the way of all."""
        return tuple(step for step in self.steps if step.problem)

    @property
    def is_safe(self) -> bool:
        """Whether it may be done without asking."""
        return all(step.risk is Risk.SAFE and not step.problem for step in self.steps)
