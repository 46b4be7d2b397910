"""From the rules that hold to what the decision says: the hit policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.domain.decision import Decision, Hits, NoVerdict, Rule, Verdict
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

    def verdict(self, hits: Sequence[int], inputs: Mapping[str, Value], evaluator: str) -> Verdict:
        """What the rules of these numbers, which are all that hold, make of the inputs.

        Raises:
            NoVerdict: none holds, or more do than may.
        """
        decision = self._decision
        if not hits:
            if self._otherwise is None:
                raise NoVerdict(
                    f"No rule of decision '{decision.key}' holds for {_listed(inputs)}. "
                    "Add a rule for this, or 'otherwise'."
                )
            hits = (self._otherwise,)
        if len(hits) > 1:
            return self._several([decision.rules[number] for number in hits], inputs, evaluator)
        keys, output, because = self._single[hits[0]]
        if decision.hits is Hits.ALL:
            output = {name: (value,) for name, value in output.items()}
        return Verdict(decision.key, self._definition, inputs, keys, output, because, evaluator)

    def _several(self, rules: list[Rule], inputs: Mapping[str, Value], evaluator: str) -> Verdict:
        decision = self._decision
        output: Mapping[str, Value] = rules[0].then
        match decision.hits:
            case Hits.FIRST:
                rules = rules[:1]
            case Hits.EXACTLY_ONE:
                raise NoVerdict(
                    f"Decision '{decision.key}' allows one rule to hold, and {_named(rules)} hold "
                    f"for {_listed(inputs)}. Narrow their conditions."
                )
            case Hits.ANY if any(rule.then != output for rule in rules):
                raise NoVerdict(
                    f"Rules {_named(rules)} of decision '{decision.key}' hold for "
                    f"{_listed(inputs)} and do not agree. Let them say the same, or narrow them."
                )
            case Hits.ALL:
                output = {
                    name: tuple(rule.then.get(name) for rule in rules) for name in decision.outputs
                }
        return Verdict(
            decision.key,
            self._definition,
            inputs,
            tuple(rule.key for rule in rules),
            output,
            tuple(rule.because for rule in rules if rule.because),
            evaluator,
        )


def _named(rules: Sequence[Rule]) -> str:
    keys = [f"'{rule.key}'" for rule in rules]
    return f"{', '.join(keys[:-1])} and {keys[-1]}"


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
