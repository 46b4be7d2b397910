"""DEC001 otherwise-last: a rule stands after `otherwise`, or there are two of those.

`otherwise` holds when no other rule does, wherever it stands. Readers go from top to bottom, so it
stands last.

    decision: case-verdict
    rules:
      - { otherwise: { verdict: reject } }
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }

Right:

    decision: case-verdict
    rules:
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
      - { otherwise: { verdict: reject } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC001"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("decision"):
        rules = source.data.get("rules", ())
        for index, rule in enumerate(rules[:-1]):
            if "otherwise" in rule:
                yield Diagnostic(
                    CODE,
                    source.key_mark("rules", index, "otherwise"),
                    "Rules stand after 'otherwise'.",
                    "Put it last; there is only one.",
                )
