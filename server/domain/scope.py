"""How far a token reaches, of what its person may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """Each reaches as far as those before it, and further; none further than the person's roles."""

    READ = "read"
    """To read, and nothing else."""
    WRITE = "write"
    """To do a person's daily work."""
    ADMINISTER = "administer"
    """Everything."""

    def covers(self, other: Scope) -> bool:
        """Whether a token that reaches so far may do what takes `other`."""
        reach = list(Scope)
        return reach.index(self) >= reach.index(other)
