"""PRC026 wrong-notification: a step tells of a record that the notification is not about.

`about` of the step says which record it tells of; without it, it is the record of the run.

    procedure: case-review
    steps:
      - { step: jot, create: note as remark, set: { remark.text: '"Came in person"' } }
      - { step: tell, notify: case-decided, about: remark }

Right:

    procedure: case-review
    steps:
      - { step: jot, create: note as remark, set: { remark.text: '"Came in person"' } }
      - { step: tell, notify: case-decided }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Notify
from server.loading.checks.record import meant
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC026"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure, source, step, path in manuscript.walked():
        if not isinstance(step.action, Notify):
            continue
        notification = manuscript.notifications.get(step.action.notification)
        entity = meant(manuscript, step, procedure)
        if notification is not None and entity not in {None, notification.about}:
            yield Diagnostic(
                CODE,
                source.mark(*path, "about" if step.about else "notify"),
                f"This tells of a record of '{entity}'; notification '{notification.key}' is "
                f"about '{notification.about}'.",
                f"Say with 'about' which record of '{notification.about}' is meant.",
            )
