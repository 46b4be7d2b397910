"""PRC027 start-without-record: a start brings no record that the run could be about.

What starts a run is a record: made with a form, handed over, or just saved. If it is of another
entity than the procedure is about, `about` says how to come from it to the run's record.

    procedure: case-registration
    starts:
      - { when: new note, title: Somebody writes a note }

Right:

    procedure: case-registration
    starts:
      - { when: new case, title: Somebody writes a case down }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.beginning import Beginning
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC027"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure in manuscript.procedures.values():
        source = manuscript.source("procedure", procedure.key)
        for index, start in enumerate(procedure.starts):
            brought = _brought(manuscript, start)
            if start.about is not None:
                typ = start.about.type if is_sound(start.about) else None
                brought = typ.entity if typ is not None else None
            if brought in {None, procedure.about} or procedure.about not in manuscript.entities:
                continue
            raw = source.data["starts"][index]
            part = next(key for key in ("about", "form", "when") if key in raw)
            yield Diagnostic(
                CODE,
                source.mark("starts", index, part),
                f"This brings a record of '{brought}', and a run is about '{procedure.about}'.",
                f"Say with 'about' which record of '{procedure.about}' is meant.",
            )


def _brought(manuscript: Manuscript, start: Beginning) -> str | None:
    if start.when is not None:
        return start.when
    form = manuscript.forms.get(start.form or "")
    return form.entity if form is not None else None
