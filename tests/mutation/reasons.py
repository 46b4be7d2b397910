"""Why nobody notices some breaks, by their kind: what a story would have to tell, or what is left to people."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.trial import EQUIVALENT, Caught

POLICY = "what people may do by hand is policy; no file says it a second time"
NO_SUCH_RECORD = "in all that stories give, both ways lead to the same"
UNSEEN = "no story looks at it afterwards"
REASONS: Mapping[str, str] = {
    "drop a permission": POLICY,
    "drop permissions": POLICY,
    "drop a fallback": "who stands in is policy; no file says it a second time",
    "drop a recipient": "who is told is policy; no file says it a second time",
    "drop a field": "only generated pages show it; no step, form, decision or message reads it",
    "drop a choice": "people choose it on the record's page; nothing else says this value",
    "drop required of a field": "what makes such records fills it; only the record's own page asks for it",
    "drop required on a form": "no story tries to leave it empty",
    "drop read_only on a form": "no story tries to type there",
    "drop a need": "no story tries to leave it empty",
    "drop a role": "no task is for this lane: it is named beside one, or in the guide",
    "role held by anyone": "in all stories the same person holds it either way",
    "drop of of a step": "in all stories the same person holds it either way",
    "another role for a step": "in all stories the same person holds both",
    "drop a set": UNSEEN,
    "drop a step": UNSEEN,
    "drop set of a start": UNSEEN,
    "another value set": UNSEEN,
    "drop begins_at of a start": "no story comes in by this start",
    "retarget a jump": NO_SUCH_RECORD,
    "drop a then": NO_SUCH_RECORD,
    "negate a condition": NO_SUCH_RECORD,
    "swap two rows": NO_SUCH_RECORD,
    "swap two steps": "no story looks between the two, and neither reads what the other writes there",
    "swap two inputs": "no story or test tells the two apart",
    "swap two rules": "no test holds both, and too many inputs to compare the two tables",
    "another hit policy": "no test holds two rules at once, and too many inputs to compare the two tables",
    "open or close a bound": "no story and no test lies on the bound",
    "shift a bound": "no story and no test lies beside the bound",
}


def reason(item: Caught) -> str:
    """Why it was not noticed, for those who read the list."""
    if item.by == EQUIVALENT:
        return item.said
    return REASONS.get(item.broken.kind, "no check, test or story depends on it")
