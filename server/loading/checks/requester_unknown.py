"""VOT006 requester-unknown: the entity of what is signed does not say who asked for it.

Nobody signs what they have asked for themselves. Whoever began the run is known; whose wish it
was, only the records know. So the entity of what is signed has `requested_by`; or the step has
`requesters_sign`, for it is no approval.

    procedure: case-review
    steps:
      - { step: note, title: Write a note, create: note, set: { note.text: '"Read it"' } }
      - step: judge
        title: Judge the note
        approve: note
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }]
        outcomes: { approved: done, rejected: done }

Right:

    procedure: case-review
    steps:
      - { step: note, title: Write a note, create: note, set: { note.text: '"Read it"' } }
      - step: judge
        title: Judge the note
        approve: note
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }]
        requesters_sign: yes
        outcomes: { approved: done, rejected: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Approve
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "VOT006"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure, source, step, path in manuscript.walked():
        if not isinstance(step.action, Approve) or step.action.requesters_sign:
            continue
        item = step.action.item
        signed = item.type.entity if item is not None and item.type is not None else None
        entity = manuscript.entities.get(signed or procedure.about)
        if entity is not None and not entity.requested_by:
            yield Diagnostic(
                CODE,
                source.mark(*path, "approve"),
                f"Nothing says who asked for a {entity.title}, and nobody signs what they have "
                "asked for.",
                f"Give the entity '{entity.key}' requested_by; or, where it is no approval, "
                "write requesters_sign: yes.",
                Severity.WARNING,
            )
