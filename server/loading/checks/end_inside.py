"""PRC005 end-inside: `end` or `continue_in` stands in a branch.

Both end the whole run, while other branches may still be open. A branch ends with `done`; what ends
the run follows `together`.

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided }, { step: filed, end: filed }]
          money: [{ step: pay, notify: case-decided }]

Right:

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided }]
          money: [{ step: pay, notify: case-decided }]
      - { step: filed, end: filed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC005"
OUTER_LIST = 2
"""The length of the path of a step in the outermost list."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            for verb in ("end", "continue_in"):
                if verb in raw and (len(path) > OUTER_LIST or "for_each" in raw):
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, verb),
                        f"'{verb}' ends the whole run, and this is only a part of it.",
                        "Let this list come to its end, and put this after it.",
                    )
