"""PRC022 duplicate-condition: two rows of a gateway have the same rule id.

History says which row was taken, by its id.

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: fast, if: case.urgent = true, then: finish }
          - { rule: fast, if: case.reason is null, then: finish }
          - { otherwise: finish }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: urgent, if: case.urgent = true, then: finish }
          - { rule: unexplained, if: case.reason is null, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC022"
OTHERWISE = "otherwise"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            seen: set[str] = set()
            for index, row in enumerate(raw.get("choose", ())):
                key = row.get("rule", OTHERWISE)
                if key in seen:
                    part = "rule" if "rule" in row else OTHERWISE
                    yield Diagnostic(
                        CODE,
                        source.mark(*path, "choose", index, part),
                        f"Another row of this step is called '{key}' already.",
                        "Give each row an id of its own.",
                    )
                seen.add(key)
