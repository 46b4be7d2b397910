"""PRC060 dead-row: a row of a gateway is never taken.

Its condition holds for nothing, or a row before it holds wherever it does. Conditions are tried from
top to bottom.

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: any, if: case.pages is null or case.pages < 50, then: finish }
          - { rule: thin, if: case.pages is not null and case.pages < 5, then: tell }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }

Right:

    procedure: case-review
    steps:
      - step: sort
        choose:
          - { rule: thin, if: case.pages is not null and case.pages < 5, then: tell }
          - { rule: any, if: case.pages is null or case.pages < 50, then: finish }
          - { otherwise: tell }
      - { step: tell, notify: case-decided }
      - { step: finish, end: closed }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.checks.surveyed import of_gateways
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.proving import Fault

CODE = "PRC060"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    faults = (Fault.NEVER, Fault.HIDDEN, Fault.NO_OTHERWISE)
    for choose, finding, source, path in of_gateways(manuscript, *faults):
        number = finding.rules[0]
        key = choose.gateway.rules[number].key
        if finding.fault is Fault.NEVER:
            sentence = f"'{key}' is never taken: nothing meets its condition."
        elif finding.fault is Fault.HIDDEN:
            before = [f"'{choose.gateway.rules[item].key}'" for item in finding.rules[1:]]
            sentence = f"'{key}' is never taken: {' or '.join(before)} holds wherever it does."
        else:
            sentence = "'otherwise' is never taken: one of the conditions always holds."
        yield Diagnostic(
            CODE,
            source.mark(*path, "choose", number),
            sentence,
            "Look at the conditions, and at their order.",
        )
