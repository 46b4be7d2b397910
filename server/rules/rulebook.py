"""All decisions, ready to be asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from server.domain.decision import Decision, Verdict
from server.domain.values import Value
from server.rules import matcher
from server.rules.explaining import RuleExplanation, explanations
from server.rules.hashing import content_hash
from server.rules.tables import DURABLE, PYTHON, Table, table

KEPT = 1_000
"""Tables that stay ready. Old definitions that runs are pinned to are made ready again when asked."""


class Rules:
    """Gives verdicts.

    Any decision may be asked, also an old one that runs are pinned to. What was made ready for it
    is kept by its content hash, and found again by the decision's identity.

    `evaluator` is `durable-rules` or `python`; `notice` says, for people, why it is not the former.
    """

    def __init__(
        self,
        decisions: Mapping[str, Decision],
        evaluator: str | None = None,
        *,
        kept: int = KEPT,
    ) -> None:
        self.evaluator = PYTHON if evaluator == PYTHON or matcher.reason else DURABLE
        self.notice = _notice(evaluator) if self.evaluator == PYTHON else ""
        self._kept = max(kept, 1)
        self._tables: dict[str, Table] = {}
        self._known: dict[int, tuple[Decision, Table]] = {}
        self._changing = threading.Lock()
        for decision in decisions.values():
            self._table(decision)

    def decide(self, decision: Decision, inputs: Mapping[str, Value]) -> Verdict:
        """What the decision says about these inputs.

        Raises:
            NoVerdict: an input is unfit, no rule holds, or more hold than may.
        """
        known = self._known.get(id(decision))
        if known is not None and known[0] is decision:
            return known[1].decide(inputs)
        return self._table(decision).decide(inputs)

    def explain(
        self, decision: Decision, inputs: Mapping[str, Value]
    ) -> tuple[RuleExplanation, ...]:
        """For each rule, whether it holds, and on which conditions it fails.

        Raises:
            NoVerdict: an input is unfit.
        """
        ready = self._table(decision)
        return explanations(decision, ready.names(ready.taken(inputs)))

    def _table(self, decision: Decision) -> Table:
        known = self._known.get(id(decision))
        if known is not None and known[0] is decision:
            return known[1]
        definition = content_hash(decision)
        with self._changing:
            ready = self._tables.pop(definition, None)
            if ready is None:
                ready = table(decision, definition, self.evaluator)
            self._tables[definition] = ready
            self._known[id(decision)] = (decision, ready)
            self._forget()
        return ready

    def _forget(self) -> None:
        """Let go of the tables, and the identities, that were made known longest ago."""
        while len(self._tables) > self._kept:
            gone = self._tables.pop(next(iter(self._tables)))
            self._known = {
                number: pair for number, pair in self._known.items() if pair[1] is not gone
            }
        while len(self._known) > 4 * self._kept:
            del self._known[next(iter(self._known))]


def _notice(evaluator: str | None) -> str:
    if evaluator == PYTHON:
        return "Decisions are evaluated in Python, as the settings say; durable-rules is not used."
    return (
        f"durable-rules cannot be used here ({matcher.reason}); decisions are evaluated in Python. "
        "Install it on Python 3.11 or 3.12, where a C compiler is at hand."
    )
