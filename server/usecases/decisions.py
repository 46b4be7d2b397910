"""Use cases about decisions: try a table on facts. Nothing is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.actor import Actor
from server.domain.decision import NoVerdict, Verdict
from server.domain.refusals import Invalid, NotFound
from server.rules import RuleExplanation
from server.usecases.app import App
from server.usecases.running import Running


@dataclass(frozen=True, slots=True)
class Trial:
    """What a decision says to facts: its verdict, or in words why there is none; rule by rule."""

    verdict: Verdict | None
    sentence: str
    rules: tuple[RuleExplanation, ...]


def try_out(app: App, actor: Actor, decision: str, inputs: Mapping[str, Any]) -> Trial:
    """Ask a decision as it is served now.

    Raises:
        NotFound: there is no such decision.
        Invalid: an input is missing, unknown or no value of its type.
    """
    found = app.definitions.decisions.get(decision)
    if found is None:
        raise NotFound(f"There is no decision '{decision}'.")
    with app.database.read() as connection:
        values, problems = Running(app, connection, actor).read(found.inputs, inputs)
    problems |= {
        key: "The decision has no such input." for key in inputs if key not in found.inputs
    }
    given = {name: values.get(name) for name in found.inputs}
    problems |= {
        name: "The decision needs this."
        for name, value in given.items()
        if value is None and name not in found.optional and name not in problems
    }
    if problems:
        raise Invalid(f"{found.title} cannot be asked with these facts.", problems)
    rules: tuple[RuleExplanation, ...] = ()
    try:
        rules = app.rules.explain(found, given)
        return Trial(app.rules.decide(found, given), "", rules)
    except NoVerdict as error:
        return Trial(None, str(error), rules)
