"""How things are called on a diagram: titles instead of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.definitions import Definitions
from server.domain.words import in_words


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles by key. What is not named is called by its key in words."""

    roles: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    notifications: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    """Procedures that run elsewhere."""

    @classmethod
    def of(cls, definitions: Definitions) -> Titles:
        return cls(
            roles={key: role.title for key, role in definitions.roles.items()},
            procedures={key: item.title for key, item in definitions.procedures.items()},
            decisions={key: item.title for key, item in definitions.decisions.items()},
            notifications={key: item.title for key, item in definitions.notifications.items()},
            entities={key: item.title for key, item in definitions.entities.items()},
            outside=frozenset(key for key, item in definitions.procedures.items() if item.outside),
        )

    def role(self, key: str) -> str:
        return self.roles.get(key) or in_words(key)

    def procedure(self, key: str) -> str:
        return self.procedures.get(key) or in_words(key)

    def decision(self, key: str) -> str:
        return self.decisions.get(key) or in_words(key)

    def notification(self, key: str) -> str:
        return self.notifications.get(key) or in_words(key)

    def entity(self, key: str) -> str:
        return self.entities.get(key) or in_words(key)
