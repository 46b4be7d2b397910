"""From the rules that hold to what the decision says: the hit policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

from server.domain.decision import (
    COLLECTING,
    LISTING,
    RANKING,
    Decision,
    Hits,
    NoVerdict,
    Rule,
    Verdict,
    ranks,
)
from server.domain.expression import compiled
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.numbers import calculated
from server.domain.values import Value, to_json

SHOWN = 12
"""Inputs that a sentence names."""


class Policy:
    """Makes verdicts of one decision. What they share is made once."""

    def __init__(self, decision: Decision, definition: str) -> None:
        self._decision = decision
        self._definition = definition
        self._otherwise = next(
            (number for number, rule in enumerate(decision.rules) if rule.condition is None), None
        )
        self._single = tuple(
            ((rule.key,), rule.then, (rule.because,) if rule.because else ())
            for rule in decision.rules
        )
        self._ranks = ranks(decision) if decision.hits in RANKING else ()
        self._derived = tuple((name, compiled(item)) for name, item in decision.derived.items())
        self._is_plain = decision.hits not in LISTING | COLLECTING and not self._derived

    def verdict(
        self,
        hits: Sequence[int],
        inputs: Mapping[str, Value],
        names: Mapping[str, Value],
        evaluator: str,
    ) -> Verdict:
        """What the rules of these numbers, which are all that hold, make of the inputs.

        `names` are the inputs with all that is computed of them, where something is.

        Raises:
            NoVerdict: none holds, or more do than may.
        """
        decision = self._decision
        if not hits:
            hits = self._where_none_holds(inputs)
        keys: tuple[str, ...]
        because: tuple[str, ...]
        if self._is_plain and len(hits) == 1:
            keys, output, because = self._single[hits[0]]
        else:
            hits = self._deciding(hits, inputs)
            rules = [decision.rules[number] for number in hits]
            keys = tuple(rule.key for rule in rules)
            output = {**self._output(rules), **self._computed(names)}
            because = tuple(rule.because for rule in rules if rule.because)
        return Verdict(decision.key, self._definition, inputs, keys, output, because, evaluator)

    def _where_none_holds(self, inputs: Mapping[str, Value]) -> Sequence[int]:
        if self._otherwise is not None:
            return (self._otherwise,)
        if self._decision.rules and self._decision.hits is not Hits.COLLECT_COUNT:
            raise NoVerdict(
                f"No rule of decision '{self._decision.key}' holds for {_listed(inputs)}. "
                "Add a rule for this, or 'otherwise'."
            )
        return ()

    def _deciding(self, hits: Sequence[int], inputs: Mapping[str, Value]) -> Sequence[int]:
        """Those of the rules that hold of which the verdict is made, in its order."""
        decision = self._decision
        match decision.hits:
            case Hits.FIRST:
                return hits[:1]
            case Hits.PRIORITY:
                return sorted(hits, key=self._ranks.__getitem__)[:1]
            case Hits.OUTPUT_ORDER:
                return sorted(hits, key=self._ranks.__getitem__)
            case Hits.EXACTLY_ONE if len(hits) > 1:
                raise NoVerdict(
                    f"Decision '{decision.key}' allows one rule to hold, and "
                    f"{self._named(hits)} hold for {_listed(inputs)}. Narrow their conditions."
                )
            case Hits.ANY if any(
                decision.rules[number].then != decision.rules[hits[0]].then for number in hits[1:]
            ):
                raise NoVerdict(
                    f"Rules {self._named(hits)} of decision '{decision.key}' hold for "
                    f"{_listed(inputs)} and do not agree. Let them say the same, or narrow them."
                )
        return hits

    def _output(self, rules: Sequence[Rule]) -> Mapping[str, Value]:
        hits = self._decision.hits
        said = [name for name in self._decision.outputs if name not in self._decision.derived]
        if hits is Hits.COLLECT_COUNT:
            return dict.fromkeys(said, len(rules))
        if hits in LISTING and _is_nothing(rules):
            return dict.fromkeys(said, ())
        if hits in LISTING:
            return {name: tuple(rule.then.get(name) for rule in rules) for name in said}
        if hits in COLLECTING:
            return {
                name: _collected(hits, [rule.then.get(name) for rule in rules]) for name in said
            }
        return rules[0].then if rules else {}

    def _computed(self, names: Mapping[str, Value]) -> Mapping[str, Value]:
        return {name: compute(names, NOWHERE, EPOCH) for name, compute in self._derived}

    def _named(self, hits: Sequence[int]) -> str:
        keys = [f"'{self._decision.rules[number].key}'" for number in hits]
        return f"{', '.join(keys[:-1])} and {keys[-1]}"


def _nothing(values: Sequence[Any]) -> Value:
    return timedelta() if isinstance(values[0], timedelta) else 0


def _collected(hits: Hits, values: Sequence[Any]) -> Value:
    """One value of several; what is null does not count."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    if hits is Hits.COLLECT_SUM:
        return reduce(lambda total, value: calculated("+", total, value), known, _nothing(known))
    utmost: Value = min(known) if hits is Hits.COLLECT_MIN else max(known)
    return utmost


def surprised(decision: Decision, text: str, names: Mapping[str, Value]) -> NoVerdict:
    """What is told where an assumption of a decision is broken."""
    given = {name: names[name] for name in decision.inputs}
    return NoVerdict(
        f"Decision '{decision.key}' assumes {text}, and that is broken by {_listed(given)}. "
        "See that the inputs meet it, or mend what the decision assumes."
    )


def _listed(inputs: Mapping[str, Value]) -> str:
    """The inputs as a sentence gives them: `impact = minor, age = 3`."""
    if not inputs:
        return "no inputs"
    pairs = [f"{name} = {spoken(value)}" for name, value in inputs.items()]
    return ", ".join(pairs[:SHOWN]) + (", …" if len(pairs) > SHOWN else "")


def spoken(value: Value) -> str:
    """A value as people write it."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(to_json(value))
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  one line of a message


def _is_nothing(rules: Sequence[Rule]) -> bool:
    """Whether there is only an `otherwise` that says null: then a list has no members."""
    [first, *others] = rules
    return first.condition is None and not others and set(first.then.values()) <= {None}
