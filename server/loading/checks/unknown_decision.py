"""REF005 unknown-decision: a decision is named that no file defines.

Decisions are named in steps and in fields that they decide.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      about: { title: About, ref: case, guideline: The case that it belongs to. }
      weight: { title: Weight, choice: [light, heavy], decided_by: note-weight, guideline: By length. }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      about: { title: About, ref: case, guideline: The case that it belongs to. }
      pages: { title: Pages, type: whole_number, guideline: Count the sheets. }
      weight: { title: Weight, choice: [heavy, light], decided_by: case-weight, guideline: By length. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.dangling import unknown
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "REF005"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    yield from unknown(manuscript, "decision", CODE)
