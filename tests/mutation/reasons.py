"""Why nobody notices some breaks, by their kind."""

from __future__ import annotations

from tests.mutation.trial import EQUIVALENT, Caught

REASONS = {
    "drop a permission": "what people may do by hand is policy; no file says it a second time",
    "drop permissions": "what people may do by hand is policy; no file says it a second time",
    "drop a fallback": "who stands in is policy; no file says it a second time",
    "drop a recipient": "who is told is policy; no file says it a second time",
}


def reason(item: Caught) -> str:
    """Why it was not noticed, for those who read the list."""
    if item.by == EQUIVALENT:
        return item.said
    return REASONS.get(item.broken.kind, "no check and no test depends on it")
