"""Definitions on their way: what authors have written, and what has been made of it so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.domain.calendar import Calendar
from server.domain.correlation import Correlation
from server.domain.decision import Decision
from server.domain.definitions import Process
from server.domain.entity import Entity
from server.domain.form import Form
from server.domain.kpi import Kpi
from server.domain.notification import Notification
from server.domain.procedure import Procedure
from server.domain.role import Role
from server.domain.scenario import Scenario
from server.domain.step import Step
from server.domain.target import Target
from server.domain.ways import (
    DONE,
    followers,
    inner_lists,
)
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.marked import Path, SourceFile
from server.loading.proving import Finding

Address = tuple[str, str]
"""The kind and the key of a definition."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names another definition, or a field of an entity.

    `kind` is a kind of definition, or `field`, whose `key` is then `entity.field`. `offset` is
    where in the text at `path` the name begins; None where the name is the key that ends `path`.
    """

    kind: str
    key: str
    source: SourceFile
    path: Path
    offset: int | None = 0

    @property
    def mark(self) -> Mark:
        if self.offset is None:
            return self.source.key_mark(*self.path)
        return self.source.inside(self.path, self.offset)


@dataclass(frozen=True, slots=True)
class StepList:
    """The steps of a procedure, or of one of its inner lists, and where they are written."""

    procedure: Procedure
    source: SourceFile
    steps: tuple[Step, ...]
    path: Path
    is_outer: bool

    def mark(self, step: Step) -> Mark:
        return self.source.mark(*self.path, self.steps.index(step), "step")

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(step.key for step in self.steps)

    @property
    def entries(self) -> tuple[str, ...]:
        """Where runs come in: the first step, and those at which starts begin."""
        if not self.is_outer:
            return self.keys[:1]
        first = self.keys[0]
        entries = (start.begins_at or first for start in self.procedure.starts)
        return tuple(key for key in dict.fromkeys(entries) if key in self.keys)

    @property
    def is_clear(self) -> bool:
        known = {*self.keys, DONE, None}
        begun = {start.begins_at for start in self.procedure.starts} if self.is_outer else set()
        return begun <= known and all(known.issuperset(ways) for ways in self.ways().values())

    def ways(self) -> dict[str, tuple[str, ...]]:
        """The steps that may follow each, and `DONE`."""
        return {step.key: followers(step, self.steps) for step in self.steps}


@dataclass(slots=True)
class Manuscript:
    """`sources` are the files by address, as overlays have left them.

    `broken` are definitions that exist, but of which too much is wrong to make anything of them;
    whoever names them is not told so a second time. The other mappings hold what has been made.
    `tested` are the decisions with the settings that their tests were written for: an organisation
    that overrides a setting wants other answers.
    """

    sources: Mapping[Address, SourceFile]
    broken: set[Address]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    procedures: dict[str, Procedure] = field(default_factory=dict)
    notifications: dict[str, Notification] = field(default_factory=dict)
    correlations: dict[str, Correlation] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    kpis: dict[str, Kpi] = field(default_factory=dict)
    tested: dict[str, Decision] = field(default_factory=dict)
    surveys: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    """What is proved of tables, by their keys, once it has been asked for."""

    def of_kind(self, kind: str) -> Iterator[SourceFile]:
        """The files of one kind that can be made something of, in the order of their keys."""
        for address, source in sorted(self.sources.items(), key=lambda item: item[0]):
            if address[0] == kind and address not in self.broken:
                yield source

    def known(self, kind: str) -> set[str]:
        """The keys of all definitions of a kind, sound or not."""
        return {key for known, key in {*self.sources, *self.broken} if known == kind}

    def is_broken(self, kind: str, key: str) -> bool:
        return (kind, key) in self.broken

    @property
    def has_all_entities(self) -> bool:
        """Whether types can be trusted: no entity is broken or missing."""
        return self.known("entity") <= self.entities.keys()

    def source(self, kind: str, key: str) -> SourceFile:
        return self.sources[kind, key]

    def dangling(self, kind: str) -> Iterator[Reference]:
        """The places that name a definition of this kind which is nowhere."""
        known = self.known(kind)
        for reference in self.references:
            if reference.kind == kind and reference.key not in known:
                yield reference

    def lists(self) -> Iterator[StepList]:
        """Every list of steps whose ways are clear.

        They are not where ids are used twice, or where a jump leads to no step of its list.
        """
        for key, procedure in self.procedures.items():
            source = self.source("procedure", key)
            ids = [raw["step"] for _, raw in written_steps(source.data)]
            if len(ids) != len(set(ids)):
                continue
            found = [*_lists(procedure, source, procedure.steps, ("steps",), is_outer=True)]
            for item in procedure.as_needed:
                path = ("as_needed", item.key)
                found += _lists(procedure, source, item.steps, path, is_outer=False)
            yield from (steps for steps in found if steps.is_clear)

    def walked(self) -> Iterator[tuple[Procedure, SourceFile, Step, Path]]:
        """Every step of every procedure, with where it is written.

        Steps whose id another step has too are left out: it is not clear which is meant.
        """
        for key, procedure in self.procedures.items():
            source = self.source("procedure", key)
            for step, path in self.steps(procedure):
                yield procedure, source, step, path

    def steps(self, procedure: Procedure) -> Iterator[tuple[Step, Path]]:
        written = list(written_steps(self.source("procedure", procedure.key).data))
        ids = Counter(raw["step"] for _, raw in written)
        made = {step.key: step for step in procedure.walk()}
        for path, raw in written:
            if ids[raw["step"]] == 1:
                yield made[raw["step"]], path


def _lists(
    procedure: Procedure,
    source: SourceFile,
    steps: tuple[Step, ...],
    path: Path,
    *,
    is_outer: bool,
) -> Iterator[StepList]:
    yield StepList(procedure, source, steps, path, is_outer)
    for index, step in enumerate(steps):
        for inner in inner_lists(step):
            inner_path = (*path, index, *inner.path)
            yield from _lists(procedure, source, inner.steps, inner_path, is_outer=False)


def written_steps(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """All steps as written, those of inner lists after the step that holds them."""
    yield from _in_list(data["steps"], ("steps",))
    for key, inner in data.get("as_needed", {}).items():
        yield from _in_list(inner, ("as_needed", key))


def written_lists(raw: Mapping[str, Any]) -> Iterator[tuple[Path, list[Mapping[str, Any]]]]:
    """The lists that a step holds as written, each with its path under the step."""
    if "steps" in raw:
        yield ("steps",), raw["steps"]
    for branch, inner in raw.get("together", {}).items():
        yield ("together", branch), inner
    for key, inner in raw.get("as_needed", {}).items():
        yield ("as_needed", key), inner


def _in_list(
    steps: list[Mapping[str, Any]], path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for index, raw in enumerate(steps):
        yield (*path, index), raw
        for inner, within in written_lists(raw):
            yield from _in_list(within, (*path, index, *inner))
