"""PRC002 jump-leaves-list: a jump leads out of its list of steps, or into another.

Each branch of `together` is a list of its own, and so are a group and each turn of `for_each`. A
list is left by coming to its end, which `done` means too; only then can what follows it begin.

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided, then: finish }]
          money: [{ step: pay, notify: case-decided }]
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - step: both
        together:
          files: [{ step: file, notify: case-decided }]
          money: [{ step: pay, notify: case-decided }]
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.ways import DONE
from server.loading.checks.jumps import jumps
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        places = {raw["step"]: path for path, raw in written_steps(source.data)}
        for target, path, home in jumps(source.data):
            if target == DONE or target not in places:
                continue
            if home not in {places[target], places[target][:-1]}:
                yield Diagnostic(
                    CODE,
                    source.mark(*path),
                    f"Step '{target}' stands in another list of steps.",
                    "Jump to 'done' to end this list, and decide after it where to go.",
                )
