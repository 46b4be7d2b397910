"""PRC064 unkept-assumption: nothing sees to what a decision assumes of what it is given.

`assuming` is taken for granted wherever something is proved of the table. Whoever gives it what people
have entered makes sure of it: by the bounds of questions and fields, or by a condition on the way.
Where it is broken all the same, the decision says nothing and the step fails. What is counted or
computed before it is given is not looked into.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say how much of the case there is
        instruction: Count the sheets of the application, and those that somebody has read.
        form: case-judgement
        asks:
          read: { question: How many sheets have been read?, type: whole_number }
          sheets: { question: How many sheets are there?, type: whole_number }
        as: judgement
        set: { case.status: decided }
      - step: share
        decide: case-share
        given: judgement
        outcomes: { whole: tell, part: judge }
      - { step: tell, notify: case-decided }
    # decisions/case-share.yaml
    decision: case-share
    title: How much of the case has been read?
    inputs:
      read: { type: whole_number }
      sheets: { type: whole_number }
    assuming: [read <= sheets]
    output: { share: { choice: [whole, part] } }
    hits: exactly-one
    rules:
      - { rule: whole, if: read >= sheets, then: { share: whole } }
      - { rule: part, if: read < sheets, then: { share: part } }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say how much of the case there is
        instruction: Count the sheets of the application, and those that somebody has read.
        form: case-judgement
        asks:
          read: { question: How many sheets have been read?, type: whole_number }
          sheets: { question: How many sheets are there?, type: whole_number }
        as: judgement
        set: { case.status: decided }
      - step: counted
        choose:
          - { rule: counted, if: judgement.read <= judgement.sheets, then: share }
          - { otherwise: judge }
      - step: share
        decide: case-share
        given: judgement
        outcomes: { whole: tell, part: judge }
      - { step: tell, notify: case-decided }
    # decisions/case-share.yaml
    decision: case-share
    title: How much of the case has been read?
    inputs:
      read: { type: whole_number }
      sheets: { type: whole_number }
    assuming: [read <= sheets]
    output: { share: { choice: [whole, part] } }
    hits: exactly-one
    rules:
      - { rule: whole, if: read >= sheets, then: { share: whole } }
      - { rule: part, if: read < sheets, then: { share: part } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.step import Choose, Decide
from server.loading.checks.surveyed import is_read, is_readable
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript
from server.loading.proving.flow import Facts
from server.loading.proving.wording import value

CODE = "PRC064"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for steps in manuscript.lists():
        asked = {
            step.key: manuscript.decisions[step.action.decision]
            for step in steps.steps
            if isinstance(step.action, Decide) and step.action.decision in manuscript.decisions
        }
        assuming = {key: item for key, item in asked.items() if item.assuming}
        gateways = [step.action for step in steps.steps if isinstance(step.action, Choose)]
        tables = [*assuming.values(), *(item.gateway for item in gateways)]
        if (
            not assuming
            or not is_read(manuscript, steps.source)
            or not all(map(is_readable, tables))
        ):
            continue
        for found in Facts(steps.procedure, steps.steps).unkept(steps.entries, assuming):
            assumed = assuming[found.step.key].assuming[found.number]
            given = " and ".join(f"{name} is {value(it)}" for name, it in found.example.items())
            yield Diagnostic(
                CODE,
                steps.source.mark(*steps.path, steps.steps.index(found.step), "given"),
                f"Nothing sees to it that '{assumed.text}', as the decision assumes: {given}.",
                "Ask for it before with 'choose', or give fields and questions narrower bounds.",
                Severity.WARNING,
            )
