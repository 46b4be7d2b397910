"""PRC007 duplicate-step: two steps of a procedure have the same id.

Jumps, tasks and history name steps by their ids, also those in branches.

    procedure: case-review
    steps:
      - { step: tell, notify: case-decided }
      - { step: tell, end: closed }

Right:

    procedure: case-review
    steps:
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.ways import DONE
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        first: dict[str, int] = {}
        for path, raw in written_steps(source.data):
            key = raw["step"]
            mark = source.mark(*path, "step")
            if key == DONE:
                yield Diagnostic(
                    CODE, mark, "'done' means the end of a list of steps.", "Choose another id."
                )
            elif key in first:
                yield Diagnostic(
                    CODE,
                    mark,
                    f"Another step is called '{key}' already, in line {first[key]}.",
                    "Choose another id for the newer of the two.",
                )
            first.setdefault(key, mark.line)
