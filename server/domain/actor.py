"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.values import RecordRef


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is logged in; or, without `person`, the application itself."""

    name: str
    person: RecordRef | None = None
    login: str = ""

    @property
    def id(self) -> int | None:
        return self.person.id if self.person else None


APPLICATION = Actor("Procedura")
