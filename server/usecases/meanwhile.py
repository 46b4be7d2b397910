"""What others have changed since somebody read it: by whom, and from what to what."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.refusals import Conflict
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, Value, to_json
from server.storage.changes import Since
from server.usecases import showing
from server.usecases.running import Running

SEND_AGAIN = (
    "What you have typed is kept. Look at what differs, and send again what you want to keep."
)


def conflict(
    running: Running,
    what: str,
    changed: Mapping[str, Since],
    now: Mapping[str, Value],
    *,
    hint: str = SEND_AGAIN,
) -> Conflict:
    """The refusal to write over what others have `changed`; `what` names it within a sentence.

    `now` are the present values, by the same names.
    """
    return Conflict(
        f"{_who(running, changed)} changed {what} since you read it.",
        hint=hint,
        fields={name: to_json(now[name]) for name in sorted(changed)},
        before={name: changed[name].before for name in sorted(changed)},
    )


def _who(running: Running, changed: Mapping[str, Since]) -> str:
    """Whoever it was, by name; the application is a procedure."""
    persons = {since.person for since in changed.values()}
    refs = [RecordRef(PERSON, person) for person in sorted(filter(None, persons))]
    titles = showing.record_titles(running, refs)
    names = [str(titles[ref]) for ref in refs] + ["A procedure"] * (None in persons)
    if not names:
        return "Somebody else has"
    if len(names) == 1:
        return f"{names[0]} has"
    return f"{', '.join(names[:-1])} and {names[-1]} have"
