"""What a command does to records: values to write, with what they were and why they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.values import RecordRef, Value

Place = tuple[int | None, str | None]
"""Where something was written: the run (below zero until stored) and its step."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record, new or changed, in one command.

    `new` holds every value of a new record (its id is below zero), and just the values that differ
    of one that exists; `old` holds what those were. `rules` names, for a field that a decision
    set, the decision and its rule; `places` names, for a field that a step wrote, that step.
    """

    record: RecordRef
    new: Mapping[str, Value]
    old: Mapping[str, Value] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    deleted: bool = False

    @property
    def is_new(self) -> bool:
        return self.record.id < 0
