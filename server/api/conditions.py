"""The revision that a caller has read, sent back in the header If-Match."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from server.domain.refusals import Malformed

_TAGS = re.compile(r'\*|(W/)?"[!#-~]*"( ?, ?(W/)?"[!#-~]*")*|"?[0-9]{1,9}"?')
"""What If-Match may hold: entity tags after RFC 9110, a star; or a revision without its quotes."""
_STRONG = re.compile(r'(?<!W/)"([!#-~]*)"')
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
    """The condition of the request, None when there is none.

    Raises:
        Malformed: If-Match holds no tags.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    if not _TAGS.fullmatch(sent.strip()):
        raise Malformed(
            "If-Match holds no tags.", hint='Send the ETag of what you have read, such as "3".'
        )
    if sent.strip() == "*":
        return Condition(None)
    tags = _STRONG.findall(sent) or [sent.strip(' "')]
    return Condition(frozenset(int(tag) for tag in tags if _REVISION.fullmatch(tag)))
