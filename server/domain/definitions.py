"""All definitions that are served together: one immutable value, checked before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.domain.calendar import STANDARD, Calendar
from server.domain.correlation import Correlation
from server.domain.decision import Decision
from server.domain.entity import Entity
from server.domain.form import Form
from server.domain.kpi import Kpi
from server.domain.notification import Notification
from server.domain.procedure import Procedure
from server.domain.role import Role
from server.domain.scenario import Scenario
from server.domain.target import Target


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the model: its procedures and KPIs in order, its purpose, the role that owns it."""

    key: str
    title: str
    purpose: str
    chapter: int | None
    procedures: tuple[str, ...]
    owner: str | None = None
    kpis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was written: `file` relative to its folder, and the folder's name."""

    folder: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Definitions:
    """Keys are the names that YAML gives. `generation` identifies the whole by its content.

    `hashes` gives each procedure the hash of its content with its decisions, forms and
    notifications, as runs are pinned to; `bundles` the same content as plain data, from which
    `loading` rebuilds it. `deciding` holds the decisions that set fields, likewise. `calendar` is the
    one of `calendars` that working time is counted by.
    """

    title: str
    version: str
    entities: Mapping[str, Entity] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    correlations: Mapping[str, Correlation] = field(default_factory=dict)
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    bundles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    generation: str = ""
    deciding: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar: Calendar = STANDARD
    kpis: Mapping[str, Kpi] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)

    def tables(self) -> Iterator[Decision]:
        """Every table that may be asked: decisions, gateways, and conditions of starts and stops."""
        yield from self.decisions.values()
        for procedure in self.procedures.values():
            yield from procedure.gateways()

    def promised(self, entity: str) -> tuple[Target, ...]:
        """The service targets of records of this entity."""
        return tuple(item for item in self.targets.values() if item.entity == entity)

    def calendar_of(self, target: Target) -> Calendar:
        """What the time of a target is counted by."""
        return self.calendar if target.calendar is None else self.calendars[target.calendar]

    def book(self, procedure: str) -> Book:
        """What a run of this procedure goes by."""
        return Book(
            self.hashes[procedure],
            self.procedures[procedure],
            self.decisions,
            self.forms,
            self.notifications,
        )


@dataclass(frozen=True, slots=True)
class Book:
    """A procedure with the decisions, forms and notifications that it had at one moment."""

    hash: str
    procedure: Procedure
    decisions: Mapping[str, Decision]
    forms: Mapping[str, Form]
    notifications: Mapping[str, Notification]
