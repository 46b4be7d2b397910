"""DEC008 test-incomplete: a test of a decision leaves out an input.

Without all inputs there is no verdict to compare. Only inputs that are `optional` may be left out.

    decision: case-verdict
    tests:
      - { given: {}, expect: { verdict: reject } }

Right:

    decision: case-verdict
    tests:
      - { given: { sound: no }, expect: { verdict: reject } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC008"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        source = manuscript.source("decision", key)
        for index, raw in enumerate(source.data.get("tests", ())):
            missing = decision.inputs.keys() - raw["given"].keys() - decision.optional
            if missing:
                yield Diagnostic(
                    CODE,
                    source.mark("tests", index, "given"),
                    f"This test does not say {', '.join(sorted(missing))}.",
                    "Give every input a value.",
                )
