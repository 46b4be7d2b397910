"""ROL005 apart-yet-together: roles are kept apart, and one of them stands in for the other.

Nobody may hold both of two roles that are kept apart. Whoever holds the fallback of a role acts in that
role while nobody else is there; that would be the same person in both. No role is kept apart from itself.

    role: clerk
    fallback: manager
    apart_from: [manager]

Right:

    role: clerk
    apart_from: [manager]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.role import Role, kept_apart
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL005"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, role in sorted(manuscript.roles.items()):
        source = manuscript.source("role", key)
        if key in role.apart_from:
            yield Diagnostic(
                CODE,
                source.mark("apart_from"),
                f"The role '{key}' is to be kept apart from itself.",
                "Name the other role.",
            )
        apart = kept_apart(manuscript.roles, key)
        both = next((other for other in _standing_in(manuscript, role) if other in apart), None)
        if both is not None:
            yield Diagnostic(
                CODE,
                source.mark("fallback"),
                f"The role '{both}' stands in for '{key}', and nobody may hold both.",
                "Let another role stand in, or do not keep the two apart.",
            )


def _standing_in(manuscript: Manuscript, role: Role) -> Iterator[str]:
    """The fallback, its fallback and so on, each once."""
    told = {role.key}
    following = role.fallback
    while following is not None and following not in told:
        yield following
        told.add(following)
        other = manuscript.roles.get(following)
        following = None if other is None else other.fallback
