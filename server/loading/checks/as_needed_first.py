"""PRC042 as-needed-first: what is done as needed begins with nobody's work.

It is a button for the role of its first step: so that is a task of one person.

    procedure: case-review
    as_needed:
      remind:
        - { step: remind, notify: case-decided }

Right:

    procedure: case-review
    as_needed:
      remind:
        - step: remind
          title: Remind the applicant
          role: clerk
          do: Ask once more for what is missing
          instruction: Be brief and say by when. Whoever does not answer is asked again by phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps
from server.loading.marked import Path

CODE = "PRC042"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        first: dict[str, int] = {}
        for path, key, raw in _offered(source.data):
            mark = source.key_mark(*path, key)
            if "do" not in raw or "for_each" in raw:
                yield Diagnostic(
                    CODE,
                    source.mark(*path, key, 0, "step"),
                    f"'{key}' is begun by a person, and its first step is no task of one.",
                    "Begin with 'do': who presses the button gets that task.",
                )
            if key in first:
                yield Diagnostic(
                    CODE,
                    mark,
                    f"Something else is called '{key}' already, in line {first[key]}.",
                    "Choose another name: people say by it what they begin.",
                )
            first.setdefault(key, mark.line)


def _offered(data: Any) -> Iterator[tuple[Path, str, Any]]:
    """All lists done as needed: where they are written, their names, and their first steps."""
    for path, raw in [((), data), *written_steps(data)]:
        for key, steps in raw.get("as_needed", {}).items():
            yield (*path, "as_needed"), key, steps[0]
