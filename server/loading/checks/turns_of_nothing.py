"""PRC043 turns-of-nothing: it is said how turns are taken, and there is no list to take them of.

`all_at_once` and `finish_when` belong to `for_each`; `finish_when` also to `together`.

    procedure: case-review
    steps:
      - { step: tell, notify: case-decided, all_at_once: yes }

Right:

    procedure: case-review
    steps:
      - { step: tell, for_each: note in notes, notify: case-decided, all_at_once: yes }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC043"
WORDS = ("all_at_once", "finish_when")


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            if "for_each" in raw or "together" in raw:
                continue
            for word in WORDS:
                if word in raw:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, word),
                        f"'{word}' is about the turns of a list, and this step has none.",
                        "Say with 'for_each' which list it is done for.",
                    )
