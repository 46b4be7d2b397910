"""DEC027 unread-input: a decision has an input, a setting or a computed value that no rule reads.

Whoever fills it in believes that it matters. Most often the rule that read it has gone, or one reads
another in its place.

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number }, urgent: { type: yes_no } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5" }, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }

Right:

    decision: case-fee
    title: What does the case cost?
    inputs: { pages: { type: whole_number }, urgent: { type: yes_no } }
    output: { fee: { type: money } }
    hits: first
    rules:
      - { rule: thin, if: { pages: "< 5", urgent: no }, then: { fee: 10 } }
      - { otherwise: { fee: 20 } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.expression.walking import free_paths
from server.loading.checks.surveyed import is_read, is_readable
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "DEC027"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, decision in manuscript.decisions.items():
        source = manuscript.source("decision", key)
        if not is_readable(decision) or not is_read(manuscript, source):
            continue
        read = _read(decision)
        for section, names in (
            ("inputs", decision.inputs),
            ("settings", decision.settings),
            ("computed", decision.computed),
        ):
            for name in names:
                if name not in read:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(section, name),
                        f"Nothing in this decision depends on '{name}'.",
                        "Write the rule that does, or delete it.",
                        Severity.WARNING,
                    )


def _read(decision: Decision) -> set[str]:
    """Everything that rules and outputs read, also by way of computed values."""
    conditions = [rule.condition for rule in decision.rules if rule.condition is not None]
    found = set(_names([*conditions, *decision.derived.values()]))
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        if name in decision.computed:
            new = set(_names([decision.computed[name]])) - found
            found |= new
            waiting.extend(new)
    return found


def _names(expressions: Iterable[Expression]) -> Iterator[str]:
    for expression in expressions:
        for path in free_paths(expression.tree):
            yield path.parts[0]
