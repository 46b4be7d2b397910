"""DEC002 duplicate-rule: two rules of a decision have the same id.

History and explanations point at rules by their ids.

    decision: case-verdict
    rules:
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
      - { rule: sound, if: { sound: no }, then: { verdict: reject } }
      - { otherwise: { verdict: reject } }

Right:

    decision: case-verdict
    rules:
      - { rule: sound, if: { sound: yes }, then: { verdict: accept } }
      - { rule: unsound, if: { sound: no }, then: { verdict: reject } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        source = manuscript.source("decision", key)
        seen: set[str] = set()
        for index, rule in enumerate(decision.rules):
            if rule.key in seen:
                part = "rule" if "rule" in source.data["rules"][index] else "otherwise"
                yield Diagnostic(
                    CODE,
                    source.mark("rules", index, part),
                    f"Another rule is called '{rule.key}' already.",
                    "Give each rule an id of its own.",
                )
            seen.add(rule.key)
