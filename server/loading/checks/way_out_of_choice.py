"""PRC021 way-out-of-choice: a gateway lacks its `otherwise`, or has it in the wrong place.

Conditions are tried from top to bottom. The last row says where to go when none of them holds.

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: urgent, if: case.urgent = true, then: finish }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: urgent, if: case.urgent = true, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC021"
OTHERWISE = "otherwise"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            rows = raw.get("choose", ())
            for index, row in enumerate(rows[:-1]):
                if OTHERWISE in row:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, "choose", index, OTHERWISE),
                        "Nothing after 'otherwise' is looked at.",
                        "Put it last.",
                    )
            if rows and all(OTHERWISE not in row for row in rows):
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "choose"),
                    "Where does the run go when none of these conditions holds?",
                    "End the list with '- otherwise: step'.",
                )
