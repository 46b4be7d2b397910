"""The revision that a caller has read, sent back in the header If-Match."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

_REVISION = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Condition:
    """What If-Match says: `revisions` that will do; None for whatever is there (`*`).

    A tag that is none of ours matches nothing.
    """

    revisions: frozenset[int] | None

    def expecting(self, current: Callable[[], int]) -> int | None:
        """The one revision to expect; 0, which nothing has, when none will do."""
        if self.revisions is None:
            return None
        if len(self.revisions) > 1:
            now = current()
            return now if now in self.revisions else 0
        return next(iter(self.revisions), 0)

    def holds(self, revision: int) -> bool:
        return self.revisions is None or revision in self.revisions


def condition() -> Condition | None:
    """The condition of the request, None when there is none."""
    if "If-Match" not in request.headers:
        return None
    if request.if_match.star_tag:
        return Condition(None)
    tags = request.if_match.as_set()
    return Condition(frozenset(int(tag) for tag in tags if _REVISION.fullmatch(tag)))
