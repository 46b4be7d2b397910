"""DEC010 not-collectable: a decision makes one value of several that cannot be put together so.

`collect-sum` adds up numbers or durations, `collect-min` and `collect-max` compare what has an order,
and `collect-count` counts the rules that hold. Each does so for one output. Where no rule holds, the
count is 0; the others need an `otherwise`, and the count has none.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: text } }
    hits: collect-sum
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: much } }
      - { otherwise: { fee: little } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number } }
    output: { fee: { type: whole_number } }
    hits: collect-sum
    rules:
      - { rule: thick, if: { pages: "> 100" }, then: { fee: 20 } }
      - { otherwise: { fee: 10 } }
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.domain.decision import COLLECTING, Decision, Hits
from server.domain.expression.kinds import ORDERED, spoken
from server.domain.values import NUMERIC, Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "DEC010"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        if decision.hits not in COLLECTING:
            continue
        source = manuscript.source("decision", key)
        names = [name for name in decision.outputs if name not in decision.derived]
        for name in names[1:]:
            yield Diagnostic(
                CODE,
                source.key_mark("output", name),
                f"With '{decision.hits.value}' rules say one thing, and '{name}' is another.",
                "Make two decisions of it.",
            )
        yield from (
            Diagnostic(CODE, source.key_mark("output", name), sentence, hint)
            for name, sentence, hint in _unfit(decision, names[:1])
        )
        if decision.hits is Hits.COLLECT_COUNT:
            for index, rule in enumerate(decision.rules):
                if rule.condition is None:
                    yield Diagnostic(
                        CODE,
                        source.mark("rules", index),
                        "Where no rule holds, the count is 0, whatever 'otherwise' says.",
                        "Leave it out.",
                    )


def _unfit(decision: Decision, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        typ = decision.outputs[name]
        if decision.hits is Hits.COLLECT_SUM and typ.kind not in NUMERIC | {Kind.DURATION}:
            yield name, f"{spoken(typ).capitalize()} cannot be added up.", "Let rules say numbers."
        if decision.hits in {Hits.COLLECT_MIN, Hits.COLLECT_MAX} and typ.kind not in ORDERED:
            sentence = f"{spoken(typ).capitalize()} is neither less nor more than another."
            yield name, sentence, "Use 'priority', which goes by the order of a choice."
