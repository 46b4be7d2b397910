"""ROL003 fallback-circle: roles stand in for one another in a circle.

While nobody is there for a role, its fallback takes over, and that one's fallback after it. A circle
would end with nobody.

    role: clerk
    fallback: clerk

Right:

    role: clerk
    fallback: manager
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL003"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    told: set[str] = set()
    for key in sorted(manuscript.roles):
        chain = [key]
        while True:
            role = manuscript.roles.get(chain[-1])
            if role is None or role.fallback is None or role.fallback in chain[1:]:
                break
            chain.append(role.fallback)
            if role.fallback == key:
                break
        if len(chain) > 1 and chain[-1] == key and key not in told:
            told.update(chain)
            yield Diagnostic(
                CODE,
                manuscript.source("role", key).mark("fallback"),
                f"The fallbacks go round in a circle: {', '.join(chain)}.",
                "Let one of them have no fallback.",
            )
